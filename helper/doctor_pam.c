/* mobproc doctor: the PAM stacks that name pam_mobproc.so, line by line and as a whole. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/doctor.h"
#include "helper/pam_arguments.h"
#include "helper/pam_module.h"
#include "helper/pam_scenarios.h"
#include "lib/trust.h"

#define MAX_SERVICES 512

/* The services of a directory, and those files that only others include. */
struct tour {
    const char *directory;
    struct findings *findings;
    uid_t owner; /* who may own the module beside root */
    int count;
    struct dirent **services;
    char is_included[MAX_SERVICES];
    int lines; /* of ours, seen so far */
};

/* --- one line ------------------------------------------------------------------------------------
 */

static void check_module(const struct tour *tour, const struct pam_line *line, const char *what)
{
    enum finding_result severity = line->is_silent ? FINDING_WARNING : FINDING_FAILED;
    char path[PAM_MAX_PATH] = "";
    struct stat info = {0};

    if (line->module[0] == '/' || !pam_module_find(line->module, path, sizeof(path)))
        snprintf(path, sizeof(path), "%s", line->module);
    if (path[0] != '/' || stat(path, &info) != 0) {
        findings_add(tour->findings, severity, what, "the module %s is not there%s", path,
                     line->is_silent ? "" : ", and libpam then refuses in its place, root too");
        findings_mend(tour->findings, "install the module, or remove line %d of %s", line->number,
                      line->file);
        return;
    }
    if (!S_ISREG(info.st_mode) || (info.st_uid != 0 && info.st_uid != tour->owner) ||
        info.st_mode & (S_IWGRP | S_IWOTH) || trust_parent(path, tour->owner) != MP_OK) {
        findings_add(tour->findings, FINDING_FAILED, what, "others than root can change %s", path);
        findings_mend(tour->findings, "chown root:root %s; chmod 0644 %s; and so for its folders",
                      path, path);
    }
}

static void check_arguments(const struct tour *tour, const struct pam_line *line, const char *what)
{
    const char *culprit = NULL;
    const char *complaint = pam_arguments_judge(line->argument_count, line->arguments, &culprit);

    if (!complaint)
        return;
    /* what follows the = could be a secret put there by mistake */
    findings_add(tour->findings, FINDING_FAILED, what,
                 "the argument %.*s: %s; the module refuses everybody but root",
                 (int)strcspn(culprit, "="), culprit, complaint);
    findings_mend(tour->findings, "correct line %d of %s; the arguments are: %s", line->number,
                  line->file, pam_arguments_known());
}

/* --- one service ---------------------------------------------------------------------------------
 */

static void check_lines(struct tour *tour, const struct pam_stack *stack)
{
    char what[PAM_MAX_PATH + 40];

    for (size_t i = 0; i < stack->count; i++) {
        const struct pam_line *line = &stack->lines[i];

        snprintf(what, sizeof(what), "pam %s %s:%d", pam_stage_name(stack->stage), line->file,
                 line->number);
        if (line->problem) {
            findings_add(tour->findings, FINDING_FAILED, what, "%s; libpam refuses everybody here",
                         line->problem);
            findings_mend(tour->findings, "correct or remove line %d of %s", line->number,
                          line->file);
        }
        if (!pam_is_ours(line))
            continue;
        tour->lines++;
        check_module(tour, line, what);
        check_arguments(tour, line, what);
    }
}

/* Reads and judges one stage; says whether a line of ours is in it. */
static int check_stage(struct tour *tour, const char *service, enum pam_stage stage)
{
    struct pam_stack *stack = NULL;
    char what[PAM_MAX_PATH + 40];
    int ours = -1;

    if (pam_stack_read(tour->directory, service, stage, &stack) != MP_OK)
        return 0;
    ours = pam_find_ours(stack);
    if (ours >= 0) {
        check_lines(tour, stack);
        snprintf(what, sizeof(what), "pam %s %s:%d", pam_stage_name(stage), stack->lines[ours].file,
                 stack->lines[ours].number);
        pam_scenarios_run(stack, tour->findings, what);
        findings_add(tour->findings, FINDING_OK, what, "module, arguments and order are right");
    }
    free(stack);
    return ours >= 0;
}

static void check_service(struct tour *tour, const char *service)
{
    int has[STAGE_COUNT] = {0};
    char what[PAM_MAX_PATH + 40];

    for (int stage = 0; stage < STAGE_COUNT; stage++)
        has[stage] = check_stage(tour, service, (enum pam_stage)stage);
    snprintf(what, sizeof(what), "pam service %s", service);
    /* a part of pam-auth-update's that nobody includes is no service */
    if (has[STAGE_AUTH] == has[STAGE_ACCOUNT] || strncmp(service, "common-", 7) == 0)
        return;
    if (has[STAGE_AUTH]) {
        findings_add(tour->findings, FINDING_WARNING, what,
                     "an auth line without an account line: who may log in is not asked again");
        findings_mend(tour->findings, "add the account line of pam_mobproc(8)");
    } else {
        findings_add(tour->findings, FINDING_WARNING, what,
                     "an account line without an auth line: nobody logs in through the module");
        findings_mend(tour->findings, "add the auth line of pam_mobproc(8), or remove this one");
    }
}

/* --- all services --------------------------------------------------------------------------------
 */

/* Packages leave old and new versions behind; nobody asks for a service of such a name. */
static int is_service(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t length = strlen(name);

    return name[0] != '.' && name[length - 1] != '~' && !strstr(name, ".dpkg-") &&
           !strstr(name, ".rpm");
}

/* A file of ours that others include is judged where they include it. */
static void find_included(struct tour *tour, const char *service)
{
    char own[PAM_MAX_PATH];
    char path[PAM_MAX_PATH];
    struct pam_stack *stack = NULL;

    snprintf(own, sizeof(own), "%s/%s", tour->directory, service);
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        if (pam_stack_read(tour->directory, service, (enum pam_stage)stage, &stack) != MP_OK)
            continue;
        for (size_t i = 0; i < stack->count; i++) {
            if (!pam_is_ours(&stack->lines[i]) || strcmp(stack->lines[i].file, own) == 0)
                continue;
            for (int other = 0; other < tour->count; other++) {
                snprintf(path, sizeof(path), "%s/%s", tour->directory,
                         tour->services[other]->d_name);
                if (strcmp(path, stack->lines[i].file) == 0)
                    tour->is_included[other] = 1;
            }
        }
        free(stack);
    }
}

static void say_none(const struct tour *tour, const struct patient *patient)
{
    enum finding_result result = patient->is_private ? FINDING_OK : FINDING_WARNING;

    findings_add(tour->findings, result, "pam", "no service in %s names " PAM_OUR_MODULE,
                 tour->directory);
    if (result != FINDING_OK)
        findings_mend(tour->findings, "mobproc enable --service sshd, or another service");
}

void doctor_pam(struct patient *patient, struct findings *findings)
{
    const char *named = patient->arguments->pam_directory;
    struct tour *tour = calloc(1, sizeof(*tour));

    if (!tour)
        return findings_add(findings, FINDING_FAILED, "pam", "out of memory");
    tour->directory = named ? named : PAM_DIRECTORY;
    tour->findings = findings;
    tour->owner = named ? geteuid() : 0;
    tour->count = scandir(tour->directory, &tour->services, is_service, alphasort);
    if (tour->count < 0)
        findings_add(findings, FINDING_WARNING, "pam", "%s: %s", tour->directory, strerror(errno));
    else if (tour->count > MAX_SERVICES)
        findings_add(findings, FINDING_FAILED, "pam", "%s holds too many files", tour->directory);
    for (int i = 0; tour->count <= MAX_SERVICES && i < tour->count; i++)
        find_included(tour, tour->services[i]->d_name);
    for (int i = 0; tour->count <= MAX_SERVICES && i < tour->count; i++)
        if (!tour->is_included[i])
            check_service(tour, tour->services[i]->d_name);
    if (tour->count >= 0 && tour->lines == 0)
        say_none(tour, patient);
    for (int i = 0; i < tour->count; i++)
        free(tour->services[i]);
    free(tour->services);
    free(tour);
}

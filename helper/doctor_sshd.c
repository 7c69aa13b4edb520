/*
 * mobproc doctor: does sshd ask the PAM stack at all? Only when the service sshd names our module.
 * What its configuration comes to, only sshd itself can say, and only to root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/child.h"
#include "helper/doctor.h"
#include "helper/pam_scenarios.h"

#define WHAT "sshd"
#define CONFIGURATION "/etc/ssh/sshd_config"
#define SERVICE "sshd"
#define TEST_MS 10000 /* it reads a few files */
#define MAX_SETTINGS 32768

static int names_our_module(const struct patient *patient)
{
    const char *directory =
        patient->arguments->pam_directory ? patient->arguments->pam_directory : PAM_DIRECTORY;
    struct pam_stack *stack = NULL;
    int is_there = pam_stack_read(directory, SERVICE, STAGE_AUTH, &stack) == MP_OK &&
                   pam_find_ours(stack) >= 0;

    free(stack);
    return is_there;
}

static const char *find_sshd(void)
{
    static const char *const places[] = {"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

/* Is this line, "keyword value" in lower case, among the settings? */
static int has(const char *settings, const char *line)
{
    size_t length = strlen(line);

    for (const char *at = settings; at; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (strncmp(at, line, length) == 0 && (at[length] == '\n' || !at[length]))
            return 1;
    }
    return 0;
}

static void judge(const char *settings, struct findings *findings)
{
    /* challengeresponseauthentication: its name before OpenSSH 8.7 */
    int asks = has(settings, "kbdinteractiveauthentication yes") ||
               has(settings, "challengeresponseauthentication yes");
    int takes = has(settings, "passwordauthentication yes");

    if (!has(settings, "usepam yes")) {
        findings_add(findings, FINDING_FAILED, WHAT,
                     "UsePAM is no: sshd asks no PAM stack, and our lines have no effect");
        findings_mend(findings, "in " CONFIGURATION " write: UsePAM yes; then reload sshd");
    } else if (!asks && !takes) {
        findings_add(findings, FINDING_FAILED, WHAT,
                     "KbdInteractiveAuthentication and PasswordAuthentication are no: nobody can "
                     "give a password");
        findings_mend(findings, "in " CONFIGURATION
                                " write: KbdInteractiveAuthentication yes; then reload sshd");
    } else if (!asks) {
        findings_add(findings, FINDING_OK, WHAT,
                     "UsePAM and PasswordAuthentication are yes; without "
                     "KbdInteractiveAuthentication nobody sees the module's messages");
    } else {
        findings_add(findings, FINDING_OK, WHAT, "UsePAM and KbdInteractiveAuthentication are yes");
    }
}

void doctor_sshd(struct patient *patient, struct findings *findings)
{
    const char *program = find_sshd();
    const char *const arguments[] = {program, "-T", NULL};
    const struct child child = {.arguments = arguments, .takes_errors = 1, .wait_ms = TEST_MS};
    char *settings = NULL;

    if (!names_our_module(patient))
        return;
    if (!program)
        return findings_add(findings, FINDING_OK, WHAT, "not looked at: there is no sshd here");
    if (geteuid() != 0)
        return findings_add(findings, FINDING_OK, WHAT, "not looked at: it tells root only");
    settings = calloc(1, MAX_SETTINGS);
    if (!settings)
        return findings_add(findings, FINDING_FAILED, WHAT, "out of memory");
    if (child_run(&child, settings, MAX_SETTINGS, NULL) == 0) {
        judge(settings, findings);
    } else {
        settings[strcspn(settings, "\r\n")] = '\0';
        findings_add(findings, FINDING_WARNING, WHAT, "not looked at: %s -T: %s", program,
                     settings);
        findings_mend(findings, "see what it says and mend that: %s -T", program);
    }
    free(settings);
}

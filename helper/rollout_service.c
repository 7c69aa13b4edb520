#include "helper/rollout_service.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/durable.h"
#include "helper/exit.h"
#include "helper/pam_scenarios.h"
#include "helper/rollout_lines.h"
#include "helper/rollout_proof.h"

#define TRIAL ".mobproc-trial" /* no service has a name like this */

static void path_of(char out[static PATH_MAX], const char *service)
{
    snprintf(out, PATH_MAX, PAM_DIRECTORY "/%s", service);
}

/* Only a plain file of root's is changed: a link belongs to a tool that would write it again. */
static int check_file(const char *path, struct stat *info)
{
    if (lstat(path, info) != 0)
        return exit_because(MP_SYSTEM, path);
    if (S_ISREG(info->st_mode) && info->st_uid == 0 && info->st_nlink == 1 &&
        !(info->st_mode & (S_IWGRP | S_IWOTH)))
        return 0;
    exit_say("%s is not a file of root's alone; it is not changed", path);
    return exit_code(MP_FORBIDDEN);
}

static int refuse(const char *service, const char *why)
{
    exit_say("%s: %s; nothing was changed. Put the lines in by hand, see pam_mobproc(8)", service,
             why);
    return exit_code(MP_FORBIDDEN);
}

/* --- where, and how far to jump ----------------------------------------------------------------
 */

/* The line of the service's own file that brings the first module for local passwords; 0: none. */
static int find_place(const char *service, enum pam_stage stage, int *has_lines)
{
    struct pam_stack *stack = NULL;
    int place = 0;

    if (pam_stack_read(PAM_DIRECTORY, service, stage, &stack) != MP_OK)
        return 0;
    *has_lines |= pam_find_ours(stack) >= 0;
    for (size_t i = 0; i < stack->count && !place; i++)
        if (pam_is_local(&stack->lines[i]))
            place = stack->lines[i].origin;
    free(stack);
    return place;
}

/* Reads the text as libpam would if it stood in PAM_DIRECTORY. */
static enum mp_err read_trial(const struct secret *text, enum pam_stage stage,
                              struct pam_stack **stack)
{
    char path[PATH_MAX];
    enum mp_err err = MP_OK;

    path_of(path, TRIAL);
    err = durable_new(path, 0600, (uid_t)-1, (gid_t)-1, text);
    if (err == MP_OK)
        err = pam_stack_read(PAM_DIRECTORY, TRIAL, stage, stack);
    unlink(path);
    return err;
}

/* With the right jump in place->jump; NULL or what is wrong. */
static const char *find_jump(const struct secret *before, struct rollout_place *place)
{
    struct secret *text = NULL;
    struct pam_stack *stack = NULL;
    const char *complaint = NULL;
    enum mp_err err = MP_OK;

    place->jump = 1;
    err = rollout_lines_put(before, place, &text);
    if (err == MP_OK)
        err = read_trial(text, STAGE_AUTH, &stack);
    if (err == MP_OK)
        complaint = rollout_proof_find_jump(stack, &place->jump);
    free(stack);
    secret_free(&text);
    return err == MP_OK ? complaint : mp_err_text(err);
}

/* What was composed, as it would stand there: both stages. NULL or what is wrong. */
static const char *prove(const struct secret *after)
{
    const char *complaint = NULL;

    for (int stage = STAGE_AUTH; stage <= STAGE_ACCOUNT && !complaint; stage++) {
        struct pam_stack *stack = NULL;
        enum mp_err err = read_trial(after, (enum pam_stage)stage, &stack);

        complaint = err == MP_OK ? rollout_proof_complaint(stack) : mp_err_text(err);
        free(stack);
    }
    return complaint;
}

int rollout_service_plan(const char *service, struct rollout_edit *edit, int *has_lines)
{
    char path[PATH_MAX];
    struct stat info = {0};
    struct rollout_place place = {0};
    const char *complaint = NULL;
    enum mp_err err = MP_OK;
    int code = 0;

    *has_lines = 0;
    path_of(path, service);
    if (lstat(path, &info) != 0 && errno == ENOENT) {
        exit_say("%s: there is no such service", path);
        return EXIT_USAGE;
    }
    code = check_file(path, &info);
    if (code != 0)
        return code;
    place.auth = find_place(service, STAGE_AUTH, has_lines);
    place.account = find_place(service, STAGE_ACCOUNT, has_lines);
    if (*has_lines)
        return 0;
    if (!place.auth || !place.account)
        return refuse(service, "no module for local passwords is found in it");
    err = durable_read(path, ROLLOUT_MAX_FILE, &edit->before);
    if (err != MP_OK)
        return exit_because(err, path);
    if (strlen(secret_text(edit->before)) != secret_length(edit->before))
        return refuse(service, "it has a NUL byte");
    complaint = find_jump(edit->before, &place);
    if (!complaint) {
        err = rollout_lines_put(edit->before, &place, &edit->after);
        complaint = err == MP_OK ? prove(edit->after) : mp_err_text(err);
    }
    return complaint ? refuse(service, complaint) : 0;
}

void rollout_edit_free(struct rollout_edit *edit)
{
    secret_free(&edit->before);
    secret_free(&edit->after);
}

/* --- doing and undoing ---------------------------------------------------------------------------
 */

static int put(const char *service, const struct secret *text)
{
    char path[PATH_MAX];
    struct stat info = {0};
    enum mp_err err = MP_OK;
    int code = 0;

    path_of(path, service);
    code = check_file(path, &info);
    if (code != 0)
        return code;
    err = durable_write(path, info.st_mode & 07777, info.st_uid, info.st_gid, text);
    return exit_because(err, path);
}

int rollout_service_apply(const char *service, const struct rollout_edit *edit)
{
    char path[PATH_MAX];
    struct secret *present = NULL;
    enum mp_err err = MP_OK;
    int code = 0;

    path_of(path, service);
    err = durable_read(path, ROLLOUT_MAX_FILE, &present);
    if (err != MP_OK)
        code = exit_because(err, path);
    else if (!secret_equal(present, edit->before))
        code = refuse(service, "somebody else has just changed it");
    secret_free(&present);
    return code ? code : put(service, edit->after);
}

/* Somebody may have taken our comments out, and the lines not. */
static int check_nothing_left(const char *service)
{
    char path[PATH_MAX];
    int left = 0;

    path_of(path, service);
    for (int stage = STAGE_AUTH; stage <= STAGE_ACCOUNT; stage++) {
        struct pam_stack *stack = NULL;

        if (pam_stack_read(PAM_DIRECTORY, service, (enum pam_stage)stage, &stack) == MP_OK)
            for (size_t i = 0; i < stack->count; i++)
                left |= pam_is_ours(&stack->lines[i]) && strcmp(stack->lines[i].file, path) == 0;
        free(stack);
    }
    if (!left)
        return 0;
    exit_say("%s names " PAM_OUR_MODULE " without our comments: take these lines out by hand",
             path);
    return exit_code(MP_FORBIDDEN);
}

int rollout_service_restore(const char *service)
{
    char path[PATH_MAX];
    struct secret *before = NULL;
    struct secret *after = NULL;
    struct secret *present = NULL;
    struct secret *cut = NULL;
    enum mp_err err = MP_OK;
    int code = 0;

    path_of(path, service);
    err = durable_read(path, ROLLOUT_MAX_FILE, &present);
    if (err == MP_NO_RECORD) {
        exit_say("%s is gone: there is nothing to put back", path);
        goto out;
    }
    if (err == MP_OK && rollout_kept(service, "before", &before) == MP_OK &&
        rollout_kept(service, "after", &after) == MP_OK && secret_equal(present, after)) {
        code = put(service, before);
        goto out;
    }
    if (err == MP_OK)
        err = rollout_lines_cut(present, &cut);
    if (err == MP_OK) {
        exit_say("%s was changed since: only our lines are taken out", path);
        code = put(service, cut);
    } else if (err != MP_NO_RECORD && err != MP_PROTOCOL) {
        code = exit_because(err, path);
    }
    if (code == 0)
        code = check_nothing_left(service);
out:
    secret_free(&before);
    secret_free(&after);
    secret_free(&present);
    secret_free(&cut);
    return code;
}

#include "helper/rollout_all.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/child.h"
#include "helper/durable.h"
#include "helper/exit.h"
#include "helper/pam_scenarios.h"
#include "helper/rollout_proof.h"
#include "helper/rollout_store.h"

#define TOOL_MS 60000
#define MAX_SAID 4096
#define MAX_FILES 12
#define REPLACED "replaced" /* rollout_forget() leaves it alone */

static const struct tool {
    const char *program;
    const char *needs; /* a file without which it cannot do it; NULL: none */
    const char *on[4];
    const char *off[4];
    const char *parts[4];         /* auth and account file of each stack that it writes */
    const char *files[MAX_FILES]; /* what it writes; links are its own business */
} tools[] = {
    {"/usr/sbin/pam-auth-update",
     "/usr/share/pam-configs/mobproc",
     {"--enable", "mobproc"},
     {"--disable", "mobproc"},
     {"common-auth", "common-account"},
     {"/etc/pam.d/common-auth", "/etc/pam.d/common-account", "/etc/pam.d/common-password",
      "/etc/pam.d/common-session", "/etc/pam.d/common-session-noninteractive", "/var/lib/pam/auth",
      "/var/lib/pam/account", "/var/lib/pam/password", "/var/lib/pam/session",
      "/var/lib/pam/session-noninteractive", "/var/lib/pam/seen"}},
    {"/usr/bin/authselect",
     NULL,
     {"enable-feature", "with-mobproc", "--backup=mobproc-rollout"},
     {"disable-feature", "with-mobproc"},
     {"system-auth", "system-auth", "password-auth", "password-auth"},
     {NULL}},
};

static const struct tool *find_tool(void)
{
    for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
        if (access(tools[i].program, X_OK) == 0)
            return &tools[i];
    return NULL;
}

static int run(const struct tool *tool, const char *const words[4])
{
    /* pam-auth-update is a script, asks by debconf, and finds it through PATH */
    static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                              "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", NULL};
    const char *const arguments[] = {tool->program, words[0], words[1], words[2], NULL};
    const struct child child = {
        .arguments = arguments, .environment = environment, .takes_errors = 1, .wait_ms = TOOL_MS};
    char said[MAX_SAID];
    char *next = said;
    int status = child_run(&child, said, sizeof(said), NULL);

    if (status == 0)
        return 0;
    for (char *line = strsep(&next, "\n"); line; line = strsep(&next, "\n"))
        if (line[0])
            exit_say("%s: %s", tool->program, line);
    exit_say("%s %s %s ended with %d", tool->program, words[0], words[1], status);
    return EXIT_INTERNAL;
}

/* Is a line of ours in one of the stacks that the tool writes? */
static int has_ours(const struct tool *tool)
{
    int is_there = 0;

    for (int i = 0; i < 4 && tool->parts[i]; i++) {
        struct pam_stack *stack = NULL;

        if (pam_stack_read(PAM_DIRECTORY, tool->parts[i], i % 2 ? STAGE_ACCOUNT : STAGE_AUTH,
                           &stack) == MP_OK)
            is_there |= pam_find_ours(stack) >= 0;
        free(stack);
    }
    return is_there;
}

/* A service with lines of its own would ask twice, and its jump would land elsewhere. */
static int refuse_beside(void *owner, const char *name)
{
    int *code = owner;

    if (strcmp(name, ROLLOUT_ALL) == 0)
        return 0;
    exit_say("%s has lines of its own; first: mobproc disable --service %s", name, name);
    *code = exit_code(MP_FORBIDDEN);
    return 1;
}

int rollout_all_check(int *has_lines)
{
    const struct tool *tool = find_tool();
    int code = 0;

    *has_lines = 0;
    if (!tool) {
        exit_say("neither pam-auth-update nor authselect is here: enable one service at a time");
        return exit_code(MP_CONFIGURATION);
    }
    if (tool->needs && access(tool->needs, F_OK) != 0) {
        exit_say("%s: %s; install the package of the module", tool->needs, strerror(errno));
        return exit_code(MP_CONFIGURATION);
    }
    *has_lines = has_ours(tool);
    if (!*has_lines)
        rollout_each(refuse_beside, &code);
    return code;
}

static const char *name_of(const char *path, char out[static PATH_MAX])
{
    snprintf(out, PATH_MAX, "%s-%s", strstr(path, "/pam.d/") ? "pam_d" : "var_lib_pam",
             strrchr(path, '/') + 1);
    return out;
}

int rollout_all_keep(void)
{
    const struct tool *tool = find_tool();
    char name[PATH_MAX];
    int code = 0;

    for (int i = 0; tool && i < MAX_FILES && tool->files[i] && code == 0; i++) {
        struct secret *text = NULL;
        enum mp_err err = durable_read(tool->files[i], ROLLOUT_MAX_FILE, &text);

        if (err == MP_OK)
            err = rollout_keep(ROLLOUT_ALL, name_of(tool->files[i], name), text);
        else if (err == MP_NO_RECORD)
            err = MP_OK;
        code = exit_because(err, tool->files[i]);
        secret_free(&text);
    }
    return code;
}

/* What is about to be replaced may be somebody's work. */
static enum mp_err keep_replaced(const char *path, const char *name, const struct secret *text)
{
    struct secret *present = NULL;
    enum mp_err err = durable_read(path, ROLLOUT_MAX_FILE, &present);

    if (err == MP_NO_RECORD || (err == MP_OK && secret_equal(present, text)))
        err = MP_OK;
    else if (err == MP_OK)
        err = rollout_keep(REPLACED, name, present);
    secret_free(&present);
    return err;
}

static int put_copies_back(const struct tool *tool)
{
    char name[PATH_MAX];
    int code = 0;

    for (int i = 0; i < MAX_FILES && tool->files[i]; i++) {
        struct secret *text = NULL;
        struct stat info = {.st_mode = 0644};
        enum mp_err err = rollout_kept(ROLLOUT_ALL, name_of(tool->files[i], name), &text);

        if (err == MP_OK)
            err = keep_replaced(tool->files[i], name, text);
        if (err == MP_OK && stat(tool->files[i], &info) != 0)
            info = (struct stat){.st_mode = 0644};
        if (err == MP_OK)
            err = durable_write(tool->files[i], info.st_mode & 07777, 0, info.st_gid, text);
        secret_free(&text);
        if (err != MP_OK && err != MP_NO_RECORD)
            code = exit_because(err, tool->files[i]);
    }
    return code;
}

int rollout_all_restore(void)
{
    const struct tool *tool = find_tool();
    int code = 0;

    /* what counts is what it leaves, not what it says */
    if (!tool || !has_ours(tool))
        return 0;
    code = run(tool, tool->off);
    if (code != 0 || has_ours(tool))
        exit_say("%s did not take everything back", tool->program);
    if (!has_ours(tool))
        return 0;
    if (rollout_state(ROLLOUT_ALL) == ROLLOUT_CONFIRMED && code != 0) {
        exit_say("nothing was changed; try again when that is mended"); /* debconf is in use, say */
        return code;
    }
    if (rollout_state(ROLLOUT_ALL) == ROLLOUT_CONFIRMED) {
        exit_say("somebody has changed the files since: take the lines of ours in %s out by hand",
                 PAM_DIRECTORY);
        return exit_code(MP_FORBIDDEN);
    }
    exit_say("the files from before are put back, those of now are kept as %s/" REPLACED ".*",
             ROLLOUT_DIRECTORY);
    code = put_copies_back(tool);
    /* else its next run, for whatever package, would put the lines in again */
    if (code == 0 && run(tool, tool->off) != 0)
        exit_say("run it yourself: %s %s %s", tool->program, tool->off[0], tool->off[1]);
    if (code == 0 && has_ours(tool)) {
        exit_say("lines of ours are still in %s: take them out by hand", PAM_DIRECTORY);
        code = EXIT_INTERNAL;
    }
    return code;
}

const char *rollout_all_complaint(void)
{
    const struct tool *tool = find_tool();
    const char *complaint = tool ? NULL : "neither pam-auth-update nor authselect is here";

    for (int i = 0; !complaint && i < 4 && tool->parts[i]; i += 2)
        complaint = rollout_proof_of_service(tool->parts[i], tool->parts[i + 1]);
    return complaint;
}

int rollout_all_apply(void)
{
    const struct tool *tool = find_tool();
    int code = tool ? run(tool, tool->on) : EXIT_INTERNAL;
    const char *complaint = code == 0 ? rollout_all_complaint() : NULL;

    if (code == 0 && !complaint)
        return 0;
    if (complaint)
        exit_say("after %s: %s; it is taken back", tool->program, complaint);
    if (tool && rollout_all_restore() != 0)
        exit_say("and that failed: look at %s now", PAM_DIRECTORY);
    return code ? code : exit_code(MP_FORBIDDEN);
}

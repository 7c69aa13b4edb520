/*
 * mobproc check USER: a login as it would be with the shipped lines, before anything is enabled.
 * mobproc-check has the conversation with libpam; here its codes become words.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/check_outcome.h"
#include "helper/child.h"
#include "helper/exit.h"
#include "helper/pam_stack.h"
#include "helper/password.h"
#include "helper/start.h"
#include "helper/verbs.h"
#include "lib/proto.h"

#define PROGRAM "mobproc-check"
#define CHECK_MS 180000 /* a stack of the machine may ask several servers, one after the other */
#define MAX_OUTPUT 65536
#define MAX_CODE_NAME 40

/* What came of it so far. */
struct visit {
    const struct arguments *arguments;
    const char *user;
    struct findings *findings;
    struct check_outcome decisive; /* the first that does not agree, else the last */
    int stages;
};

/* --- what mobproc-check says -------------------------------------------------------------------
 */

/* "PAM_AUTH_ERR" */
static const char *code_name(int code, char out[static MAX_CODE_NAME])
{
    int length = 0;

    if (code < 0 || code >= CODE_COUNT)
        length = snprintf(out, MAX_CODE_NAME, "PAM code %d", code);
    else
        length = snprintf(out, MAX_CODE_NAME, "PAM_%s", pam_code_name((enum pam_code)code));
    for (int i = 4; code >= 0 && code < CODE_COUNT && i < length; i++)
        out[i] = (char)toupper((unsigned char)out[i]);
    return out;
}

/* Why our module does not know this name, as far as it can be told from here. */
static const char *why_unknown(const struct visit *visit, const struct check_outcome *outcome)
{
    const struct passwd *entry = getpwnam(visit->user);

    if (!entry)
        return "no user of this machine; the local modules decide";
    if (entry->pw_uid == 0)
        return "uid 0 is never sent anywhere; the local modules decide";
    return outcome->words;
}

static void add_stage(struct visit *visit, const char *stage, int code)
{
    int is_ours = !visit->arguments->service;
    struct check_outcome outcome =
        is_ours ? check_outcome_of_ours(stage, code) : check_outcome_of_service(code);
    char name[MAX_CODE_NAME];

    if (is_ours && code == CODE_USER_UNKNOWN)
        outcome.words = why_unknown(visit, &outcome);
    findings_add(visit->findings, outcome.result, stage, "%s: %s", code_name(code, name),
                 outcome.words);
    if (outcome.mend)
        findings_mend(visit->findings, "%s", outcome.mend);
    if (visit->stages++ == 0 || outcome.way == WAY_CLOSED)
        visit->decisive = outcome;
}

static void read_line(struct visit *visit, char *line)
{
    char *value = strchr(line, ' ');
    char *end = NULL;
    long code = 0;

    if (!value)
        return;
    *value++ = '\0';
    if (strcmp(line, "message") == 0) {
        findings_add(visit->findings, FINDING_OK, "message", "%s", value);
        return;
    }
    code = strtol(value, &end, 10);
    if (end != value && *end == '\0' && code >= 0 && code < INT_MAX)
        add_stage(visit, line, (int)code);
}

/* --- running it ----------------------------------------------------------------------------------
 */

static enum mp_err find_program(char *out, size_t size)
{
    char *slash = NULL;

    start_find_program(out, size); /* they stand in one folder */
    slash = strrchr(out, '/');
    if (!slash || (size_t)(slash - out) + sizeof("/" PROGRAM) > size)
        return MP_TOO_LONG;
    memcpy(slash, "/" PROGRAM, sizeof("/" PROGRAM));
    return access(out, X_OK) == 0 ? MP_OK : MP_SYSTEM;
}

static int run(struct visit *visit, const struct secret *password)
{
    const struct arguments *asked = visit->arguments;
    char program[PATH_MAX];
    const char *arguments[12] = {program, "--user", visit->user};
    const struct child child = {.arguments = arguments, .input = password, .wait_ms = CHECK_MS};
    char *output = calloc(1, MAX_OUTPUT);
    char *next = output;
    size_t count = 3;
    enum mp_err err = output ? find_program(program, sizeof(program)) : MP_NOMEM;
    int status = EXIT_INTERNAL;

    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"--socket", "--service", "--directory"};
        const char *const values[] = {asked->socket, asked->service, asked->pam_directory};

        if (values[i]) {
            arguments[count++] = names[i];
            arguments[count++] = values[i];
        }
    }
    if (err == MP_OK)
        status = child_run(&child, output, MAX_OUTPUT, NULL);
    for (char *line = strsep(&next, "\n"); err == MP_OK && line; line = strsep(&next, "\n"))
        read_line(visit, line);
    free(output);
    if (err != MP_OK)
        return exit_because(err, PROGRAM);
    if (status == 0 && visit->stages > 0)
        return 0;
    if (status == CHILD_NOT_RUN)
        exit_say(PROGRAM " did not end by itself");
    return EXIT_INTERNAL;
}

/* --- the verb ------------------------------------------------------------------------------------
 */

static const char *complaint_about(const struct arguments *arguments)
{
    const char *service = arguments->service;
    const char *directory = arguments->pam_directory ? arguments->pam_directory : PAM_DIRECTORY;
    struct pam_stack *stack = NULL;
    enum mp_err err = MP_OK;

    if (strlen(arguments->words[0]) > PROTO_MAX_NAME)
        return "no user has so long a name";
    if (!service)
        return arguments->pam_directory ? "--pam-directory is for --service" : NULL;
    if (!service[0] || service[0] == '.' || strchr(service, '/'))
        return "--service takes the name of a file in " PAM_DIRECTORY;
    if (arguments->socket)
        return "either --service, whose lines name the socket, or --socket";
    /* libpam would take `other` for a service that it does not know */
    err = pam_stack_read(directory, service, STAGE_AUTH, &stack);
    free(stack);
    return err == MP_OK ? NULL : "there is no such service";
}

static void add_verdict(struct visit *visit)
{
    static const char *const words[] = {
        [WAY_IN] = "would get in",
        [WAY_LOCAL] = "is left to the local modules: with a local password, as without us",
        [WAY_CLOSED] = "would not get in",
    };

    findings_add(visit->findings, visit->decisive.result, "login", "%s %s", visit->user,
                 words[visit->decisive.way]);
    if (visit->decisive.result != FINDING_OK)
        findings_mend(visit->findings, "see above");
}

int verb_check(const struct arguments *arguments)
{
    const char *complaint = complaint_about(arguments);
    struct visit visit = {.arguments = arguments, .user = arguments->words[0]};
    struct secret *password = NULL;
    char prompt[2 * PROTO_MAX_NAME];
    int code = 0;

    if (complaint) {
        exit_say("%s", complaint);
        return EXIT_USAGE;
    }
    snprintf(prompt, sizeof(prompt), "Password of %s: ", visit.user);
    code = password_read(arguments->password_stdin, prompt, &password);
    visit.findings = findings_new();
    if (code == 0 && !visit.findings)
        code = exit_because(MP_NOMEM, NULL);
    if (code == 0)
        code = run(&visit, password);
    secret_free(&password);
    if (code == 0) {
        add_verdict(&visit);
        code = findings_print(visit.findings, arguments->json) == EXIT_INTERNAL
                   ? EXIT_INTERNAL
                   : visit.decisive.exit_code;
    }
    findings_free(&visit.findings);
    return code;
}

/*
 * mobproc-check: one whole PAM conversation for `mobproc check`, which runs it and explains what it
 * says. A program of its own, since mobproc is not linked with libpam.
 *
 *     mobproc-check --user NAME [--socket PATH | --service NAME [--directory DIR]] < password
 *
 * Standard input is the password, to its end, without a newline. It prints as it happens
 *
 *     STAGE NUMBER      authenticate, acct_mgmt, setcred, open_session, close_session, and the PAM
 *                       code that came of it
 *     message TEXT      what a module said, escaped
 *
 * and stops after the first stage at which a login would end: with the shipped lines a refusal (the
 * codes after which the local modules have their turn are none), in a service of the machine
 * anything but success. Exit: 0 it ran, whatever came of it; 2 usage; 70 it could not run.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/proto.h"
#include "pam_mobproc/check_conversation.h"
#include "pam_mobproc/check_stack.h"

#define EXIT_USAGE 2
#define EXIT_NOT_RUN 70

static const struct stage {
    const char *name;
    int (*run)(pam_handle_t *pamh, int flags);
    int flags;
} stages[] = {
    {"authenticate", pam_authenticate, 0},        {"acct_mgmt", pam_acct_mgmt, 0},
    {"setcred", pam_setcred, PAM_ESTABLISH_CRED}, {"open_session", pam_open_session, 0},
    {"close_session", pam_close_session, 0},
};

/* After these the shipped lines let the local modules have their turn; they have no session. */
static int local_modules_follow(const struct stage *stage, int code)
{
    if (stage->run == pam_authenticate)
        return code == PAM_USER_UNKNOWN || code == PAM_AUTHINFO_UNAVAIL;
    if (stage->run == pam_acct_mgmt)
        return code == PAM_USER_UNKNOWN || code == PAM_AUTHINFO_UNAVAIL || code == PAM_IGNORE;
    return 1;
}

static int converse(pam_handle_t *pamh, int is_private)
{
    int code = PAM_SUCCESS;
    int goes_on = 1;

    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]) && goes_on; i++) {
        code = stages[i].run(pamh, stages[i].flags);
        printf("%s %d\n", stages[i].name, code);
        goes_on = code == PAM_SUCCESS || (is_private && local_modules_follow(&stages[i], code));
    }
    if (goes_on)
        (void)pam_setcred(pamh, PAM_DELETE_CRED);
    return code;
}

/* NULL when there is none, or more than a password can be. The caller frees it. */
static struct secret *read_password(void)
{
    struct secret *password = secret_new(PROTO_MAX_PASSWORD);
    ssize_t got = 1;

    while (password && got != 0) {
        size_t used = secret_length(password);
        size_t left = secret_capacity(password) - used;
        char more = 0;

        got = left > 0 ? read(STDIN_FILENO, secret_bytes(password) + used, left)
                       : read(STDIN_FILENO, &more, 1);
        if (got > 0 && left > 0)
            secret_set_length(password, used + (size_t)got);
        else if (got > 0 || (got < 0 && errno != EINTR))
            secret_free(&password);
    }
    if (password && secret_length(password) == 0)
        secret_free(&password);
    return password;
}

static int read_options(int argc, char **argv, struct check_stack *stack, const char **user)
{
    static const struct option known[] = {
        {"user", required_argument, NULL, 'u'},
        {"socket", required_argument, NULL, 's'},
        {"service", required_argument, NULL, 'n'},
        {"directory", required_argument, NULL, 'd'},
        {0},
    };
    int option = 0;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (option == 'u')
            *user = optarg;
        else if (option == 's')
            stack->socket = optarg;
        else if (option == 'n')
            stack->service = optarg;
        else if (option == 'd')
            stack->directory = optarg;
        else
            return -1;
    }
    return *user && optind == argc ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct check_stack stack = {0};
    struct check_person person = {0};
    const struct pam_conv conv = {check_converse, &person};
    struct secret *password = NULL;
    pam_handle_t *pamh = NULL;
    int status = EXIT_NOT_RUN;

    if (read_options(argc, argv, &stack, &person.name) != 0) {
        fputs("mobproc-check: it is for mobproc check; see mobproc(1)\n", stderr);
        return EXIT_USAGE;
    }
    password = read_password();
    person.password = password;
    if (!password)
        fputs("mobproc-check: no password on standard input\n", stderr);
    else if (check_start(&stack, person.name, &conv, &pamh) == PAM_SUCCESS)
        status = pam_end(pamh, converse(pamh, !stack.service)) == PAM_SUCCESS ? 0 : EXIT_NOT_RUN;
    secret_free(&password);
    return fflush(stdout) == 0 ? status : EXIT_NOT_RUN;
}

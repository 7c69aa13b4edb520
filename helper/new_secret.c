#include "helper/new_secret.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/terminal.h"
#include "lib/proto.h"

#define PROMPT_SIZE 200

const char *new_secret_judge(const struct secret *secret)
{
    const char *bytes = secret_text(secret);

    if (secret_length(secret) == 0)
        return "is empty";
    if (secret_length(secret) > PROTO_MAX_PASSWORD)
        return "is longer than 1024 bytes";
    for (size_t i = 0; i < secret_length(secret); i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r')
            return "has more than one line";
        if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7f)
            return "holds a control byte";
    }
    return NULL;
}

_Static_assert(PROTO_MAX_PASSWORD == 1024, "a message above names the number");

/* The key of a certificate: the broker says whether it is one. */
static int is_pem(const struct secret *secret)
{
    static const char begin[] = "-----BEGIN ";

    return strncmp(secret_text(secret), begin, strlen(begin)) == 0;
}

uint16_t new_secret_tag(const struct secret *secret)
{
    return is_pem(secret) ? PROTO_CLIENT_KEY : PROTO_PASSWORD;
}

/* Why nothing was read, in words; the exit code. */
static int complain(enum mp_err err, const char *what)
{
    if (err == MP_INTERRUPTED)
        exit_say("%s: nothing was given", what);
    else if (err == MP_TOO_LONG)
        exit_say("%s is longer than %d bytes", what, PROTO_MAX_PEM);
    else if (err == MP_PROTOCOL)
        exit_say("%s holds a NUL byte", what);
    else if (err == MP_SYSTEM)
        exit_say("%s cannot be read: %s", what, strerror(errno));
    else
        return exit_because(err, what);
    return EXIT_USAGE;
}

/* Gives the secret to the caller if it is one. */
static int hand_over(const char *what, struct secret **secret, struct secret **out)
{
    const char *reason = is_pem(*secret) ? NULL : new_secret_judge(*secret);

    if (reason) {
        exit_say("%s %s", what, reason);
        return EXIT_USAGE;
    }
    *out = *secret;
    *secret = NULL;
    return 0;
}

int new_secret_ask(const char *what, struct secret **out)
{
    char prompt[PROMPT_SIZE];
    struct secret *first = NULL;
    struct secret *second = NULL;
    enum mp_err err = MP_OK;
    int code = EXIT_USAGE;

    *out = NULL;
    snprintf(prompt, sizeof(prompt), "Enter %s: ", what);
    err = terminal_password(prompt, &first);
    snprintf(prompt, sizeof(prompt), "Once more: ");
    if (err == MP_OK)
        err = terminal_password(prompt, &second);
    if (err != MP_OK)
        code = complain(err, what);
    else if (!secret_equal(first, second))
        exit_say("the two are different");
    else
        code = hand_over(what, &first, out);
    secret_free(&first);
    secret_free(&second);
    return code;
}

int new_secret_from_stdin(const char *what, struct secret **out)
{
    struct secret *secret = NULL;
    enum mp_err err = MP_OK;
    int code = EXIT_USAGE;

    *out = NULL;
    if (isatty(STDIN_FILENO)) {
        exit_say("standard input is a terminal; without --stdin nothing is shown");
        return EXIT_USAGE;
    }
    err = terminal_password_from(STDIN_FILENO, PROTO_MAX_PEM, &secret);
    code = err == MP_OK ? hand_over(what, &secret, out) : complain(err, what);
    secret_free(&secret);
    return code;
}

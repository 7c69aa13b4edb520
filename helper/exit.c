#include "helper/exit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The code, and what a person can do about it. */
static const struct {
    unsigned char code;
    const char *hint;
} outcomes[] = {
    [MP_OK] = {0, NULL},
    [MP_NOMEM] = {EXIT_INTERNAL, NULL},
    [MP_SYSTEM] = {EXIT_INTERNAL, NULL},
    [MP_PROTOCOL] = {EXIT_INTERNAL, "are mobproc and mobprocd of one release?"},
    [MP_TOO_LONG] = {EXIT_USAGE, NULL},
    [MP_INTERRUPTED] = {EXIT_INTERNAL, NULL},
    [MP_STORAGE] = {EXIT_INTERNAL, "the broker's log says more"},
    [MP_LOCKED] = {6, "the vault key must be made available to mobprocd"},
    [MP_INTERNAL] = {EXIT_INTERNAL, NULL},
    [MP_BROKER_ABSENT] = {5, "start mobprocd, then try again"},
    [MP_BROKER_HUNG] = {5, "try again later"},
    [MP_BROKER_FOREIGN] = {4, "look at who owns the socket and its directory"},
    [MP_BUSY] = {5, "try again later"},
    [MP_FORBIDDEN] = {4, NULL},
    [MP_UNSUPPORTED] = {EXIT_INTERNAL, "are mobproc and mobprocd of one release?"},
    [MP_CONFIGURATION] = {7, "mobprocd --check names the line"},
    [MP_NO_ACCOUNT] = {1, "mobproc status shows the accounts that you may use"},
    [MP_AMBIGUOUS] = {2, "mobproc status shows the accounts that you may use"},
    [MP_NO_RECORD] = {1, "run: mobproc login"},
    [MP_LOGIN_NEEDED] = {3, "run: mobproc login"},
    [MP_UNMAPPED] = {4, NULL},
    [MP_GUARD] = {4, NULL},
    [MP_DENIED] = {4, NULL},
    [MP_POLICY] = {4, NULL},
    [MP_OUTAGE] = {5, "try again later"},
    [MP_CLIENT] = {7, "the account's configuration must be corrected"},
};

_Static_assert(sizeof(outcomes) / sizeof(outcomes[0]) == MP_ERR_COUNT, "every error has its code");

int exit_code(enum mp_err err)
{
    return (unsigned)err < MP_ERR_COUNT ? outcomes[err].code : EXIT_INTERNAL;
}

/* One write, so that lines of several processes do not mix. Nobody can be told if it fails. */
static void say_line(const char *text)
{
    char line[4 * PROTO_MAX_TEXT + 16] = "mobproc: ";
    size_t start = strlen(line);
    size_t length = 0;

    proto_escape(line + start, sizeof(line) - start - 1, text);
    length = strlen(line);
    line[length++] = '\n';
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}

void exit_say(const char *format, ...)
{
    char text[PROTO_MAX_TEXT + 256];
    va_list values;

    va_start(values, format);
    vsnprintf(text, sizeof(text), format, values);
    va_end(values);
    say_line(text);
}

/* A text may have several lines, such as the errors of a configuration. */
static void say_lines(const char *text, size_t length)
{
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t line = end ? (size_t)(end - text) : length;

        if (line > 0)
            exit_say("%.*s", (int)line, text);
        line += end ? 1 : 0;
        text += line;
        length -= line;
    }
}

void exit_texts(const struct call_reply *reply)
{
    for (size_t i = 0; i < reply->message.count; i++) {
        const struct wire_field *field = &reply->message.fields[i];

        if (field->tag == PROTO_TEXT)
            say_lines((const char *)field->bytes, field->length);
    }
}

/* A system call of the broker's failed, not one of ours: errno knows nothing of it. */
static int failed_there(enum mp_err err, const struct call_reply *reply)
{
    return err == MP_SYSTEM && reply &&
           wire_number(&reply->message, PROTO_ERROR, MP_OK) == MP_SYSTEM;
}

void exit_words(enum mp_err err, const struct call_reply *reply, const char *account, char *out,
                size_t size)
{
    unsigned known = (unsigned)err < MP_ERR_COUNT ? err : MP_INTERNAL;
    int is_there = failed_there(err, reply);
    const char *text = is_there ? "a system call of the broker failed" : mp_err_text(err);
    const char *hint = is_there ? "try again later" : outcomes[known].hint;
    const char *reason = err == MP_SYSTEM && !is_there && errno ? strerror(errno) : NULL;
    int to_login = err == MP_NO_RECORD || err == MP_LOGIN_NEEDED;

    snprintf(out, size, "%s%s%s%s%s%s%s%s%s", account ? account : "", account ? ": " : "", text,
             reason ? ": " : "", reason ? reason : "", hint ? "; " : "", hint ? hint : "",
             to_login && account ? " " : "", to_login && account ? account : "");
}

static int conclude(enum mp_err err, const struct call_reply *reply, const char *account)
{
    char words[PROTO_MAX_TEXT + 256];

    if (err == MP_OK)
        return 0;
    exit_words(err, reply, account, words, sizeof(words));
    exit_say("%s", words);
    return failed_there(err, reply) ? exit_code(MP_OUTAGE) : exit_code(err);
}

int exit_because(enum mp_err err, const char *account)
{
    return conclude(err, NULL, account);
}

int exit_reply(enum mp_err err, const struct call_reply *reply, const char *account)
{
    exit_texts(reply);
    return conclude(err, reply, account);
}

/*
 * The one place where an error becomes words on standard error and an exit code.
 *
 * 0 done, 1 no such account or record, 2 usage or ambiguous, 3 login needed, 4 refused,
 * 5 try again later, 6 locked, 7 configuration, 70 internal error.
 */
#ifndef MOBPROC_HELPER_EXIT_H
#define MOBPROC_HELPER_EXIT_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/call.h"
#include "lib/err.h"

#define EXIT_USAGE 2
#define EXIT_INTERNAL 70

/* The exit code for an error. */
int exit_code(enum mp_err err);

/* One line `mobproc: ...` on standard error; bytes that are not printable ASCII are escaped. */
void exit_say(const char *format, ...) PRINTF_LIKE(1, 2);

/* Every PROTO_TEXT of a reply, a line each, escaped, on standard error. */
void exit_texts(const struct call_reply *reply);

/*
 * What went wrong and what to do next, as exit_reply() says it: one line of our own words. `reply`
 * is the call's, or NULL when there was none: MP_SYSTEM with errno is ours, that of a reply is not.
 */
void exit_words(enum mp_err err, const struct call_reply *reply, const char *account, char *out,
                size_t size);

/*
 * Says what went wrong and what to do next; MP_OK says nothing. `account` is NULL or the account
 * asked for. Returns the exit code.
 */
int exit_because(enum mp_err err, const char *account);

/*
 * exit_texts() and exit_because() for a call that came back. What the broker could not do because a
 * system call of its own failed can be tried again: 5.
 */
int exit_reply(enum mp_err err, const struct call_reply *reply, const char *account);

#endif

/* A password from the terminal or from standard input, never from an argument or a variable. */
#ifndef MOBPROC_HELPER_TERMINAL_H
#define MOBPROC_HELPER_TERMINAL_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * Shows `prompt` on /dev/tty and reads a line without echo. A signal that ends or stops the
 * program (INT, TERM, HUP, QUIT, TSTP...) first restores the terminal; after a stop it asks again.
 * MP_OK with a password of 1 to PROTO_MAX_PASSWORD bytes in *out, which the caller frees, or
 *   MP_SYSTEM       there is no terminal
 *   MP_TOO_LONG     a longer line
 *   MP_INTERRUPTED  nothing was typed
 *   MP_NOMEM
 */
enum mp_err terminal_password(const char *prompt, struct secret **out) MUST_CHECK;

/*
 * Reads `fd` to its end: the password is everything up to one final newline, which is dropped.
 * As above, and MP_PROTOCOL for a NUL byte.
 */
enum mp_err terminal_password_from(int fd, struct secret **out) MUST_CHECK;

#endif

/* What a person types without an echo: a password, or another line that is nobody else's business.
 * It comes from the terminal or from standard input, never from an argument or a variable. */
#ifndef MOBPROC_HELPER_TERMINAL_H
#define MOBPROC_HELPER_TERMINAL_H

#include <stddef.h>

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
 * The same for any line of 1 to `max` bytes. It may be longer than the 4095 bytes that a terminal
 * keeps of a line (termios(3), canonical mode); Backspace, Ctrl-U and Ctrl-D mean what they always
 * do. And MP_PROTOCOL for a NUL byte.
 */
enum mp_err terminal_line(const char *prompt, size_t max, struct secret **out) MUST_CHECK;

/*
 * Reads `fd` to its end: the password of at most `max` bytes is everything up to one final
 * newline, which is dropped. As above, and MP_PROTOCOL for a NUL byte.
 */
enum mp_err terminal_password_from(int fd, size_t max, struct secret **out) MUST_CHECK;

#endif

/* The password of somebody who logs in: typed at the terminal without echo, or standard input. */
#ifndef MOBPROC_HELPER_PASSWORD_H
#define MOBPROC_HELPER_PASSWORD_H

#include "lib/attr.h"
#include "lib/secret.h"

/*
 * Asks with `prompt`, or with `from_stdin` reads standard input up to one final newline; a terminal
 * is refused there. Returns 0 and 1 to PROTO_MAX_PASSWORD bytes in *out, which the caller frees;
 * else the exit code, after saying why.
 */
int password_read(int from_stdin, const char *prompt, struct secret **out) MUST_CHECK;

#endif

/* A secret that somebody sets, such as the client's: typed twice, since nobody sees what he types.
 */
#ifndef MOBPROC_HELPER_NEW_SECRET_H
#define MOBPROC_HELPER_NEW_SECRET_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/secret.h"

/*
 * Asks for `what` ("the secret tangoe") on the terminal, twice, without echo. Returns 0 and a
 * secret of one line in *out, which the caller frees; else the exit code, after saying why.
 */
int new_secret_ask(const char *what, struct secret **out) MUST_CHECK;

/* The same from standard input, to its end, where it may also be a PEM text; one final newline is
 * dropped. A terminal is refused. */
int new_secret_from_stdin(const char *what, struct secret **out) MUST_CHECK;

/* The field in which the broker takes it: PROTO_PASSWORD, or PROTO_CLIENT_KEY for a PEM text. */
uint16_t new_secret_tag(const struct secret *secret);

/* What the broker would refuse in a secret, as the end of a sentence; NULL when it is fine. */
const char *new_secret_judge(const struct secret *secret);

#endif

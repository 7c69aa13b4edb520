/* What a tool says on standard input, to the end of file: one value, or a JSON text. */
#ifndef MOBPROC_HELPER_INPUT_H
#define MOBPROC_HELPER_INPUT_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define INPUT_MAX 65535 /* bytes */

/*
 * Everything that `fd` has, as it came, in *out, which the caller frees. MP_OK; MP_TOO_LONG (over
 * INPUT_MAX); MP_SYSTEM; MP_NOMEM.
 */
enum mp_err input_all(int fd, struct secret **out) MUST_CHECK;

/*
 * One value of those bytes in *out: the white space around it is dropped, and what is left may be
 * empty. MP_PROTOCOL for a control byte inside (helper/control.h), MP_NOMEM.
 */
enum mp_err input_value(const struct secret *input, struct secret **out) MUST_CHECK;

/* Reads to the end of file, at most 1 MiB, and looks at nothing. */
void input_drain(int fd);

#endif

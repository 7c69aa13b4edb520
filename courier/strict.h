/*
 * Is this text what RFC 8259 calls JSON, and unambiguous? Asked before json-c sees it: json-c lets
 * duplicate keys win, cuts keys at \u0000 and reads NaN, even in its strict mode.
 */
#ifndef MOBPROC_COURIER_STRICT_H
#define MOBPROC_COURIER_STRICT_H

#include <stddef.h>

#include "lib/attr.h"

#define STRICT_MAX_DEPTH 8  /* arrays and objects inside each other */
#define STRICT_MAX_KEYS 512 /* in the whole text */

/*
 * NULL when the text is exactly one value with white space around it, in valid UTF-8 without a
 * byte order mark, without raw control characters, without \u0000 and lone surrogates, and no
 * object has a key twice, however written. Otherwise a static sentence that says what is wrong.
 */
const char *strict_problem(const void *text, size_t length) MUST_CHECK;

#endif

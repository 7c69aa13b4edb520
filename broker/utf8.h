/* Is this text well-formed UTF-8? RFC 3629: no overlong form, no surrogate, nothing over U+10FFFF.
 */
#ifndef MOBPROC_BROKER_UTF8_H
#define MOBPROC_BROKER_UTF8_H

#include <stddef.h>

/* 1 when all `length` bytes are well formed; NUL and other ASCII bytes are. */
int utf8_is_valid(const void *bytes, size_t length);

#endif

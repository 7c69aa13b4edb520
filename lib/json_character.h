/* The characters of a JSON string (RFC 8259, section 7), as written and as meant. */
#ifndef MOBPROC_LIB_JSON_CHARACTER_H
#define MOBPROC_LIB_JSON_CHARACTER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"

/* A piece of a text. Owns nothing. */
struct json_span {
    const uint8_t *at;
    const uint8_t *end;
};

/*
 * Takes one character off a span that is not empty, unescaped. 1, or 0 when it is not valid: raw
 * control bytes, UTF-8 that RFC 3629 does not know, unknown escapes, \u0000, a lone surrogate.
 */
int json_character_take(struct json_span *text, uint32_t *code) MUST_CHECK;

/* Writes a character as UTF-8; returns the bytes that it took. */
size_t json_character_put(uint8_t out[static 4], uint32_t code) MUST_CHECK;

/* Can JSON carry this text as it is: is it UTF-8? */
int json_is_utf8(const char *text) MUST_CHECK;

#endif

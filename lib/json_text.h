/*
 * Is this text what RFC 8259 calls JSON, and unambiguous? And what do its objects say? json-c alone
 * lets duplicate keys win, cuts keys at \u0000 and reads NaN, even in its strict mode.
 */
#ifndef MOBPROC_LIB_JSON_TEXT_H
#define MOBPROC_LIB_JSON_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/json_character.h"
#include "lib/secret.h"

#define JSON_TEXT_MAX_DEPTH 8  /* arrays and objects inside each other */
#define JSON_TEXT_MAX_KEYS 512 /* in the whole text */
#define JSON_TEXT_ROOT 1       /* the outermost object; 0 is none */

struct json_text_member {
    size_t object;          /* the number of the object that it belongs to */
    struct json_span name;  /* between the quotes, as written */
    struct json_span value; /* as written, without white space around it */
    size_t inner;           /* the number of the object that the value is, or 0 */
};

/* The members of all objects of a text, which must outlive it. Owns nothing; 40 KiB. */
struct json_text {
    int is_object; /* is the whole an object? */
    size_t count;
    struct json_text_member members[JSON_TEXT_MAX_KEYS];
};

/*
 * NULL when the text is exactly one value with white space around it, in valid UTF-8 without a
 * byte order mark, without raw control characters, without \u0000 and lone surrogates, and no
 * object has a key twice, however written. Otherwise a static sentence that says what is wrong, and
 * *json is not to be looked at.
 */
const char *json_text_read(struct json_text *json, const void *text, size_t length) MUST_CHECK;

/* The member of that name in that object (JSON_TEXT_ROOT, or another one's `inner`), or NULL. */
const struct json_text_member *json_text_find(const struct json_text *json, size_t object,
                                              const char *name) MUST_CHECK;

/*
 * The member's text, unescaped, in *out, which the caller frees. A member that is NULL gives NULL.
 * MP_PROTOCOL when it is no string, MP_NOMEM.
 */
enum mp_err json_text_string(const struct json_text_member *member, struct secret **out) MUST_CHECK;

/* Is the value written exactly like this: `true`, `1`, `"v1"`? No for a member that is NULL. */
int json_text_is(const struct json_text_member *member, const char *written) MUST_CHECK;

#endif

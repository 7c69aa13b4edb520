/* The only door to json-c: one object, read member by member. */
#ifndef MOBPROC_COURIER_JSON_H
#define MOBPROC_COURIER_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

struct json; /* a parsed object; it owns all that the functions below point to */

enum json_kind {
    JSON_ABSENT,
    JSON_NULL,
    JSON_STRING,
    JSON_INTEGER, /* written without fraction and exponent */
    JSON_TRUE,
    JSON_FALSE,
    JSON_OBJECT,
    JSON_OTHER,
};

/*
 * Parses a text that json_text_read() accepts into an object that the caller frees with json_free.
 *   MP_OK
 *   MP_PROTOCOL  it is not strict JSON or not an object; *problem says so (static)
 *   MP_NOMEM
 */
enum mp_err json_parse(const struct secret *text, struct json **json,
                       const char **problem) MUST_CHECK;

/* NULL and a pointer to NULL are accepted. The bytes are not wiped: the process ends soon. */
void json_free(struct json **json);

enum json_kind json_kind(const struct json *json, const char *key);

/* The string without escapes; it contains no NUL. NULL when the member is no string. */
const char *json_string(const struct json *json, const char *key, size_t *length);

/* The integer, cut to what int64_t holds; 0 when the member is no integer. */
int64_t json_integer(const struct json *json, const char *key);

/* The object inside, which belongs to `json`; NULL when the member is none. */
const struct json *json_member(const struct json *json, const char *key);

#endif

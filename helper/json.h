/*
 * The one door to json-c: JSON for scripts. A text that is not UTF-8 is escaped like a message
 * (proto_escape), since JSON has no other bytes (RFC 8259, 8.1).
 */
#ifndef MOBPROC_HELPER_JSON_H
#define MOBPROC_HELPER_JSON_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

struct json; /* an object or an array, with what was put into it */

/* NULL when memory is short. Free: json_free. */
struct json *json_new_object(void) MUST_CHECK;
struct json *json_new_array(void) MUST_CHECK;

/* Frees and sets the caller's pointer to NULL; NULL is fine. */
void json_free(struct json **json);

/* Members of an object. NULL text and a time of 0 write nothing. MP_OK or MP_NOMEM. */
enum mp_err json_put_text(struct json *object, const char *name, const char *text) MUST_CHECK;
enum mp_err json_put_number(struct json *object, const char *name, uint64_t number) MUST_CHECK;
enum mp_err json_put_time(struct json *object, const char *name, uint64_t seconds) MUST_CHECK;
enum mp_err json_put_flag(struct json *object, const char *name, int is_set) MUST_CHECK;

/* Moves *child into an object, or to the end of an array; it is freed in any case. NULL: MP_NOMEM.
 */
enum mp_err json_put(struct json *object, const char *name, struct json **child) MUST_CHECK;
enum mp_err json_add(struct json *array, struct json **child) MUST_CHECK;
enum mp_err json_add_text(struct json *array, const char *text) MUST_CHECK;

/* Prints it with a final newline, and frees it. `err` is what building it gave. Exit code. */
int json_print(struct json **json, enum mp_err err) MUST_CHECK;

#endif

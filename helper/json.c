#include "helper/json.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "helper/exit.h"
#include "helper/out.h"
#include "lib/json_character.h"
#include "lib/proto.h"

#define FORMAT (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE)

static struct json_object *inner(struct json *json)
{
    return (struct json_object *)(void *)json;
}

static struct json *outer(struct json_object *object)
{
    return (struct json *)(void *)object;
}

struct json *json_new_object(void)
{
    return outer(json_object_new_object());
}

struct json *json_new_array(void)
{
    return outer(json_object_new_array());
}

void json_free(struct json **json)
{
    if (*json)
        json_object_put(inner(*json));
    *json = NULL;
}

static struct json *new_text(const char *text)
{
    char escaped[4 * PROTO_MAX_TEXT + 1];

    if (json_is_utf8(text))
        return outer(json_object_new_string(text));
    proto_escape(escaped, sizeof(escaped), text);
    return outer(json_object_new_string(escaped));
}

enum mp_err json_put(struct json *object, const char *name, struct json **child)
{
    struct json *taken = *child;

    *child = NULL;
    if (!taken)
        return MP_NOMEM;
    if (json_object_object_add(inner(object), name, inner(taken)) == 0)
        return MP_OK;
    json_free(&taken);
    return MP_NOMEM;
}

enum mp_err json_add(struct json *array, struct json **child)
{
    struct json *taken = *child;

    *child = NULL;
    if (!taken)
        return MP_NOMEM;
    if (json_object_array_add(inner(array), inner(taken)) == 0)
        return MP_OK;
    json_free(&taken);
    return MP_NOMEM;
}

enum mp_err json_add_text(struct json *array, const char *text)
{
    struct json *value = new_text(text);

    return json_add(array, &value);
}

enum mp_err json_put_text(struct json *object, const char *name, const char *text)
{
    struct json *value = text ? new_text(text) : NULL;

    return text ? json_put(object, name, &value) : MP_OK;
}

enum mp_err json_put_number(struct json *object, const char *name, uint64_t number)
{
    int64_t fits = number <= INT64_MAX ? (int64_t)number : INT64_MAX;
    struct json *value = outer(json_object_new_int64(fits));

    return json_put(object, name, &value);
}

enum mp_err json_put_time(struct json *object, const char *name, uint64_t seconds)
{
    return seconds ? json_put_number(object, name, seconds) : MP_OK;
}

enum mp_err json_put_flag(struct json *object, const char *name, int is_set)
{
    struct json *value = outer(json_object_new_boolean(is_set));

    return json_put(object, name, &value);
}

/* Where json-c's text cannot grow, it leaves a piece out and goes on: only errno tells. */
static const char *render(struct json *json)
{
    const char *rendered = NULL;

    errno = 0;
    rendered = json_object_to_json_string_ext(inner(json), FORMAT);
    return errno == ENOMEM ? NULL : rendered;
}

int json_print(struct json **json, enum mp_err err)
{
    struct secret *text = NULL;
    const char *rendered = NULL;
    int code = 0;

    if (err == MP_OK && *json)
        rendered = render(*json);
    if (rendered)
        text = secret_new(strlen(rendered) + 1);
    if (err == MP_OK)
        err = text ? out_add(text, rendered, "\n", NULL) : MP_NOMEM;
    code = err == MP_OK ? out_write(text) : exit_because(err, NULL);
    secret_free(&text);
    json_free(json);
    return code;
}

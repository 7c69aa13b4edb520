#include "helper/json.h"

#include <json-c/json.h>
#include <string.h>

#include "helper/exit.h"
#include "helper/out.h"
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

/* The length of the UTF-8 character at `byte`, or 0: RFC 3629, no over-long form, no surrogate. */
static size_t utf8_length(const unsigned char *byte)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned point = byte[0];
    size_t length = 1;

    if (point < 0x80)
        return 1;
    if (point >= 0xc2 && point <= 0xdf)
        length = 2;
    else if (point >= 0xe0 && point <= 0xef)
        length = 3;
    else if (point >= 0xf0 && point <= 0xf4)
        length = 4;
    else
        return 0;
    point &= 0xffU >> (length + 1);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (byte[i] & 0x3f);
    }
    return point >= least[length] && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
               ? length
               : 0;
}

int json_is_exact(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;

    while (*byte) {
        size_t length = utf8_length(byte);

        if (!length)
            return 0;
        byte += length;
    }
    return 1;
}

static struct json *new_text(const char *text)
{
    char escaped[4 * PROTO_MAX_TEXT + 1];

    if (json_is_exact(text))
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

int json_print(struct json **json, enum mp_err err)
{
    struct secret *text = NULL;
    const char *rendered = NULL;
    int code = 0;

    if (err == MP_OK && *json)
        rendered = json_object_to_json_string_ext(inner(*json), FORMAT);
    if (rendered)
        text = secret_new(strlen(rendered) + 1);
    if (err == MP_OK)
        err = text ? out_add(text, rendered, "\n", NULL) : MP_NOMEM;
    code = err == MP_OK ? out_write(text) : exit_because(err, NULL);
    secret_free(&text);
    json_free(json);
    return code;
}

#include "courier/json.h"

#include <json-c/json.h>
#include <string.h>

#include "lib/json_text.h"

/* struct json is json-c's object under our name, so that no other file needs json-c. */
static struct json_object *theirs(const struct json *json)
{
    return (struct json_object *)(uintptr_t)json;
}

enum mp_err json_parse(const struct secret *text, struct json **json, const char **problem)
{
    const char *start = secret_text(text);
    size_t length = secret_length(text);
    struct json_tokener *tokener = NULL;
    struct json_object *object = NULL;
    struct json_text strict;

    *json = NULL;
    *problem = json_text_read(&strict, start, length);
    if (*problem)
        return MP_PROTOCOL;
    /* a complete object stops the tokener; what follows was found to be white space */
    while (length > 0 && strchr(" \t\r\n", start[length - 1]))
        length--;
    tokener = json_tokener_new_ex(JSON_TEXT_MAX_DEPTH + 1);
    if (!tokener)
        return MP_NOMEM;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    object = json_tokener_parse_ex(tokener, start, (int)length);
    if (json_tokener_get_error(tokener) == json_tokener_success &&
        json_tokener_get_parse_end(tokener) == length &&
        json_object_is_type(object, json_type_object)) {
        *json = (struct json *)object;
    } else {
        *problem = "it is not a JSON object";
        json_object_put(object);
    }
    json_tokener_free(tokener);
    return *json ? MP_OK : MP_PROTOCOL;
}

void json_free(struct json **json)
{
    if (!json || !*json)
        return;
    json_object_put(theirs(*json));
    *json = NULL;
}

enum json_kind json_kind(const struct json *json, const char *key)
{
    struct json_object *member = NULL;

    if (!json_object_object_get_ex(theirs(json), key, &member))
        return JSON_ABSENT;
    switch (json_object_get_type(member)) {
    case json_type_null:
        return JSON_NULL;
    case json_type_string:
        return JSON_STRING;
    case json_type_int:
        return JSON_INTEGER;
    case json_type_boolean:
        return json_object_get_boolean(member) ? JSON_TRUE : JSON_FALSE;
    case json_type_object:
        return JSON_OBJECT;
    default:
        return JSON_OTHER;
    }
}

const char *json_string(const struct json *json, const char *key, size_t *length)
{
    struct json_object *member = NULL;

    *length = 0;
    if (json_kind(json, key) != JSON_STRING)
        return NULL;
    json_object_object_get_ex(theirs(json), key, &member);
    *length = (size_t)json_object_get_string_len(member);
    return json_object_get_string(member);
}

int64_t json_integer(const struct json *json, const char *key)
{
    struct json_object *member = NULL;

    if (json_kind(json, key) != JSON_INTEGER)
        return 0;
    json_object_object_get_ex(theirs(json), key, &member);
    return json_object_get_int64(member);
}

const struct json *json_member(const struct json *json, const char *key)
{
    struct json_object *member = NULL;

    if (json_kind(json, key) != JSON_OBJECT)
        return NULL;
    json_object_object_get_ex(theirs(json), key, &member);
    return (const struct json *)member;
}

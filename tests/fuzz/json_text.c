/* links: -ljson-c */
/*
 * lib/json_text: its members lie inside the text in the order in which they begin, each is found
 * under its own name, and json-c reads what it accepts.
 */
#include "lib/json_text.h"

#include <json-c/json.h>

#include "tests/fuzz/fuzz.h"

static void check_member(const struct json_text *json, size_t i, const uint8_t *bytes,
                         size_t length)
{
    const struct json_text_member *member = &json->members[i];
    struct secret *text = NULL;
    enum mp_err err = MP_OK;

    MUST(bytes <= member->name.at && member->name.at <= member->name.end);
    MUST(member->name.end < member->value.at && member->value.at < member->value.end);
    MUST(member->value.end < bytes + length);
    MUST((member->inner != 0) == (*member->value.at == '{'));
    err = json_text_string(member, &text);
    MUST((err == MP_OK) == (*member->value.at == '"'));
    MUST(!text ||
         (strlen(secret_text(text)) == secret_length(text) && json_is_utf8(secret_text(text))));
    secret_free(&text);
}

/* The name, unescaped, leads back to the member; it is quoted as a string's value is. */
static void check_name(const struct json_text *json, size_t i)
{
    const struct json_text_member *member = &json->members[i];
    struct json_text_member quoted = {
        .value = {member->name.at - 1, member->name.end + 1},
    };
    struct secret *name = NULL;

    MUST(json_text_string(&quoted, &name) == MP_OK);
    if (strpbrk(secret_text(name), "\\\"\b\f\n\r\t")) /* not what a program looks for */
        goto out;
    for (const char *c = secret_text(name); *c; c++)
        if ((unsigned char)*c < 0x20)
            goto out;
    MUST(!json->is_object || json_text_find(json, member->object, secret_text(name)) == member);
out:
    secret_free(&name);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct json_text json;
    char *text = calloc(1, length + 1);
    struct json_object *theirs = NULL;

    MUST(text != NULL);
    memcpy(text, bytes, length);
    if (!json_text_read(&json, text, length)) {
        for (size_t i = 0; i < json.count; i++) {
            check_member(&json, i, (const uint8_t *)text, length);
            check_name(&json, i);
        }
        theirs = json_tokener_parse(text);
        MUST(json_object_is_type(theirs, json_type_object) == json.is_object);
        json_object_put(theirs);
    }
    free(text);
    return 0;
}

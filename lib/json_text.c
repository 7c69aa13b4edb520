#include "lib/json_text.h"

#include <string.h>

#include "lib/json_character.h"

struct scan {
    struct json_span left;
    int depth;
    size_t objects; /* begun so far: the number of the newest */
    struct json_text *json;
    const char *problem;
};

static int value(struct scan *scan);
static int bare_value(struct scan *scan);

static int refuse(struct scan *scan, const char *problem)
{
    if (!scan->problem)
        scan->problem = problem;
    return 0;
}

/* --- tokens --- */

static int next_is(struct scan *scan, char expected)
{
    return scan->left.at < scan->left.end && *scan->left.at == (uint8_t)expected;
}

/* Takes the character when it is the next one. */
static int take(struct scan *scan, char expected)
{
    if (!next_is(scan, expected))
        return 0;
    scan->left.at++;
    return 1;
}

static void skip_space(struct scan *scan)
{
    while (scan->left.at < scan->left.end && *scan->left.at && strchr(" \t\r\n", *scan->left.at))
        scan->left.at++;
}

static int string(struct scan *scan, struct json_span *text)
{
    uint32_t code = 0;

    if (!take(scan, '"'))
        return refuse(scan, "it is not JSON");
    text->at = scan->left.at;
    while (scan->left.at < scan->left.end && *scan->left.at != '"')
        if (!json_character_take(&scan->left, &code))
            return refuse(scan, "it is JSON with a bad character");
    text->end = scan->left.at;
    return take(scan, '"') || refuse(scan, "it is cut off");
}

static int digits(struct scan *scan)
{
    const uint8_t *start = scan->left.at;

    while (scan->left.at < scan->left.end && *scan->left.at >= '0' && *scan->left.at <= '9')
        scan->left.at++;
    return scan->left.at > start;
}

static int number(struct scan *scan)
{
    take(scan, '-');
    if (!take(scan, '0') && !digits(scan))
        return refuse(scan, "it is not JSON");
    if (take(scan, '.') && !digits(scan))
        return refuse(scan, "it is JSON with a bad number");
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            take(scan, '-');
        if (!digits(scan))
            return refuse(scan, "it is JSON with a bad number");
    }
    return 1;
}

static int literal(struct scan *scan, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(scan->left.end - scan->left.at) < length ||
        memcmp(scan->left.at, word, length) != 0)
        return refuse(scan, "it is not JSON");
    scan->left.at += length;
    return 1;
}

/* --- structure --- */

static int same_text(struct json_span one, struct json_span other)
{
    uint32_t a = 0;
    uint32_t b = 0;

    while (one.at < one.end && other.at < other.end)
        if (!json_character_take(&one, &a) || !json_character_take(&other, &b) || a != b)
            return 0;
    return one.at == one.end && other.at == other.end;
}

/* The new member, or NULL. */
static struct json_text_member *add_key(struct scan *scan, struct json_span name, size_t object)
{
    struct json_text *json = scan->json;

    for (size_t i = 0; i < json->count; i++) {
        if (json->members[i].object == object && same_text(json->members[i].name, name)) {
            refuse(scan, "it is JSON with a key twice");
            return NULL;
        }
    }
    if (json->count == JSON_TEXT_MAX_KEYS) {
        refuse(scan, "it is JSON with too many keys");
        return NULL;
    }
    json->members[json->count] = (struct json_text_member){.object = object, .name = name};
    return &json->members[json->count++];
}

static int member(struct scan *scan, size_t object)
{
    struct json_span name = {0};
    struct json_text_member *added = NULL;

    skip_space(scan);
    if (!string(scan, &name))
        return 0;
    added = add_key(scan, name, object);
    if (!added)
        return 0;
    skip_space(scan);
    if (!take(scan, ':'))
        return refuse(scan, "it is not JSON");
    skip_space(scan);
    added->value.at = scan->left.at;
    added->inner = next_is(scan, '{') ? scan->objects + 1 : 0;
    if (!bare_value(scan))
        return 0;
    added->value.end = scan->left.at;
    skip_space(scan);
    return 1;
}

/* The inside of an array (object 0) or of an object, after its opening bracket. */
static int container(struct scan *scan, size_t object, char close)
{
    if (++scan->depth > JSON_TEXT_MAX_DEPTH)
        return refuse(scan, "it is JSON nested too deeply");
    skip_space(scan);
    if (!take(scan, close)) {
        do
            if (!(object ? member(scan, object) : value(scan)))
                return 0;
        while (take(scan, ','));
        if (!take(scan, close))
            return refuse(scan, "it is not JSON");
    }
    scan->depth--;
    return 1;
}

static int bare_value(struct scan *scan)
{
    struct json_span text = {0};

    if (take(scan, '{'))
        return container(scan, ++scan->objects, '}');
    if (take(scan, '['))
        return container(scan, 0, ']');
    if (next_is(scan, '"'))
        return string(scan, &text);
    if (next_is(scan, 't'))
        return literal(scan, "true");
    if (next_is(scan, 'f'))
        return literal(scan, "false");
    if (next_is(scan, 'n'))
        return literal(scan, "null");
    return number(scan);
}

/* A value and the white space around it. */
static int value(struct scan *scan)
{
    skip_space(scan);
    if (!bare_value(scan))
        return 0;
    skip_space(scan);
    return 1;
}

const char *json_text_read(struct json_text *json, const void *text, size_t length)
{
    struct scan scan = {.left = {text, (const uint8_t *)text + length}, .json = json};

    json->count = 0;
    skip_space(&scan);
    json->is_object = next_is(&scan, '{');
    if (!value(&scan))
        return scan.problem;
    return scan.left.at == scan.left.end ? NULL : "it goes on after its JSON";
}

/* --- what it says --- */

const struct json_text_member *json_text_find(const struct json_text *json, size_t object,
                                              const char *name)
{
    struct json_span wanted = {(const uint8_t *)name, (const uint8_t *)name + strlen(name)};

    if (object == 0 || !json->is_object)
        return NULL;
    for (size_t i = 0; i < json->count; i++)
        if (json->members[i].object == object && same_text(json->members[i].name, wanted))
            return &json->members[i];
    return NULL;
}

enum mp_err json_text_string(const struct json_text_member *member, struct secret **out)
{
    struct json_span left = {0};
    enum mp_err err = MP_OK;

    *out = NULL;
    if (!member)
        return MP_OK;
    if (*member->value.at != '"')
        return MP_PROTOCOL;
    left = (struct json_span){member->value.at + 1, member->value.end - 1};
    /* no escape is shorter than what it stands for */
    *out = secret_new((size_t)(left.end - left.at));
    if (!*out)
        return MP_NOMEM;
    while (left.at < left.end && err == MP_OK) {
        uint8_t bytes[4];
        uint32_t code = 0;

        err = json_character_take(&left, &code) ? MP_OK : MP_INTERNAL;
        if (err == MP_OK)
            err = secret_append(*out, bytes, json_character_put(bytes, code));
    }
    if (err != MP_OK)
        secret_free(out);
    return err;
}

int json_text_is(const struct json_text_member *member, const char *written)
{
    size_t length = strlen(written);

    return member && (size_t)(member->value.end - member->value.at) == length &&
           memcmp(member->value.at, written, length) == 0;
}

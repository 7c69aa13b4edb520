#include "courier/strict.h"

#include <stdint.h>
#include <string.h>

struct span {
    const uint8_t *at;
    const uint8_t *end;
};

struct key {
    struct span text; /* between the quotes, as written */
    size_t object;
};

struct scan {
    struct span left;
    int depth;
    size_t objects; /* begun so far: the number of the newest */
    size_t key_count;
    struct key keys[STRICT_MAX_KEYS];
    const char *problem;
};

static int value(struct scan *scan);

static int refuse(struct scan *scan, const char *problem)
{
    if (!scan->problem)
        scan->problem = problem;
    return 0;
}

/* --- characters: each takes one from the span, 1 or 0 when it is not valid --- */

/* RFC 3629: shortest form only, no surrogates, at most U+10FFFF. */
static int take_utf8(struct span *text, uint32_t *code)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    uint8_t first = *text->at++;
    int more = first < 0x80 ? 0 : (first & 0xe0) == 0xc0 ? 1 : (first & 0xf0) == 0xe0 ? 2 : 3;

    if ((first & 0xc0) == 0x80 || first > 0xf4 || text->end - text->at < more)
        return 0;
    *code = more ? first & (0x3fU >> more) : first;
    for (int i = 0; i < more; i++, text->at++) {
        if ((*text->at & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (*text->at & 0x3f);
    }
    return *code >= least[more] && *code <= 0x10ffff && !(*code >= 0xd800 && *code <= 0xdfff);
}

static int take_hex4(struct span *text, uint32_t *code)
{
    static const char digits[] = "0123456789abcdef";

    if (text->end - text->at < 4)
        return 0;
    *code = 0;
    for (int i = 0; i < 4; i++, text->at++) {
        int lower = *text->at >= 'A' && *text->at <= 'F' ? *text->at + 32 : *text->at;
        const char *digit = lower ? strchr(digits, lower) : NULL;

        if (!digit)
            return 0;
        *code = *code << 4 | (uint32_t)(digit - digits);
    }
    return 1;
}

/* \uXXXX after the 'u', or a surrogate pair. */
static int take_unicode_escape(struct span *text, uint32_t *code)
{
    uint32_t low = 0;

    if (!take_hex4(text, code) || *code == 0 || (*code >= 0xdc00 && *code <= 0xdfff))
        return 0;
    if (*code < 0xd800 || *code > 0xdbff)
        return 1;
    if (text->end - text->at < 2 || text->at[0] != '\\' || text->at[1] != 'u')
        return 0;
    text->at += 2;
    if (!take_hex4(text, &low) || low < 0xdc00 || low > 0xdfff)
        return 0;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return 1;
}

/* One character of a string, unescaped. */
static int take_character(struct span *text, uint32_t *code)
{
    static const char escapes[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *escape = NULL;

    if (*text->at != '\\')
        return take_utf8(text, code) && *code >= 0x20;
    if (++text->at == text->end)
        return 0;
    if (*text->at == 'u') {
        text->at++;
        return take_unicode_escape(text, code);
    }
    escape = *text->at ? strchr(escapes, *text->at) : NULL;
    if (!escape)
        return 0;
    *code = (uint32_t)meanings[escape - escapes];
    text->at++;
    return 1;
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

static int string(struct scan *scan, struct span *text)
{
    uint32_t code = 0;

    if (!take(scan, '"'))
        return refuse(scan, "the reply is not JSON");
    text->at = scan->left.at;
    while (scan->left.at < scan->left.end && *scan->left.at != '"')
        if (!take_character(&scan->left, &code))
            return refuse(scan, "the reply is JSON with a bad character");
    text->end = scan->left.at;
    return take(scan, '"') || refuse(scan, "the reply is cut off");
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
        return refuse(scan, "the reply is not JSON");
    if (take(scan, '.') && !digits(scan))
        return refuse(scan, "the reply is JSON with a bad number");
    if (take(scan, 'e') || take(scan, 'E')) {
        if (!take(scan, '+'))
            take(scan, '-');
        if (!digits(scan))
            return refuse(scan, "the reply is JSON with a bad number");
    }
    return 1;
}

static int literal(struct scan *scan, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(scan->left.end - scan->left.at) < length ||
        memcmp(scan->left.at, word, length) != 0)
        return refuse(scan, "the reply is not JSON");
    scan->left.at += length;
    return 1;
}

/* --- structure --- */

static int same_text(struct span one, struct span other)
{
    uint32_t a = 0;
    uint32_t b = 0;

    while (one.at < one.end && other.at < other.end)
        if (!take_character(&one, &a) || !take_character(&other, &b) || a != b)
            return 0;
    return one.at == one.end && other.at == other.end;
}

static int add_key(struct scan *scan, struct span text, size_t object)
{
    for (size_t i = 0; i < scan->key_count; i++)
        if (scan->keys[i].object == object && same_text(scan->keys[i].text, text))
            return refuse(scan, "the reply is JSON with a key twice");
    if (scan->key_count == STRICT_MAX_KEYS)
        return refuse(scan, "the reply is JSON with too many keys");
    scan->keys[scan->key_count++] = (struct key){text, object};
    return 1;
}

static int member(struct scan *scan, size_t object)
{
    struct span text = {0};

    skip_space(scan);
    if (!string(scan, &text) || !add_key(scan, text, object))
        return 0;
    skip_space(scan);
    return take(scan, ':') ? value(scan) : refuse(scan, "the reply is not JSON");
}

/* The inside of an array (object 0) or of an object, after its opening bracket. */
static int container(struct scan *scan, size_t object, char close)
{
    if (++scan->depth > STRICT_MAX_DEPTH)
        return refuse(scan, "the reply is JSON nested too deeply");
    skip_space(scan);
    if (!take(scan, close)) {
        do
            if (!(object ? member(scan, object) : value(scan)))
                return 0;
        while (take(scan, ','));
        if (!take(scan, close))
            return refuse(scan, "the reply is not JSON");
    }
    scan->depth--;
    return 1;
}

static int bare_value(struct scan *scan)
{
    struct span text = {0};

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

const char *strict_problem(const void *text, size_t length)
{
    struct scan scan = {.left = {text, (const uint8_t *)text + length}};

    if (!value(&scan))
        return scan.problem;
    return scan.left.at == scan.left.end ? NULL : "the reply goes on after its JSON";
}

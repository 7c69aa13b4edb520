#include "lib/json_character.h"

#include <string.h>

/* RFC 3629: shortest form only, no surrogates, at most U+10FFFF. */
static int take_utf8(struct json_span *text, uint32_t *code)
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

static int take_hex4(struct json_span *text, uint32_t *code)
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
static int take_unicode_escape(struct json_span *text, uint32_t *code)
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

int json_character_take(struct json_span *text, uint32_t *code)
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

size_t json_character_put(uint8_t out[static 4], uint32_t code)
{
    size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t heads[] = {0, 0xc0, 0xe0, 0xf0};

    for (size_t i = more; i > 0; i--, code >>= 6)
        out[i] = (uint8_t)(0x80 | (code & 0x3f));
    out[0] = (uint8_t)(heads[more] | code);
    return more + 1;
}

int json_is_utf8(const char *text)
{
    struct json_span left = {(const uint8_t *)text, (const uint8_t *)text + strlen(text)};
    uint32_t code = 0;

    while (left.at < left.end)
        if (!take_utf8(&left, &code))
            return 0;
    return 1;
}

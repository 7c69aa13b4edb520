#include "courier/lifetime.h"

#include <string.h>

/* Digits only, no leading zero but in "0" itself. */
static int is_decimal(const char *text, size_t length)
{
    if (length == 0 || length > 10 || strspn(text, "0123456789") != length)
        return 0;
    return text[0] != '0' || length == 1;
}

int lifetime_read(const struct json *json, const char *key, int64_t *seconds)
{
    size_t length = 0;
    const char *text = json_string(json, key, &length);

    *seconds = json_integer(json, key);
    if (!text)
        return json_kind(json, key) == JSON_INTEGER;
    if (!is_decimal(text, length))
        return 0;
    for (size_t i = 0; i < length; i++)
        *seconds = *seconds * 10 + (text[i] - '0');
    return 1;
}

uint64_t lifetime_believed(int64_t seconds)
{
    return seconds < LIFETIME_MAX ? (uint64_t)seconds : LIFETIME_MAX;
}

#include "broker/utf8.h"

#include <stdint.h>

/* Bytes of the sequence that starts at `byte`, or 0 when none is well formed (RFC 3629, 4). */
static size_t sequence(const uint8_t *byte, size_t left)
{
    uint8_t lowest = 0x80;
    uint8_t highest = 0xbf;
    size_t size = 0;

    if (byte[0] < 0x80)
        return 1;
    if (byte[0] >= 0xc2 && byte[0] <= 0xdf)
        size = 2;
    else if ((byte[0] & 0xf0) == 0xe0)
        size = 3;
    else if (byte[0] >= 0xf0 && byte[0] <= 0xf4)
        size = 4;
    if (size == 0 || size > left)
        return 0;
    if (byte[0] == 0xe0)
        lowest = 0xa0;
    if (byte[0] == 0xed)
        highest = 0x9f;
    if (byte[0] == 0xf0)
        lowest = 0x90;
    if (byte[0] == 0xf4)
        highest = 0x8f;
    if (byte[1] < lowest || byte[1] > highest)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

int utf8_is_valid(const void *bytes, size_t length)
{
    const uint8_t *next = bytes;

    while (length > 0) {
        size_t size = sequence(next, length);

        if (size == 0)
            return 0;
        next += size;
        length -= size;
    }
    return 1;
}

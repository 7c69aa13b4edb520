#include "helper/control.h"

#include <ctype.h>
#include <string.h>

static int find(const char *text, size_t length, int tab_is_fine)
{
    const unsigned char *byte = (const unsigned char *)text;

    for (size_t i = 0; i < length; i++) {
        if ((byte[i] < 0x20 && !(tab_is_fine && byte[i] == '\t')) || byte[i] == 0x7f)
            return 1;
        if (byte[i] == 0xc2 && i + 1 < length && byte[i + 1] >= 0x80 && byte[i + 1] <= 0x9f)
            return 1;
        if (byte[i] == 0xe2 && i + 2 < length && byte[i + 1] == 0x80 && (byte[i + 2] | 1) == 0xa9)
            return 1;
    }
    return 0;
}

int control_is_in(const char *text, size_t length)
{
    return find(text, length, 0);
}

int control_but_tab_is_in(const char *text, size_t length)
{
    return find(text, length, 1);
}

int control_is_encoded_in(const char *text)
{
    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%')) {
        if ((at[1] == '0' || at[1] == '1') && isxdigit((unsigned char)at[2]))
            return 1;
        if (at[1] == '7' && (at[2] == 'f' || at[2] == 'F'))
            return 1;
    }
    return 0;
}

#include "courier/pem.h"

#include <string.h>

static const char begin[] = "-----BEGIN CERTIFICATE-----";
static const char end[] = "-----END CERTIFICATE-----";

/* The six bits of a base64 digit; -1 for anything else. */
static int bits_of(char digit)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = digit ? strchr(digits, digit) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* Lenient about white space and padding: it is the hash or the reader of the DER that decides. */
static int decode(const char *text, size_t length, struct pem_certificate *out)
{
    uint32_t group = 0;
    int digits = 0;

    out->der_length = 0;
    for (size_t i = 0; i < length && text[i] != '='; i++) {
        int bits = bits_of(text[i]);

        if (text[i] && strchr(" \t\r\n", text[i]))
            continue;
        if (bits < 0)
            return 0;
        group = group << 6 | (uint32_t)bits;
        if (++digits % 4 == 1)
            continue;
        if (out->der_length == sizeof(out->der))
            return 0;
        out->der[out->der_length++] = (uint8_t)(group >> (6 - 2 * ((digits - 1) % 4)));
    }
    return out->der_length > 0;
}

int pem_next(const char *text, size_t length, size_t *offset, struct pem_certificate *certificate)
{
    for (;;) {
        const char *start = memmem(text + *offset, length - *offset, begin, strlen(begin));
        const char *body = start ? start + strlen(begin) : NULL;
        const char *stop =
            body ? memmem(body, (size_t)(text + length - body), end, strlen(end)) : NULL;

        if (!stop)
            return 0;
        *offset = (size_t)(stop - text) + strlen(end);
        certificate->text = start;
        certificate->length = (size_t)(text + *offset - start);
        if (decode(body, (size_t)(stop - body), certificate))
            return 1;
    }
}

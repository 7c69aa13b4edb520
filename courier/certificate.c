#include "courier/certificate.h"

#include <string.h>

/* X.690 8.1.2: class, constructed, number */
#define SEQUENCE 0x30
#define OBJECT_IDENTIFIER 0x06
#define OCTET_STRING 0x04
#define EXTENSIONS 0xa3 /* [3], explicit */
#define DNS_NAME 0x82   /* [2] IA5String */
#define IP_ADDRESS 0x87 /* [7] OCTET STRING */

struct der {
    const uint8_t *at;
    size_t left;
};

/* X.690 8.1.3, of at most three bytes. 0 when there is none. */
static int take_length(struct der *in, size_t *length)
{
    size_t bytes = 0;

    if (in->left == 0)
        return 0;
    *length = *in->at++;
    in->left--;
    if (*length < 0x80)
        return 1;
    bytes = *length & 0x7f;
    if (bytes == 0 || bytes > 3 || bytes > in->left)
        return 0;
    for (*length = 0; bytes > 0; bytes--, in->left--)
        *length = *length << 8 | *in->at++;
    return 1;
}

/* Takes the next element off `in`: its tag, or -1 when there is none or it is cut off. */
static int take(struct der *in, struct der *content)
{
    int tag = -1;
    size_t length = 0;

    if (in->left == 0)
        return -1;
    tag = *in->at++;
    in->left--;
    if (!take_length(in, &length) || length > in->left)
        return -1;
    *content = (struct der){in->at, length};
    in->at += length;
    in->left -= length;
    return tag;
}

/* Goes on to the next element with this tag. */
static int find(struct der *in, int wanted, struct der *content)
{
    int tag = 0;

    do
        tag = take(in, content);
    while (tag >= 0 && tag != wanted);
    return tag == wanted;
}

static int has_host(struct der names)
{
    struct der name = {0};
    int tag = 0;

    while ((tag = take(&names, &name)) >= 0)
        if ((tag == DNS_NAME || tag == IP_ADDRESS) && name.left > 0)
            return 1;
    return 0;
}

/* Extension: its name, perhaps `critical`, and its value in an OCTET STRING. */
static int names_host(struct der extension)
{
    static const uint8_t subject_alt_name[] = {0x55, 0x1d, 0x11}; /* 2.5.29.17 */
    struct der part = {0};
    struct der names = {0};

    if (take(&extension, &part) != OBJECT_IDENTIFIER || part.left != sizeof(subject_alt_name) ||
        memcmp(part.at, subject_alt_name, sizeof(subject_alt_name)) != 0)
        return 0;
    return find(&extension, OCTET_STRING, &part) && take(&part, &names) == SEQUENCE &&
           has_host(names);
}

int certificate_names_host(const uint8_t *der, size_t length)
{
    struct der in = {der, length};
    struct der body = {0};
    struct der extensions = {0};
    struct der extension = {0};

    if (take(&in, &body) != SEQUENCE || take(&body, &in) != SEQUENCE ||
        !find(&in, EXTENSIONS, &body) || take(&body, &extensions) != SEQUENCE)
        return 0;
    while (take(&extensions, &extension) == SEQUENCE)
        if (names_host(extension))
            return 1;
    return 0;
}

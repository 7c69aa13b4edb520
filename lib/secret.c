#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

struct secret {
    size_t capacity;
    size_t length;
    size_t touched;  /* bytes from here on were never written: still zero */
    uint8_t bytes[]; /* capacity + 1: a NUL always follows the last byte */
};

struct secret *secret_new(size_t capacity)
{
    struct secret *secret = NULL;

    if (capacity > SIZE_MAX - sizeof(*secret) - 1)
        return NULL;
    secret = calloc(1, sizeof(*secret) + capacity + 1);
    if (secret)
        secret->capacity = capacity;
    return secret;
}

struct secret *secret_copy(const void *bytes, size_t length)
{
    struct secret *secret = secret_new(length);

    if (secret && length) {
        memcpy(secret->bytes, bytes, length);
        secret->length = length;
        secret->touched = length + 1;
    }
    return secret;
}

void secret_free(struct secret **secret)
{
    if (!secret || !*secret)
        return;
    /* what was never written needs no wiping: a request of 100 bytes has room for 64 KiB */
    explicit_bzero((*secret)->bytes, (*secret)->touched);
    free(*secret);
    *secret = NULL;
}

enum mp_err secret_append(struct secret *secret, const void *bytes, size_t length)
{
    if (length > secret->capacity - secret->length)
        return MP_TOO_LONG;
    if (length)
        memcpy(secret->bytes + secret->length, bytes, length);
    secret->length += length;
    if (secret->touched <= secret->length)
        secret->touched = secret->length + 1;
    secret->bytes[secret->length] = 0;
    return MP_OK;
}

void secret_truncate(struct secret *secret, size_t length)
{
    if (length >= secret->length)
        return;
    if (secret->touched > length)
        explicit_bzero(secret->bytes + length, secret->touched - length);
    secret->length = length;
}

uint8_t *secret_bytes(struct secret *secret)
{
    secret->touched = secret->capacity + 1;
    return secret->bytes;
}

const char *secret_text(const struct secret *secret)
{
    return (const char *)secret->bytes;
}

size_t secret_length(const struct secret *secret)
{
    return secret->length;
}

size_t secret_capacity(const struct secret *secret)
{
    return secret->capacity;
}

void secret_set_length(struct secret *secret, size_t length)
{
    secret->length = length <= secret->capacity ? length : secret->capacity;
    secret->bytes[secret->length] = 0;
}

int secret_equal_bytes(const void *one, const void *other, size_t length)
{
    const volatile uint8_t *a = one;
    const volatile uint8_t *b = other;
    uint8_t difference = 0;

    for (size_t i = 0; i < length; i++)
        difference |= (uint8_t)(a[i] ^ b[i]);
    return difference == 0;
}

int secret_equal(const struct secret *one, const struct secret *other)
{
    return one->length == other->length &&
           secret_equal_bytes(one->bytes, other->bytes, one->length);
}

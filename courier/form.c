#include "courier/form.h"

#include <stdint.h>
#include <string.h>

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._";

enum mp_err form_encode(struct secret *out, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    const uint8_t *byte = bytes;
    enum mp_err err = MP_OK;

    for (size_t i = 0; i < length && err == MP_OK; i++) {
        char escaped[FORM_GROWTH] = {'%', digits[byte[i] >> 4], digits[byte[i] & 15]};

        if (byte[i] && strchr(plain, byte[i]))
            err = secret_append(out, &byte[i], 1);
        else if (byte[i] == ' ')
            err = secret_append(out, "+", 1);
        else
            err = secret_append(out, escaped, sizeof(escaped));
    }
    return err;
}

enum mp_err form_add(struct secret *form, const char *name, const void *value, size_t length)
{
    enum mp_err err = MP_OK;

    if (length == 0)
        return MP_OK;
    if (secret_length(form) > 0)
        err = secret_append(form, "&", 1);
    if (err == MP_OK)
        err = secret_append(form, name, strlen(name));
    if (err == MP_OK)
        err = secret_append(form, "=", 1);
    if (err == MP_OK)
        err = form_encode(form, value, length);
    return err;
}

enum mp_err form_add_text(struct secret *form, const char *name, const char *value)
{
    return form_add(form, name, value, strlen(value));
}

enum mp_err form_add_secret(struct secret *form, const char *name, const struct secret *value)
{
    return value ? form_add(form, name, secret_text(value), secret_length(value)) : MP_OK;
}

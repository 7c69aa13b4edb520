#include "courier/basic.h"

#include <stdint.h>
#include <string.h>

#include "courier/form.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static enum mp_err append_base64(struct secret *out, const char *bytes, size_t length)
{
    const uint8_t *in = (const uint8_t *)bytes;
    enum mp_err err = MP_OK;

    for (size_t i = 0; i < length && err == MP_OK; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)in[i] << 16;
        char four[4];

        if (left > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (left > 2)
            group |= in[i + 2];
        for (size_t k = 0; k < 4; k++)
            four[k] = k <= left ? digits[group >> (18 - 6 * k) & 63] : '=';
        err = secret_append(out, four, sizeof(four));
    }
    return err;
}

static enum mp_err append_part(struct secret *out, const char *text, size_t length, int encoded)
{
    return encoded ? form_encode(out, text, length) : secret_append(out, text, length);
}

/* The whole line: `start`, and the pair in base64. */
static enum mp_err make_line(const char *start, const struct secret *pair, struct secret **header)
{
    struct secret *line = secret_new(strlen(start) + (secret_length(pair) + 2) / 3 * 4);
    enum mp_err err = line ? secret_append(line, start, strlen(start)) : MP_NOMEM;

    if (err == MP_OK)
        err = append_base64(line, secret_text(pair), secret_length(pair));
    if (err != MP_OK)
        secret_free(&line);
    *header = line;
    return err;
}

enum mp_err basic_header(const char *id, const struct secret *secret, int form_encoded,
                         struct secret **header)
{
    struct secret *pair = secret_new(FORM_GROWTH * (strlen(id) + secret_length(secret)) + 1);
    enum mp_err err = pair ? append_part(pair, id, strlen(id), form_encoded) : MP_NOMEM;

    *header = NULL;
    if (err == MP_OK)
        err = secret_append(pair, ":", 1);
    if (err == MP_OK)
        err = append_part(pair, secret_text(secret), secret_length(secret), form_encoded);
    if (err == MP_OK)
        err = make_line("Authorization: Basic ", pair, header);
    secret_free(&pair);
    return err;
}

enum mp_err basic_proxy_header(const struct secret *credentials, struct secret **header)
{
    return make_line("Proxy-Authorization: Basic ", credentials, header);
}

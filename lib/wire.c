#include "lib/wire.h"

#include <string.h>

#define VERSION 1
#define HEADER_SIZE 6
#define FIELD_HEADER_SIZE 6

static const uint8_t magic[4] = {'M', 'P', 'W', VERSION};

static void put_number(uint8_t *out, size_t size, uint64_t number)
{
    for (size_t i = size; i > 0; i--) {
        out[i - 1] = (uint8_t)(number & 0xff);
        number >>= 8;
    }
}

static uint64_t get_number(const uint8_t *in, size_t size)
{
    uint64_t number = 0;

    for (size_t i = 0; i < size; i++)
        number = number << 8 | in[i];
    return number;
}

enum mp_err wire_begin(struct secret *packet, uint16_t operation)
{
    uint8_t header[HEADER_SIZE];

    memcpy(header, magic, sizeof(magic));
    put_number(header + sizeof(magic), 2, operation);
    return secret_append(packet, header, sizeof(header));
}

enum mp_err wire_put(struct secret *packet, uint16_t tag, const void *bytes, size_t length)
{
    size_t before = secret_length(packet);
    uint8_t header[FIELD_HEADER_SIZE];
    enum mp_err err = MP_OK;

    if (length > WIRE_MAX_PACKET)
        return MP_TOO_LONG;
    put_number(header, 2, tag);
    put_number(header + 2, 4, length);
    err = secret_append(packet, header, sizeof(header));
    if (err == MP_OK)
        err = secret_append(packet, bytes, length);
    if (err != MP_OK)
        secret_truncate(packet, before);
    return err;
}

enum mp_err wire_put_text(struct secret *packet, uint16_t tag, const char *text)
{
    return text ? wire_put(packet, tag, text, strlen(text)) : MP_OK;
}

enum mp_err wire_put_secret(struct secret *packet, uint16_t tag, const struct secret *value)
{
    return value ? wire_put(packet, tag, secret_text(value), secret_length(value)) : MP_OK;
}

enum mp_err wire_put_number(struct secret *packet, uint16_t tag, uint64_t number)
{
    uint8_t bytes[8];

    put_number(bytes, sizeof(bytes), number);
    return wire_put(packet, tag, bytes, sizeof(bytes));
}

static const struct wire_tag *know(const struct wire_tag *tags, size_t count, uint16_t tag)
{
    for (size_t i = 0; i < count; i++)
        if (tags[i].tag == tag)
            return &tags[i];
    return NULL;
}

static int field_fits(const struct wire_tag *known, const struct wire_field *field)
{
    switch (known->kind) {
    case WIRE_NUMBER:
        return field->length == 8;
    case WIRE_TEXT:
        return field->length <= known->max && !memchr(field->bytes, 0, field->length);
    case WIRE_BYTES:
        return field->length <= known->max;
    }
    return 0;
}

/* Adds a checked field to the message; an unknown optional one is skipped. */
static enum mp_err take_field(struct wire_message *message, const struct wire_field *field,
                              const struct wire_tag *tags, size_t tag_count)
{
    const struct wire_tag *known = know(tags, tag_count, field->tag);

    if (!known)
        return field->tag & WIRE_OPTIONAL ? MP_OK : MP_PROTOCOL;
    if (!field_fits(known, field))
        return MP_PROTOCOL;
    if (!(field->tag & WIRE_LIST) && wire_find(message, field->tag))
        return MP_PROTOCOL;
    if (message->count == WIRE_MAX_FIELDS)
        return MP_PROTOCOL;
    message->fields[message->count++] = *field;
    return MP_OK;
}

enum mp_err wire_parse(struct wire_message *message, const void *packet, size_t length,
                       const struct wire_tag *tags, size_t tag_count)
{
    const uint8_t *next = packet;
    size_t left = length;

    message->count = 0;
    message->operation = 0;
    if (length > WIRE_MAX_PACKET || length < HEADER_SIZE || memcmp(next, magic, sizeof(magic)) != 0)
        return MP_PROTOCOL;
    message->operation = (uint16_t)get_number(next + sizeof(magic), 2);
    next += HEADER_SIZE;
    left -= HEADER_SIZE;
    while (left > 0) {
        struct wire_field field = {0};
        enum mp_err err = MP_OK;

        if (left < FIELD_HEADER_SIZE)
            return MP_PROTOCOL;
        field.tag = (uint16_t)get_number(next, 2);
        field.length = (uint32_t)get_number(next + 2, 4);
        field.bytes = next + FIELD_HEADER_SIZE;
        left -= FIELD_HEADER_SIZE;
        if (field.length > left)
            return MP_PROTOCOL;
        err = take_field(message, &field, tags, tag_count);
        if (err != MP_OK)
            return err;
        next = field.bytes + field.length;
        left -= field.length;
    }
    return MP_OK;
}

const struct wire_field *wire_find(const struct wire_message *message, uint16_t tag)
{
    for (size_t i = 0; i < message->count; i++)
        if (message->fields[i].tag == tag)
            return &message->fields[i];
    return NULL;
}

uint64_t wire_number(const struct wire_message *message, uint16_t tag, uint64_t absent)
{
    const struct wire_field *field = wire_find(message, tag);

    return field && field->length == 8 ? get_number(field->bytes, 8) : absent;
}

enum mp_err wire_text(const struct wire_message *message, uint16_t tag, char *out, size_t size)
{
    const struct wire_field *field = wire_find(message, tag);

    out[0] = '\0';
    if (!field)
        return MP_OK;
    if (field->length >= size)
        return MP_TOO_LONG;
    memcpy(out, field->bytes, field->length);
    out[field->length] = '\0';
    return MP_OK;
}

enum mp_err wire_secret(const struct wire_message *message, uint16_t tag, struct secret **out)
{
    const struct wire_field *field = wire_find(message, tag);

    *out = field ? secret_copy(field->bytes, field->length) : NULL;
    return field && !*out ? MP_NOMEM : MP_OK;
}

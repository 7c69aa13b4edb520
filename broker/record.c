#include "broker/record.h"

#include <string.h>

#include "lib/wire.h"

#define FIELD_ROOM 16 /* bytes: a field's header, and a number */

/* A record holds these and nothing else. */
static const struct wire_tag tags[] = {
    {PROTO_ACCESS_TOKEN, WIRE_TEXT, PROTO_MAX_TOKEN},
    {PROTO_REFRESH_TOKEN, WIRE_TEXT, PROTO_MAX_TOKEN},
    {PROTO_REMOTE_NAME, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_EXPIRES_AT, WIRE_NUMBER, 0},
    {PROTO_OBTAINED_AT, WIRE_NUMBER, 0},
    {PROTO_LOGIN_AT, WIRE_NUMBER, 0},
    {PROTO_DOUBT_SINCE, WIRE_NUMBER, 0},
    {PROTO_DOUBT_UNTIL, WIRE_NUMBER, 0},
    {PROTO_DOUBT_COUNT, WIRE_NUMBER, 0},
    {PROTO_VALIDATED_AT, WIRE_NUMBER, 0},
    {PROTO_CLAIM_TENANT, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_PLATFORM, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_IDENTITY_PROVIDER, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_IDENTIFIER, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_SCOPE, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_CLAIM_CLIENT_ID, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_MULTITENANT, WIRE_NUMBER, 0},
};
#define TAG_COUNT (sizeof(tags) / sizeof(tags[0]))

void record_free(struct record *record)
{
    secret_free(&record->access_token);
    secret_free(&record->refresh_token);
    explicit_bzero(record, sizeof(*record));
}

static int is_token(const struct secret *token)
{
    return !token || proto_is_token(secret_text(token), secret_length(token));
}

static int is_sound(const struct record *record)
{
    return is_token(record->access_token) && is_token(record->refresh_token) &&
           memchr(record->remote_name, 0, sizeof(record->remote_name)) && record->expires_at >= 0 &&
           record->obtained_at >= 0 && record->login_at >= 0 && record->doubt_since >= 0 &&
           record->doubt_until >= 0 && record->claims.validated_at >= 0;
}

static size_t room_for(const struct record *record)
{
    size_t room =
        TAG_COUNT * FIELD_ROOM + FIELD_ROOM + strlen(record->remote_name) + sizeof(record->claims);

    if (record->access_token)
        room += secret_length(record->access_token);
    if (record->refresh_token)
        room += secret_length(record->refresh_token);
    return room;
}

enum mp_err record_encode(const struct record *record, struct secret **plain)
{
    struct secret *packet = NULL;
    enum mp_err err = MP_INTERNAL;

    *plain = NULL;
    if (!is_sound(record))
        return MP_INTERNAL;
    packet = secret_new(room_for(record));
    if (!packet)
        return MP_NOMEM;
    if ((err = wire_begin(packet, PROTO_VAULT_RECORD)) != MP_OK ||
        (err = wire_put_secret(packet, PROTO_ACCESS_TOKEN, record->access_token)) != MP_OK ||
        (err = wire_put_secret(packet, PROTO_REFRESH_TOKEN, record->refresh_token)) != MP_OK ||
        (err = wire_put_text(packet, PROTO_REMOTE_NAME, record->remote_name)) != MP_OK ||
        (err = wire_put_number(packet, PROTO_EXPIRES_AT, (uint64_t)record->expires_at)) != MP_OK ||
        (err = wire_put_number(packet, PROTO_OBTAINED_AT, (uint64_t)record->obtained_at)) !=
            MP_OK ||
        (err = wire_put_number(packet, PROTO_LOGIN_AT, (uint64_t)record->login_at)) != MP_OK ||
        (err = wire_put_number(packet, PROTO_DOUBT_SINCE, (uint64_t)record->doubt_since)) !=
            MP_OK ||
        (err = wire_put_number(packet, PROTO_DOUBT_UNTIL, (uint64_t)record->doubt_until)) !=
            MP_OK ||
        (err = wire_put_number(packet, PROTO_DOUBT_COUNT, record->doubt_count)) != MP_OK ||
        (err = claims_write(&record->claims, packet)) != MP_OK)
        secret_free(&packet);
    *plain = packet;
    return err;
}

/* An absent time, and one that is too large, becomes negative, which is_sound() refuses. */
static int64_t time_of(const struct wire_message *message, uint16_t tag)
{
    return (int64_t)wire_number(message, tag, UINT64_MAX);
}

static enum mp_err take_fields(struct record *record, const struct wire_message *message)
{
    if (message->operation != PROTO_VAULT_RECORD || !wire_find(message, PROTO_REMOTE_NAME) ||
        !wire_find(message, PROTO_DOUBT_COUNT) ||
        wire_text(message, PROTO_REMOTE_NAME, record->remote_name, sizeof(record->remote_name)) !=
            MP_OK)
        return MP_STORAGE;
    record->expires_at = time_of(message, PROTO_EXPIRES_AT);
    record->obtained_at = time_of(message, PROTO_OBTAINED_AT);
    record->login_at = time_of(message, PROTO_LOGIN_AT);
    record->doubt_since = time_of(message, PROTO_DOUBT_SINCE);
    record->doubt_until = time_of(message, PROTO_DOUBT_UNTIL);
    record->doubt_count = wire_number(message, PROTO_DOUBT_COUNT, 0);
    if (wire_secret(message, PROTO_ACCESS_TOKEN, &record->access_token) != MP_OK ||
        wire_secret(message, PROTO_REFRESH_TOKEN, &record->refresh_token) != MP_OK)
        return MP_NOMEM;
    if (claims_read(message, &record->claims) != MP_OK)
        return MP_STORAGE;
    return is_sound(record) ? MP_OK : MP_STORAGE;
}

enum mp_err record_decode(struct record *record, const struct secret *plain)
{
    struct wire_message message;
    enum mp_err err = MP_STORAGE;

    if (wire_parse(&message, secret_text(plain), secret_length(plain), tags, TAG_COUNT) == MP_OK)
        err = take_fields(record, &message);
    if (err != MP_OK)
        record_free(record);
    return err;
}

#include "helper/entry.h"

#include <stdio.h>

#include "helper/lifetime.h"

static enum mp_err read_texts(const struct wire_message *message, struct entry *entry)
{
    if (wire_text(message, PROTO_ACCOUNT, entry->account, sizeof(entry->account)) != MP_OK ||
        wire_text(message, PROTO_REMOTE_NAME, entry->login, sizeof(entry->login)) != MP_OK ||
        wire_text(message, PROTO_TENANT, entry->tenant, sizeof(entry->tenant)) != MP_OK ||
        wire_text(message, PROTO_CLIENT_ID, entry->client_id, sizeof(entry->client_id)) != MP_OK)
        return MP_PROTOCOL;
    return proto_is_account_name(entry->account) ? MP_OK : MP_PROTOCOL;
}

enum mp_err entry_read(const struct wire_field *field, struct entry *entry)
{
    struct wire_message message;
    enum mp_err err = proto_parse(&message, field->bytes, field->length);

    if (err == MP_OK && message.operation != PROTO_RECORD_ENTRY)
        err = MP_PROTOCOL;
    if (err == MP_OK)
        err = read_texts(&message, entry);
    if (err != MP_OK)
        return err;
    entry->expires_at = wire_number(&message, PROTO_EXPIRES_AT, 0);
    entry->login_at = wire_number(&message, PROTO_LOGIN_AT, 0);
    entry->obtained_at = wire_number(&message, PROTO_OBTAINED_AT, 0);
    entry->doubt_since = wire_number(&message, PROTO_DOUBT_SINCE, 0);
    entry->sessions = wire_number(&message, PROTO_SESSIONS, 0);
    entry->has_refresh = wire_number(&message, PROTO_HAS_REFRESH, 0) == 1;
    entry->error = mp_err_from_wire(wire_number(&message, PROTO_ERROR, MP_PROTOCOL));
    return MP_OK;
}

/* A service account has no refresh token either, but it logged in with its password. */
static int entry_ends(const struct entry *entry)
{
    return !entry->has_refresh && !entry->login_at && entry->expires_at;
}

const char *entry_state(const struct entry *entry)
{
    switch (entry->error) {
    case MP_OK:
        if (entry->doubt_since)
            return "refresh in doubt";
        return entry_ends(entry) ? "ready, then sign in again" : "ready";
    case MP_NO_RECORD:
        return "not logged in";
    case MP_LOGIN_NEEDED:
        return "login needed";
    case MP_STORAGE:
        return "record unreadable";
    case MP_LOCKED:
        return "locked";
    default:
        return mp_err_text(entry->error);
    }
}

const char *entry_state_name(const struct entry *entry)
{
    if (entry->error != MP_OK)
        return mp_err_name(entry->error);
    return entry->doubt_since ? "refresh_in_doubt" : "ready";
}

void entry_lifetime(const struct entry *entry, uint64_t now, char *out, size_t size)
{
    char left[LIFETIME_SIZE];

    if (!entry->expires_at) {
        snprintf(out, size, "none");
    } else if (entry->expires_at <= now) {
        snprintf(out, size, "expired");
    } else {
        lifetime_text(entry->expires_at - now, left);
        snprintf(out, size, "valid for %s", left);
    }
}

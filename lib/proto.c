#include "lib/proto.h"

#include <stdio.h>
#include <string.h>

static const struct wire_tag tags[] = {
    {PROTO_ACCOUNT, WIRE_TEXT, PROTO_MAX_ACCOUNT},
    {PROTO_USER, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_UID, WIRE_NUMBER, 0},
    {PROTO_TARGET, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_REMOTE_NAME, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_SERVICE, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_TTY, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_RHOST, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_PREFERRED, WIRE_TEXT, PROTO_MAX_ACCOUNT},
    {PROTO_SCHEME, WIRE_TEXT, 16},
    {PROTO_HOST, WIRE_TEXT, 300},
    {PROTO_PATH, WIRE_TEXT, 4096},
    {PROTO_MIN_TTL, WIRE_NUMBER, 0},
    {PROTO_REMAINING_MS, WIRE_NUMBER, 0},
    {PROTO_DEADLINE_MS, WIRE_NUMBER, 0},
    {PROTO_PASSWORD, WIRE_TEXT, PROTO_MAX_PASSWORD},
    {PROTO_ACCESS_TOKEN, WIRE_TEXT, PROTO_MAX_TOKEN},
    {PROTO_REFRESH_TOKEN, WIRE_TEXT, PROTO_MAX_TOKEN},
    {PROTO_CLIENT_SECRET, WIRE_TEXT, PROTO_MAX_PASSWORD},
    {PROTO_ERROR, WIRE_NUMBER, 0},
    {PROTO_VERDICT, WIRE_NUMBER, 0},
    {PROTO_TEXT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_TENANT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_CLIENT_ID, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_EXPIRES_AT, WIRE_NUMBER, 0},
    {PROTO_RETRY_AFTER, WIRE_NUMBER, 0},
    {PROTO_RECORD, WIRE_BYTES, 4096},
    {PROTO_HAS_REFRESH, WIRE_NUMBER, 0},
    {PROTO_LOGIN_AT, WIRE_NUMBER, 0},
    {PROTO_OBTAINED_AT, WIRE_NUMBER, 0},
    {PROTO_KEY_SOURCE, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_SESSIONS, WIRE_NUMBER, 0},
    {PROTO_DOUBT_SINCE, WIRE_NUMBER, 0},
    {PROTO_DOUBT_COUNT, WIRE_NUMBER, 0},
    {PROTO_DOUBT_UNTIL, WIRE_NUMBER, 0},
    {PROTO_VAULT_STATE, WIRE_NUMBER, 0},
    {PROTO_PROBE_STEP, WIRE_BYTES, 2048},
    {PROTO_STEP_NAME, WIRE_TEXT, 32},
    {PROTO_STEP_RESULT, WIRE_NUMBER, 0},
    {PROTO_METRICS_TEXT, WIRE_BYTES, 32768},
    {PROTO_CONFINEMENT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_ENDPOINT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_CLIENT_AUTH, WIRE_NUMBER, 0},
    {PROTO_SCOPE, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_CA, WIRE_TEXT, 4096},
    {PROTO_CONNECT_MS, WIRE_NUMBER, 0},
    {PROTO_EXPIRES_IN, WIRE_NUMBER, 0},
    {PROTO_PROGRESS, WIRE_NUMBER, 0},
    {PROTO_HTTP_STATUS, WIRE_NUMBER, 0},
    {PROTO_OAUTH_ERROR, WIRE_TEXT, 64},
    {PROTO_DETAIL, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_VALIDATION, WIRE_NUMBER, 0},
    {PROTO_VALIDATION_ENDPOINT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_CONFINED, WIRE_NUMBER, 0},
    {PROTO_SECRET_NAME, WIRE_TEXT, PROTO_MAX_ACCOUNT},
    {PROTO_URL, WIRE_TEXT, 4096},
    {PROTO_HANDLE, WIRE_TEXT, 64},
    {PROTO_STATE, WIRE_TEXT, 128},
    {PROTO_CODE, WIRE_TEXT, 2048},
    {PROTO_CODE_VERIFIER, WIRE_TEXT, 128},
    {PROTO_REDIRECT_URI, WIRE_TEXT, 256},
    {PROTO_CA_FINGERPRINT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_ISSUER, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_INTROSPECTION_ENDPOINT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_REVOCATION_ENDPOINT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_AUTHORIZATION_ENDPOINT, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_CLIENT_CERTIFICATE, WIRE_TEXT, PROTO_MAX_PEM},
    {PROTO_CLIENT_KEY, WIRE_TEXT, PROTO_MAX_PEM},
    {PROTO_PROXY, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_PROXY_CREDENTIALS, WIRE_TEXT, PROTO_MAX_PASSWORD},
    {PROTO_CLAIM_TENANT, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_PLATFORM, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_IDENTITY_PROVIDER, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_IDENTIFIER, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_SCOPE, WIRE_TEXT, PROTO_MAX_TEXT},
    {PROTO_CLAIM_CLIENT_ID, WIRE_TEXT, PROTO_MAX_NAME},
    {PROTO_CLAIM_MULTITENANT, WIRE_NUMBER, 0},
    {PROTO_VALIDATED_AT, WIRE_NUMBER, 0},
    {PROTO_VALIDATED_FOR, WIRE_NUMBER, 0},
};

enum mp_err proto_parse(struct wire_message *message, const void *packet, size_t length)
{
    return wire_parse(message, packet, length, tags, sizeof(tags) / sizeof(tags[0]));
}

/* Does `name` start with one of `first`, go on with `rest` only, and stay within `max` bytes? */
static int name_fits(const char *name, const char *first, const char *rest, size_t max)
{
    size_t length = strlen(name);

    if (length == 0 || length > max || !strchr(first, name[0]))
        return 0;
    return strspn(name, rest) == length;
}

int proto_is_account_name(const char *name)
{
    return name_fits(name, "abcdefghijklmnopqrstuvwxyz0123456789",
                     "abcdefghijklmnopqrstuvwxyz0123456789._-", PROTO_MAX_ACCOUNT);
}

int proto_is_local_name(const char *name)
{
    return name_fits(name, "abcdefghijklmnopqrstuvwxyz0123456789_",
                     "abcdefghijklmnopqrstuvwxyz0123456789_.-", PROTO_MAX_NAME);
}

int proto_is_token(const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;

    if (length == 0 || length > PROTO_MAX_TOKEN)
        return 0;
    for (size_t i = 0; i < length; i++)
        if (byte[i] < 0x21 || byte[i] > 0x7e)
            return 0;
    return 1;
}

int proto_is_stand_in(const char *password, size_t length)
{
    static const char junk[] = "\b\n\r\177INCORRECT";

    for (size_t i = 0; i < length; i++)
        if (password[i] != junk[i % (sizeof(junk) - 1)])
            return 0;
    return 1;
}

int proto_is_header_text(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            return 0;
    return 1;
}

void proto_escape(char *out, size_t size, const char *text)
{
    size_t used = 0;

    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        int plain = *c >= 0x20 && *c < 0x7f && *c != '\\';
        size_t needs = plain ? 1 : 4;

        if (used + needs >= size)
            break;
        if (plain)
            out[used] = (char)*c;
        else
            snprintf(out + used, size - used, "\\x%02x", *c);
        used += needs;
    }
    out[used] = '\0';
}

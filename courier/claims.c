#include "courier/claims.h"

#include <string.h>

/* C0, DEL, and C1 (U+0080 to U+009F), which terminals obey too. The text is valid UTF-8. */
static int has_control(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0))
            return 1;
    return 0;
}

static void read_text(const struct json *json, const char *key, char *out, size_t size)
{
    size_t length = 0;
    const char *text = json_string(json, key, &length);

    out[0] = '\0';
    if (text && length < size && !has_control(text))
        memcpy(out, text, length + 1);
}

void claims_read_texts(const struct json *attributes, const char *identifier,
                       const struct json *reply, struct claims *claims)
{
    read_text(attributes, "tenant", claims->tenant, sizeof(claims->tenant));
    read_text(attributes, "platform", claims->platform, sizeof(claims->platform));
    read_text(attributes, "identityProvider", claims->identity_provider,
              sizeof(claims->identity_provider));
    read_text(attributes, identifier, claims->identifier, sizeof(claims->identifier));
    read_text(reply, "scope", claims->scope, sizeof(claims->scope));
    read_text(reply, "client_id", claims->client_id, sizeof(claims->client_id));
}

int claims_read_multitenant(const struct json *attributes, struct claims *claims)
{
    static const char key[] = "multitenant";
    size_t length = 0;
    const char *text = json_string(attributes, key, &length);
    enum json_kind kind = json_kind(attributes, key);

    claims->multitenant = -1;
    if (kind == JSON_TRUE || (text && strcmp(text, "true") == 0))
        claims->multitenant = 1;
    if (kind == JSON_FALSE || (text && strcmp(text, "false") == 0))
        claims->multitenant = 0;
    return claims->multitenant >= 0 || kind == JSON_ABSENT;
}

enum mp_err claims_write(const struct claims *claims, struct secret *packet)
{
    const struct {
        uint16_t tag;
        const char *text;
    } texts[] = {
        {PROTO_CLAIM_TENANT, claims->tenant},
        {PROTO_CLAIM_PLATFORM, claims->platform},
        {PROTO_CLAIM_IDENTITY_PROVIDER, claims->identity_provider},
        {PROTO_CLAIM_IDENTIFIER, claims->identifier},
        {PROTO_CLAIM_SCOPE, claims->scope},
        {PROTO_CLAIM_CLIENT_ID, claims->client_id},
    };
    enum mp_err err = MP_OK;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && err == MP_OK; i++)
        if (texts[i].text[0])
            err = wire_put_text(packet, texts[i].tag, texts[i].text);
    if (err == MP_OK && claims->multitenant >= 0)
        err = wire_put_number(packet, PROTO_CLAIM_MULTITENANT, (uint64_t)claims->multitenant);
    return err;
}

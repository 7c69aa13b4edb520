#include "broker/claims.h"

#include <stddef.h>

/* Which field is which text. */
static const struct {
    uint16_t tag;
    size_t at;
    size_t size;
} texts[] = {
#define TEXT(tag, member)                                                          \
    {                                                                              \
        tag, offsetof(struct claims, member), sizeof(((struct claims *)0)->member) \
    }
    TEXT(PROTO_CLAIM_TENANT, tenant),
    TEXT(PROTO_CLAIM_PLATFORM, platform),
    TEXT(PROTO_CLAIM_IDENTITY_PROVIDER, identity_provider),
    TEXT(PROTO_CLAIM_IDENTIFIER, identifier),
    TEXT(PROTO_CLAIM_SCOPE, scope),
    TEXT(PROTO_CLAIM_CLIENT_ID, client_id),
#undef TEXT
};

#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))

enum mp_err claims_read(const struct wire_message *message, struct claims *claims)
{
    enum mp_err err = MP_OK;
    uint64_t multitenant = wire_number(message, PROTO_CLAIM_MULTITENANT, 2);

    *claims = (struct claims){.multitenant = multitenant > 1 ? -1 : (int)multitenant};
    claims->validated_at = (int64_t)wire_number(message, PROTO_VALIDATED_AT, 0);
    for (size_t i = 0; i < TEXT_COUNT && err == MP_OK; i++)
        err = wire_text(message, texts[i].tag, (char *)claims + texts[i].at, texts[i].size);
    return err == MP_OK ? MP_OK : MP_PROTOCOL;
}

enum mp_err claims_write(const struct claims *claims, struct secret *packet)
{
    enum mp_err err = MP_OK;

    if (claims->validated_at == 0)
        return MP_OK;
    err = wire_put_number(packet, PROTO_VALIDATED_AT, (uint64_t)claims->validated_at);
    if (err == MP_OK && claims->multitenant >= 0)
        err = wire_put_number(packet, PROTO_CLAIM_MULTITENANT, (uint64_t)claims->multitenant);
    for (size_t i = 0; i < TEXT_COUNT && err == MP_OK; i++) {
        const char *text = (const char *)claims + texts[i].at;

        if (*text)
            err = wire_put_text(packet, texts[i].tag, text);
    }
    return err;
}

#include "broker/order.h"

#include "broker/credentials.h"

static enum mp_err put_endpoints(struct secret *packet, enum proto_operation operation,
                                 const struct config_account *account)
{
    enum mp_err err = MP_OK;

    if (operation == PROTO_JOB_REVOKE)
        return wire_put_text(packet, PROTO_ENDPOINT, account->revocation_endpoint);
    if (operation == PROTO_JOB_VALIDATE)
        return MP_OK;
    for (char **url = account->token_endpoints; *url && err == MP_OK; url++)
        err = wire_put_text(packet, PROTO_ENDPOINT, *url);
    return err;
}

/* How the account wants tokens validated, and where. */
static enum mp_err put_validation(struct secret *packet, enum proto_operation operation,
                                  const struct config_account *account)
{
    const char *endpoint = account->token_endpoint;
    enum mp_err err = MP_OK;

    if (account->validate == PROTO_VALIDATE_OFF || operation == PROTO_JOB_REFRESH ||
        operation == PROTO_JOB_REVOKE || operation == PROTO_JOB_AHEAD)
        return MP_OK;
    if (account->validate == PROTO_VALIDATE_INTROSPECT)
        endpoint = account->introspection_endpoint;
    else if (account->validate == PROTO_VALIDATE_URL)
        endpoint = account->validate_url;
    err = wire_put_number(packet, PROTO_VALIDATION, account->validate);
    return err == MP_OK ? wire_put_text(packet, PROTO_VALIDATION_ENDPOINT, endpoint) : err;
}

static enum mp_err put_client(struct secret *packet, const struct config_account *account)
{
    enum mp_err err = wire_put_text(packet, PROTO_CLIENT_ID, account->client_id);

    if (err == MP_OK)
        err = wire_put_number(packet, PROTO_CLIENT_AUTH, account->client_auth);
    return err == MP_OK ? wire_put_text(packet, PROTO_SCOPE, account->scope) : err;
}

static enum mp_err put_way(struct secret *packet, const struct config_account *account)
{
    enum mp_err err = wire_put_text(packet, PROTO_CA, account->ca);

    if (err == MP_OK)
        err = wire_put_text(packet, PROTO_CA_FINGERPRINT, account->ca_fingerprint);
    if (err == MP_OK)
        err = wire_put_text(packet, PROTO_PROXY, account->proxy);
    if (err == MP_OK)
        err = wire_put_number(packet, PROTO_CONNECT_MS, (uint64_t)account->connect_timeout_ms);
    return err;
}

static enum mp_err put_secrets(const struct broker *broker, struct secret *packet,
                               enum proto_operation operation, const struct config_account *account)
{
    static const struct {
        enum config_use use;
        uint16_t tag;
    } secrets[] = {{CONFIG_CLIENT_SECRET, PROTO_CLIENT_SECRET},
                   {CONFIG_CLIENT_KEY, PROTO_CLIENT_KEY},
                   {CONFIG_PROXY_CREDENTIALS, PROTO_PROXY_CREDENTIALS}};
    struct secret *secret = NULL;
    enum mp_err err = credentials_certificate(broker, account, &secret);

    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_CLIENT_CERTIFICATE, secret);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]) && err == MP_OK; i++) {
        if (operation == PROTO_JOB_AHEAD && secrets[i].use == CONFIG_CLIENT_SECRET)
            continue; /* comes with the password */
        secret_free(&secret);
        err = credentials_fetch(broker, account, secrets[i].use, &secret);
        if (err == MP_OK)
            err = wire_put_secret(packet, secrets[i].tag, secret);
    }
    secret_free(&secret);
    return err;
}

enum mp_err order_begin(const struct broker *broker, enum proto_operation operation,
                        const struct config_account *account, struct secret **out)
{
    struct secret *packet = secret_new(WIRE_MAX_PACKET);
    enum mp_err err = packet ? wire_begin(packet, (uint16_t)operation) : MP_NOMEM;

    if (err == MP_OK)
        err = put_endpoints(packet, operation, account);
    if (err == MP_OK)
        err = put_client(packet, account);
    if (err == MP_OK)
        err = put_way(packet, account);
    if (err == MP_OK)
        err = put_secrets(broker, packet, operation, account);
    if (err == MP_OK)
        err = put_validation(packet, operation, account);
    if (err != MP_OK)
        secret_free(&packet);
    *out = packet;
    return err;
}

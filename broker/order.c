#include "broker/order.h"

#include "broker/credentials.h"
#include "broker/discovery.h"

/* What is being written, and whether a document has to name more. */
struct order {
    const struct broker *broker;
    enum proto_operation operation;
    const struct config_account *account;
    struct secret *packet;
    int lacks; /* an endpoint that nobody has named yet */
};

static enum mp_err put_endpoint(struct order *order, uint16_t tag, const char *url)
{
    order->lacks |= !url;
    return wire_put_text(order->packet, tag, url);
}

static enum mp_err put_endpoints(struct order *order)
{
    const struct discovery *discovery = order->broker->discovery;
    char **urls = order->account->token_endpoints;
    enum mp_err err = MP_OK;

    if (order->operation == PROTO_JOB_REVOKE)
        return put_endpoint(order, PROTO_ENDPOINT, discovery_revocation(discovery, order->account));
    if (order->operation == PROTO_JOB_VALIDATE || order->operation == PROTO_JOB_DISCOVER)
        return MP_OK;
    if (!urls)
        return put_endpoint(order, PROTO_ENDPOINT, discovery_token(discovery, order->account));
    while (*urls && err == MP_OK)
        err = wire_put_text(order->packet, PROTO_ENDPOINT, *urls++);
    return err;
}

static int wants_validation(const struct order *order)
{
    return order->account->validate != PROTO_VALIDATE_OFF &&
           (order->operation == PROTO_JOB_PASSWORD || order->operation == PROTO_JOB_CODE ||
            order->operation == PROTO_JOB_VALIDATE || order->operation == PROTO_JOB_PROBE);
}

/* How the account wants tokens validated, and where. */
static enum mp_err put_validation(struct order *order)
{
    const struct config_account *account = order->account;
    const struct discovery *discovery = order->broker->discovery;
    const char *url = discovery_token(discovery, account);
    enum mp_err err = MP_OK;

    if (!wants_validation(order))
        return MP_OK;
    if (account->validate == PROTO_VALIDATE_INTROSPECT)
        url = discovery_introspection(discovery, account);
    else if (account->validate == PROTO_VALIDATE_URL)
        url = account->validate_url;
    err = wire_put_number(order->packet, PROTO_VALIDATION, account->validate);
    return err == MP_OK ? put_endpoint(order, PROTO_VALIDATION_ENDPOINT, url) : err;
}

/* A courier that connects ahead asks nobody: it needs to know where. */
static enum mp_err put_issuer(struct order *order)
{
    if (order->operation == PROTO_JOB_DISCOVER)
        order->lacks = 1;
    if (!order->lacks)
        return MP_OK;
    if (order->operation == PROTO_JOB_AHEAD ||
        !discovery_is_open(order->broker->discovery, order->account))
        return MP_OUTAGE;
    return wire_put_text(order->packet, PROTO_ISSUER, order->account->issuer);
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

static enum mp_err put_secret(const struct order *order, enum config_use use, uint16_t tag)
{
    struct secret *secret = NULL;
    enum mp_err err = credentials_fetch(order->broker, order->account, use, &secret);

    if (err == MP_OK)
        err = wire_put_secret(order->packet, tag, secret);
    secret_free(&secret);
    return err;
}

static enum mp_err put_certificate(const struct order *order)
{
    struct secret *certificate = NULL;
    enum mp_err err = credentials_certificate(order->broker, order->account, &certificate);

    if (err == MP_OK)
        err = wire_put_secret(order->packet, PROTO_CLIENT_CERTIFICATE, certificate);
    secret_free(&certificate);
    return err;
}

/* The client's own secret goes only where it is shown. */
static enum mp_err put_secrets(const struct order *order)
{
    int is_shown = order->operation != PROTO_JOB_DISCOVER && order->operation != PROTO_JOB_AHEAD;
    enum mp_err err = put_certificate(order);

    if (err == MP_OK)
        err = put_secret(order, CONFIG_CLIENT_KEY, PROTO_CLIENT_KEY);
    if (err == MP_OK)
        err = put_secret(order, CONFIG_PROXY_CREDENTIALS, PROTO_PROXY_CREDENTIALS);
    if (err == MP_OK && is_shown)
        err = put_secret(order, CONFIG_CLIENT_SECRET, PROTO_CLIENT_SECRET);
    return err;
}

enum mp_err order_begin(const struct broker *broker, enum proto_operation operation,
                        const struct config_account *account, struct secret **out)
{
    struct order order = {broker, operation, account, secret_new(WIRE_MAX_PACKET), 0};
    enum mp_err err = order.packet ? wire_begin(order.packet, (uint16_t)operation) : MP_NOMEM;

    if (err == MP_OK)
        err = put_endpoints(&order);
    if (err == MP_OK)
        err = put_validation(&order);
    if (err == MP_OK)
        err = put_issuer(&order);
    if (err == MP_OK)
        err = put_client(order.packet, account);
    if (err == MP_OK)
        err = put_way(order.packet, account);
    if (err == MP_OK)
        err = put_secrets(&order);
    if (err != MP_OK)
        secret_free(&order.packet);
    *out = order.packet;
    return err;
}

#include "courier/order.h"

#include <stddef.h>
#include <string.h>

#include "lib/clock.h"

#define MAX_WAIT_MS 600000

/* Which field is copied where. */
#define TEXT(member) offsetof(struct order, member), sizeof(((struct order *)0)->member)

static const struct {
    uint16_t tag;
    size_t at;
    size_t size;
} texts[] = {
    {PROTO_VALIDATION_ENDPOINT, TEXT(validation_endpoint)},
    {PROTO_ISSUER, TEXT(issuer)},
    {PROTO_CLIENT_ID, TEXT(client_id)},
    {PROTO_SCOPE, TEXT(scope)},
    {PROTO_REMOTE_NAME, TEXT(remote_name)},
    {PROTO_REDIRECT_URI, TEXT(redirect_uri)},
    {PROTO_CA, TEXT(transport.ca)},
    {PROTO_CA_FINGERPRINT, TEXT(transport.pins)},
    {PROTO_PROXY, TEXT(transport.proxy)},
};

static const struct {
    uint16_t tag;
    size_t at;
} secrets[] = {
    {PROTO_PASSWORD, offsetof(struct order, password)},
    {PROTO_CODE, offsetof(struct order, code)},
    {PROTO_CODE_VERIFIER, offsetof(struct order, code_verifier)},
    {PROTO_REFRESH_TOKEN, offsetof(struct order, refresh_token)},
    {PROTO_ACCESS_TOKEN, offsetof(struct order, access_token)},
    {PROTO_CLIENT_SECRET, offsetof(struct order, client_secret)},
    {PROTO_CLIENT_CERTIFICATE, offsetof(struct order, transport.client_certificate)},
    {PROTO_CLIENT_KEY, offsetof(struct order, transport.client_key)},
    {PROTO_PROXY_CREDENTIALS, offsetof(struct order, transport.proxy_credentials)},
};

static struct secret **secret_at(struct order *order, size_t at)
{
    return (struct secret **)((char *)order + at);
}

void order_free(struct order *order)
{
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
        secret_free(secret_at(order, secrets[i].at));
}

static enum mp_err copy_endpoints(const struct wire_message *message, struct order *order)
{
    for (size_t i = 0; i < message->count; i++) {
        const struct wire_field *field = &message->fields[i];

        if (field->tag != PROTO_ENDPOINT)
            continue;
        if (order->endpoint_count == ORDER_MAX_ENDPOINTS || field->length == 0 ||
            field->length > PROTO_MAX_TEXT)
            return MP_PROTOCOL;
        memcpy(order->endpoints[order->endpoint_count++], field->bytes, field->length);
    }
    return MP_OK;
}

static enum mp_err copy_fields(const struct wire_message *message, struct order *order)
{
    enum mp_err err = copy_endpoints(message, order);

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && err == MP_OK; i++)
        err = wire_text(message, texts[i].tag, (char *)order + texts[i].at, texts[i].size);
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]) && err == MP_OK; i++)
        err = wire_secret(message, secrets[i].tag, secret_at(order, secrets[i].at));
    return err;
}

static void start_clock(const struct wire_message *message, struct order *order)
{
    uint64_t remaining = wire_number(message, PROTO_REMAINING_MS, 0);
    uint64_t connect = wire_number(message, PROTO_CONNECT_MS, 0);
    uint64_t now = (uint64_t)clock_monotonic_ms();
    uint64_t deadline = wire_number(message, PROTO_DEADLINE_MS, UINT64_MAX);
    uint64_t left = deadline > now ? deadline - now : 0;

    if (remaining > left)
        remaining = left;
    if (remaining > MAX_WAIT_MS)
        remaining = MAX_WAIT_MS;
    if (connect == 0 || connect > remaining)
        connect = remaining;
    order->deadline_ms = (int64_t)(now + remaining);
    order->connect_ms = (int64_t)connect;
}

int64_t order_connect_by(const struct order *order, size_t others)
{
    int64_t now = clock_monotonic_ms();
    int64_t share = (order->deadline_ms - now) / (int64_t)(others + 1);

    return now + (order->connect_ms < share ? order->connect_ms : share);
}

/* --- what must be there --- */

static int is_filled(const struct secret *value)
{
    return value && secret_length(value) > 0;
}

static int is_token(const struct secret *value)
{
    return value && proto_is_token(secret_text(value), secret_length(value));
}

static const char *find_grant_gap(const struct order *order)
{
    if (order->operation == PROTO_JOB_AHEAD)
        return NULL;
    if (order->operation == PROTO_JOB_REFRESH || order->operation == PROTO_JOB_PROBE)
        return is_filled(order->refresh_token) ? NULL : "the job has no refresh token";
    if (order->operation == PROTO_JOB_CODE)
        return is_filled(order->code) && is_filled(order->code_verifier) && order->redirect_uri[0]
                   ? NULL
                   : "the job has no code, code verifier or redirect URI";
    if (!order->remote_name[0])
        return "the job has no remote name";
    return is_filled(order->password) ? NULL : "the job has no password";
}

static const char *find_token_gap(const struct order *order)
{
    if (order->operation == PROTO_JOB_VALIDATE) {
        if (order->validation == PROTO_VALIDATE_OFF)
            return "the job does not say how to validate";
        return is_token(order->access_token) ? NULL : "the job has no access token";
    }
    if (!order->access_token && !order->refresh_token)
        return "the job has no token to revoke";
    if ((order->access_token && !is_token(order->access_token)) ||
        (order->refresh_token && !is_token(order->refresh_token)))
        return "the job has a malformed token";
    return NULL;
}

static int is_for_tokens(enum proto_operation operation)
{
    return operation == PROTO_JOB_PASSWORD || operation == PROTO_JOB_REFRESH ||
           operation == PROTO_JOB_CODE || operation == PROTO_JOB_PROBE ||
           operation == PROTO_JOB_AHEAD;
}

static const char *find_gap(const struct order *order)
{
    int is_grant = is_for_tokens(order->operation);

    int needs_none =
        order->operation == PROTO_JOB_VALIDATE || order->operation == PROTO_JOB_DISCOVER;
    int may_lack = order->issuer[0] && order->operation != PROTO_JOB_AHEAD;

    if (!is_grant && !needs_none && order->operation != PROTO_JOB_REVOKE)
        return "the courier does not know this operation";
    if (order->operation == PROTO_JOB_DISCOVER)
        return order->issuer[0] ? NULL : "the job has no issuer";
    if (order->endpoint_count == 0 && !needs_none && !may_lack)
        return "the job has no endpoint";
    if (order->endpoint_count > 1 && !is_grant)
        return "the job has more than one endpoint";
    if (!order->client_id[0])
        return "the job has no client id";
    if (!order->client_auth)
        return "the job has an unknown client authentication";
    if (!order->validation)
        return "the job has an unknown validation";
    if (order->validation != PROTO_VALIDATE_OFF && !order->validation_endpoint[0] && !may_lack)
        return "the job has no validation endpoint";
    return is_grant ? find_grant_gap(order) : find_token_gap(order);
}

/* RFC 7617 2: nothing escapes a colon in a raw user id. */
static const char *find_misfit(const struct order *order)
{
    int is_raw = order->client_auth == PROTO_AUTH_BASIC_RAW;
    int is_basic = is_raw || order->client_auth == PROTO_AUTH_BASIC;

    if (is_basic && order->operation != PROTO_JOB_AHEAD && order->operation != PROTO_JOB_DISCOVER &&
        !is_filled(order->client_secret))
        return "Basic client authentication needs a client secret";
    if (is_raw && strchr(order->client_id, ':'))
        return "a client id with a colon needs client_auth = basic";
    if (order->client_auth == PROTO_AUTH_TLS && !order->transport.client_certificate)
        return "client_auth = tls needs a client certificate";
    return transport_problem(&order->transport);
}

enum mp_err order_read(const struct wire_message *message, struct order *order,
                       const char **problem)
{
    uint64_t client_auth = wire_number(message, PROTO_CLIENT_AUTH, 0);
    uint64_t validation = wire_number(message, PROTO_VALIDATION, PROTO_VALIDATE_OFF);
    enum mp_err err = MP_OK;

    *problem = "the job could not be read";
    order->operation = (enum proto_operation)message->operation;
    if (client_auth >= PROTO_AUTH_BODY && client_auth <= PROTO_AUTH_TLS)
        order->client_auth = (enum proto_client_auth)client_auth;
    if (validation >= PROTO_VALIDATE_OFF && validation <= PROTO_VALIDATE_URL)
        order->validation = (enum proto_validation)validation;
    start_clock(message, order);
    err = copy_fields(message, order);
    if (err != MP_OK)
        return err == MP_NOMEM ? err : MP_PROTOCOL;
    *problem = find_gap(order);
    if (*problem)
        return MP_PROTOCOL;
    *problem = find_misfit(order);
    return *problem ? MP_CONFIGURATION : MP_OK;
}

enum mp_err order_parse(const struct secret *packet, struct order *order, const char **problem)
{
    struct wire_message message;

    *problem = "the job is malformed";
    if (!packet || proto_parse(&message, secret_text(packet), secret_length(packet)) != MP_OK)
        return MP_PROTOCOL;
    return order_read(&message, order, problem);
}

int order_goes_the_way_of(const struct order *order, const struct order *other)
{
    /* what lacks an endpoint asks for it before anything is sent */
    return !order->issuer[0] && strcmp(order->endpoints[0], other->endpoints[0]) == 0 &&
           transport_is_same(&order->transport, &other->transport);
}

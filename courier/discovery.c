#include "courier/discovery.h"

#include <stddef.h>
#include <string.h>

#include "courier/endpoint.h"
#include "courier/json.h"
#include "lib/proto.h"
#include "lib/wire.h"

static const char *const well_known[DISCOVERY_PLACES] = {
    [DISCOVERY_OPENID] = "/.well-known/openid-configuration",
    [DISCOVERY_OAUTH] = "/.well-known/oauth-authorization-server",
};

static const struct {
    const char *member;
    size_t at;
    uint16_t tag;
} endpoints[] = {
    {"token_endpoint", offsetof(struct discovered, token_endpoint), PROTO_ENDPOINT},
    {"introspection_endpoint", offsetof(struct discovered, introspection_endpoint),
     PROTO_INTROSPECTION_ENDPOINT},
    {"revocation_endpoint", offsetof(struct discovered, revocation_endpoint),
     PROTO_REVOCATION_ENDPOINT},
    {"authorization_endpoint", offsetof(struct discovered, authorization_endpoint),
     PROTO_AUTHORIZATION_ENDPOINT},
};
#define ENDPOINTS (sizeof(endpoints) / sizeof(endpoints[0]))

/* --- where it lies --- */

/* OpenID Connect Discovery 4 appends to the issuer, RFC 8414 3.1 inserts before its path; a slash
 * at the end is dropped by both. */
enum mp_err discovery_request(const char *issuer, enum discovery_place place,
                              struct request *request)
{
    const char *name = well_known[place];
    size_t length = strlen(issuer);
    size_t at = 0;
    enum mp_err err = MP_NOMEM;

    if (length > 0 && issuer[length - 1] == '/')
        length--;
    at = place == DISCOVERY_OPENID ? length : strlen("https://");
    while (at < length && issuer[at] != '/')
        at++;
    request->url = secret_new(length + strlen(name));
    if (request->url)
        err = secret_append(request->url, issuer, at);
    if (err == MP_OK)
        err = secret_append(request->url, name, strlen(name));
    return err == MP_OK ? secret_append(request->url, issuer + at, length - at) : err;
}

/* --- what it says --- */

static void read_endpoint(const struct json *json, const char *member, const char *issuer,
                          char *endpoint)
{
    size_t length = 0;
    const char *url = json_string(json, member, &length);

    if (url && length <= PROTO_MAX_TEXT && endpoint_is_on_server(url, issuer))
        memcpy(endpoint, url, length + 1);
}

const char *discovery_read(const struct secret *body, const char *issuer,
                           struct discovered *discovered)
{
    struct json *json = NULL;
    const char *problem = "out of memory";
    const char *said = NULL;
    size_t length = 0;

    if (json_parse(body, &json, &problem) != MP_OK)
        return problem;
    /* RFC 8414 3.3: the very same text */
    said = json_string(json, "issuer", &length);
    problem = said && strcmp(said, issuer) == 0
                  ? NULL
                  : "the document is of another issuer than the one configured";
    for (size_t i = 0; i < ENDPOINTS && !problem; i++)
        read_endpoint(json, endpoints[i].member, issuer, (char *)discovered + endpoints[i].at);
    json_free(&json);
    return problem;
}

/* --- what it is used for --- */

static const char *fill(char *endpoint, const char *found, const char *missing)
{
    if (endpoint[0])
        return NULL;
    if (!found[0])
        return missing;
    memcpy(endpoint, found, strlen(found) + 1);
    return NULL;
}

static const char *fill_validation(struct order *order, const struct discovered *discovered)
{
    if (order->validation == PROTO_VALIDATE_OFF)
        return NULL;
    if (order->validation == PROTO_VALIDATE_INTROSPECT)
        return fill(order->validation_endpoint, discovered->introspection_endpoint,
                    "the issuer's document names no introspection_endpoint on its server");
    return fill(order->validation_endpoint, discovered->token_endpoint,
                "the issuer's document names no token_endpoint on its server");
}

const char *discovery_fill(struct order *order, const struct discovered *discovered)
{
    const char *problem = NULL;

    if (order->operation == PROTO_JOB_REVOKE)
        problem = fill(order->endpoints[0], discovered->revocation_endpoint,
                       "the issuer's document names no revocation_endpoint on its server");
    else if (order->operation != PROTO_JOB_VALIDATE && order->operation != PROTO_JOB_DISCOVER)
        problem = fill(order->endpoints[0], discovered->token_endpoint,
                       "the issuer's document names no token_endpoint on its server");
    if (order->endpoints[0][0] && order->endpoint_count == 0)
        order->endpoint_count = 1;
    return problem ? problem : fill_validation(order, discovered);
}

enum mp_err discovery_write(const struct discovered *discovered, struct secret *packet)
{
    enum mp_err err = MP_OK;

    for (size_t i = 0; i < ENDPOINTS && err == MP_OK; i++) {
        const char *url = (const char *)discovered + endpoints[i].at;

        if (url[0])
            err = wire_put_text(packet, endpoints[i].tag, url);
    }
    return err;
}

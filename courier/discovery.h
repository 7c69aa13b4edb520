/*
 * What a server says of itself: OpenID Connect Discovery 1.0 and RFC 8414. Its document fills in
 * endpoints that an order does not name, and only such as stand on the issuer's own server.
 */
#ifndef MOBPROC_COURIER_DISCOVERY_H
#define MOBPROC_COURIER_DISCOVERY_H

#include "courier/order.h"
#include "courier/request.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Start with {0}. "" for what is not named, or not on the issuer's server. */
struct discovered {
    char token_endpoint[PROTO_MAX_TEXT + 1];
    char introspection_endpoint[PROTO_MAX_TEXT + 1];
    char revocation_endpoint[PROTO_MAX_TEXT + 1];
    char authorization_endpoint[PROTO_MAX_TEXT + 1];
};

/* Where documents may lie: the second is asked for when the first is not there. */
enum discovery_place {
    DISCOVERY_OPENID, /* ISSUER/.well-known/openid-configuration */
    DISCOVERY_OAUTH,  /* /.well-known/oauth-authorization-server before the issuer's path */
    DISCOVERY_PLACES,
};

/* A GET for the document of `issuer`. MP_OK, MP_NOMEM. */
enum mp_err discovery_request(const char *issuer, enum discovery_place place,
                              struct request *request) MUST_CHECK;

/* Reads a document. NULL, or a static sentence that refuses the whole of it. */
const char *discovery_read(const struct secret *body, const char *issuer,
                           struct discovered *discovered) MUST_CHECK;

/* Fills in what the order lacks. NULL, or a static sentence that names what nobody said. */
const char *discovery_fill(struct order *order, const struct discovered *discovered) MUST_CHECK;

/* Appends what was found for the broker: ENDPOINT and its like. MP_OK, MP_TOO_LONG. */
enum mp_err discovery_write(const struct discovered *discovered, struct secret *packet) MUST_CHECK;

#endif

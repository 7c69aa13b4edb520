/* A job as the broker orders it: the fields of its packet, checked and copied. */
#ifndef MOBPROC_COURIER_ORDER_H
#define MOBPROC_COURIER_ORDER_H

#include <stdint.h>

#include "courier/transport.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"
#include "lib/wire.h"

#define ORDER_MAX_ENDPOINTS 8

/* Start with {0}. It owns its secrets. */
struct order {
    enum proto_operation operation; /* one of the PROTO_JOB_... that the courier does */
    enum proto_client_auth client_auth;
    enum proto_validation validation; /* PROTO_VALIDATE_OFF when none is wanted */
    char endpoints[ORDER_MAX_ENDPOINTS][PROTO_MAX_TEXT + 1]; /* in the order to be asked */
    size_t endpoint_count;
    char issuer[PROTO_MAX_TEXT + 1];              /* ""; else endpoints may lack */
    char validation_endpoint[PROTO_MAX_TEXT + 1]; /* unless validation is off */
    char client_id[PROTO_MAX_TEXT + 1];
    char scope[PROTO_MAX_TEXT + 1];       /* "" when there is none */
    char remote_name[PROTO_MAX_TEXT + 1]; /* password only */
    char redirect_uri[257];               /* code only */
    struct secret *password;              /* password only */
    struct secret *code;                  /* code only, as the next */
    struct secret *code_verifier;         /* RFC 7636 */
    struct secret *refresh_token;         /* refresh; revoke, or NULL */
    struct secret *access_token;          /* validate; revoke, or NULL; else what was granted */
    struct secret *client_secret;         /* or NULL */
    struct transport transport;
    int64_t deadline_ms; /* for everything (lib/clock.h) */
    int64_t connect_ms;  /* for name, connection and handshake, each time */
};

/* Wipes and frees what it owns; may be called twice. */
void order_free(struct order *order);

/*
 * Copies the fields of a job, whose time runs from now.
 *   MP_OK
 *   MP_PROTOCOL       an unknown operation, or a field is missing, empty or makes no sense
 *   MP_CONFIGURATION  this client authentication or this transport cannot work
 *   MP_NOMEM
 * *problem is a static sentence unless MP_OK is returned. Free the order in any case.
 */
enum mp_err order_read(const struct wire_message *message, struct order *order,
                       const char **problem) MUST_CHECK;

/* order_read() of a whole packet, which may be NULL: MP_PROTOCOL. */
enum mp_err order_parse(const struct secret *packet, struct order *order,
                        const char **problem) MUST_CHECK;

/* Is the first endpoint the same, and the way to it, so that one may use the other's connection? */
int order_goes_the_way_of(const struct order *order, const struct order *other) MUST_CHECK;

/* The moment by which a connection begun now must stand, when `others` may be tried after it. */
int64_t order_connect_by(const struct order *order, size_t others);

#endif

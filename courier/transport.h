/* The way to the server: whom to believe, who we are on the way, and whom to pass. */
#ifndef MOBPROC_COURIER_TRANSPORT_H
#define MOBPROC_COURIER_TRANSPORT_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define TRANSPORT_MAX_PATH 4096

/* "" for whatever is not configured. It owns its secrets. */
struct transport {
    char ca[TRANSPORT_MAX_PATH + 1];   /* courier/authorities.h */
    char pins[PROTO_MAX_TEXT + 1];     /* PROTO_CA_FINGERPRINT */
    struct secret *client_certificate; /* PEM, or NULL */
    struct secret *client_key;         /* PEM; with a certificate */
    char proxy[PROTO_MAX_TEXT + 1];    /* courier/endpoint.h */
    struct secret *proxy_credentials;  /* name:password, or NULL */
};

/* NULL, or a static sentence that says what cannot work. */
const char *transport_problem(const struct transport *transport) MUST_CHECK;

/* The same in everything? */
int transport_is_same(const struct transport *one, const struct transport *other) MUST_CHECK;

#endif

/* Which addresses a secret may be sent to. */
#ifndef MOBPROC_COURIER_ENDPOINT_H
#define MOBPROC_COURIER_ENDPOINT_H

enum endpoint {
    ENDPOINT_REFUSED,
    ENDPOINT_TLS,      /* https:// and a host of letters, digits, '.', '-' or an address */
    ENDPOINT_LOOPBACK, /* http://127.0.0.1[:port]/: the broker allows it for tests only */
};

/* No user, no fragment, visible ASCII only. */
enum endpoint endpoint_kind(const char *url);

/* Is this an address for secrets, without a query, on the https server of another? */
int endpoint_is_on_server(const char *url, const char *other);

/* Is this http://host:port or https://host:port, without path, user or anything else? */
int endpoint_is_proxy(const char *url);

#endif

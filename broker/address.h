/*
 * One strict reader of web addresses, for those configured and those asked for.
 *
 *   scheme://host[:port][/path]
 *
 * A host is lower-case ASCII letters, digits, hyphens and dots (RFC 952, RFC 1123), an IPv4 address
 * of four decimal numbers, or a bracketed IPv6 address. No user info, query, fragment, trailing
 * dot, empty port or percent-encoding: what two readers could understand differently is refused.
 */
#ifndef MOBPROC_BROKER_ADDRESS_H
#define MOBPROC_BROKER_ADDRESS_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"

#define ADDRESS_MAX_HOST 253 /* RFC 1035, 2.3.4, without the root's dot */

/* Plain data. `path` borrows from the text read: "" or starts with a slash. */
struct address {
    char host[ADDRESS_MAX_HOST + 1]; /* IPv6 in brackets and in the form of RFC 5952 */
    int port;                        /* the scheme's default when there is none */
    const char *path;
};

/*
 * Reads host[:port] of `length` bytes. MP_OK; MP_CONFIGURATION with a static *reason; then
 * `address` is undefined. `path` is set to "".
 */
enum mp_err address_read_host(struct address *address, const char *text, size_t length,
                              int default_port, const char **reason) MUST_CHECK;

/* The same for a whole URL, which must begin with `scheme` ("https") and "://". */
enum mp_err address_read(struct address *address, const char *url, const char *scheme,
                         int default_port, const char **reason) MUST_CHECK;

#define ADDRESS_SERVER_SIZE (ADDRESS_MAX_HOST + sizeof(":65535"))

/* host:port of an https or http URL, always with the port. MP_OK; MP_CONFIGURATION, and "". */
enum mp_err address_server(const char *url, char server[static ADDRESS_SERVER_SIZE]) MUST_CHECK;

#endif

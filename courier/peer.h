/*
 * A last look at the server before a byte of the request leaves: libcurl falls back to the common
 * name of a certificate that names no host, which CAs do not check (RFC 9525 2).
 */
#ifndef MOBPROC_COURIER_PEER_H
#define MOBPROC_COURIER_PEER_H

#include <curl/curl.h>

#include "lib/attr.h"

/* Must stay as long as its handle. */
struct peer {
    CURL *easy;
    const char **problem; /* is set to a static sentence when the server is refused */
    int has_accepted;     /* there may be a connection that was looked at when it was new */
};

/*
 * Has the handle refuse servers whose certificate has no subjectAltName with a host or an address.
 * Nothing happens before libcurl 7.80, which cannot be stopped at that moment.
 */
CURLcode peer_attach(struct peer *peer) MUST_CHECK;

/* For plain http: there is no certificate. */
CURLcode peer_detach(CURL *easy) MUST_CHECK;

#endif

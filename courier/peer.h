/*
 * A last look at the server before a byte of the request leaves: libcurl falls back to the common
 * name of a certificate that names no host, which CAs do not check (RFC 9525 2).
 *
 * That moment is also when a transfer can be made to wait, its connection being there.
 */
#ifndef MOBPROC_COURIER_PEER_H
#define MOBPROC_COURIER_PEER_H

#include <curl/curl.h>

#include "lib/attr.h"

#define PEER_CAN_STOP (LIBCURL_VERSION_NUM >= 0x075000) /* 7.80 */

/* Must stay as long as its handle. */
struct peer {
    CURL *easy;
    const char **problem; /* is set to a static sentence when the server is refused */
    int has_accepted;     /* there may be a connection that was looked at when it was new */
    int is_plain;         /* http: there is no certificate */
    /* called when all is well with the server; 0 ends the transfer */
    int (*then)(void *context, int own_port);
    void *context;
};

/*
 * Has the handle refuse servers whose certificate has no subjectAltName with a host or an address,
 * and then call `then`. Nothing happens unless PEER_CAN_STOP.
 */
CURLcode peer_attach(struct peer *peer) MUST_CHECK;

#endif

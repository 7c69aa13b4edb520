/* All settings that depend on where a request goes: protocol, trust, our certificate, the proxy. */
#ifndef MOBPROC_COURIER_TARGET_H
#define MOBPROC_COURIER_TARGET_H

#include <curl/curl.h>

#include "courier/authorities.h"
#include "courier/peer.h"
#include "courier/request.h"
#include "courier/transport.h"
#include "lib/attr.h"

/* Start with the transport, peer.then and {0}. Lives as long as its handle, which is until the
 * process ends.
 */
struct target {
    const struct transport *transport;
    struct authorities authorities; /* found when they are first needed */
    struct curl_slist *proxy_lines;
    struct peer peer;
};

/*
 * Points the handle at the request's URL. A code other than CURLE_OK refuses the request before
 * anything is connected; *problem is then a static sentence, or untouched. It must stay: a server
 * that is refused later sets it too.
 */
CURLcode target_set(CURL *easy, struct target *target, const struct request *request,
                    const char **problem) MUST_CHECK;

#endif

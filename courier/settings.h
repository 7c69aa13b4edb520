/* Every default of libcurl that matters, set by hand. */
#ifndef MOBPROC_COURIER_SETTINGS_H
#define MOBPROC_COURIER_SETTINGS_H

#include <curl/curl.h>

#include "courier/authorities.h"
#include "lib/attr.h"
#include "lib/secret.h"

/*
 * Applies all settings that do not depend on the job. The first refusal is returned: a setting
 * that this libcurl does not know must not be missing silently.
 */
CURLcode settings_apply(CURL *easy) MUST_CHECK;

/* Allows https, or http alone with `is_plain`. */
CURLcode settings_protocol(CURL *easy, int is_plain) MUST_CHECK;

/*
 * Believes these authorities and no others, and of what they vouch for only servers with one of the
 * public keys of `pins` (CURLOPT_PINNEDPUBLICKEY(3)); "": any.
 */
CURLcode settings_trust(CURL *easy, const struct authorities *authorities,
                        const char *pins) MUST_CHECK;

/* Shows this certificate (PEM, which must stay) to a server that asks for one; NULL, NULL: none. */
CURLcode settings_identity(CURL *easy, const struct secret *certificate,
                           const struct secret *key) MUST_CHECK;

/* No proxy, whatever the environment says. */
CURLcode settings_no_proxy(CURL *easy) MUST_CHECK;

/*
 * By CONNECT through http://host:port or https://host:port, which sees the server's name and port
 * and `lines` and nothing else. One that speaks TLS is believed by the same authorities, or all of
 * them where only one is believed for the server. `lines` must stay.
 */
CURLcode settings_proxy(CURL *easy, const char *proxy, const struct authorities *authorities,
                        struct curl_slist *lines) MUST_CHECK;

#endif

/* Basic client authentication (RFC 7617), written by hand: libcurl never sees the credentials. */
#ifndef MOBPROC_COURIER_BASIC_H
#define MOBPROC_COURIER_BASIC_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * Makes the line "Authorization: Basic ..." (no line end) that the caller frees. With
 * `form_encoded`, id and secret are form-encoded first, as RFC 6749 2.3.1 wants; some servers
 * expect them raw. MP_OK, MP_NOMEM, MP_TOO_LONG.
 */
enum mp_err basic_header(const char *id, const struct secret *secret, int form_encoded,
                         struct secret **header) MUST_CHECK;

/* Makes "Proxy-Authorization: Basic ..." of "name:password" as it is; the rest as above. */
enum mp_err basic_proxy_header(const struct secret *credentials, struct secret **header) MUST_CHECK;

#endif

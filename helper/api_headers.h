/* The headers of a call to the protected API: Authorization, X-TNGO-TENANT, client_id. */
#ifndef MOBPROC_HELPER_API_HEADERS_H
#define MOBPROC_HELPER_API_HEADERS_H

#include <stddef.h>

#include "helper/fetch.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* A format writes one of them; its result is that of secret_append(). */
typedef enum mp_err api_headers_format(void *out, const char *name, const char *prefix,
                                       const char *value);

/*
 * Gives each header to `format` as name, prefix ("Bearer " or "") and value. One without a value
 * is left out: `curl -H "name:"` would mean "remove it".
 */
enum mp_err api_headers_each(const struct fetched *fetched, api_headers_format *format,
                             void *out) MUST_CHECK;

/* `Name: value` lines into a struct secret, for `curl -H @-`. */
api_headers_format api_headers_plain;

/* `header = "Name: value"` lines into a struct secret, for `curl -K -`. curl(1), --config. */
api_headers_format api_headers_curl;

#endif

/* The headers of a call to the protected API: Authorization, X-TNGO-TENANT, client_id. */
#ifndef MOBPROC_HELPER_API_HEADERS_H
#define MOBPROC_HELPER_API_HEADERS_H

#include "helper/fetch.h"
#include "helper/reply.h"

/* A format writes one of them; its value is `prefix` ("Bearer " or "") and `value`. */
typedef void api_headers_format(struct reply *reply, const char *name, const char *prefix,
                                const char *value);

/* Writes each header. One without a value is left out: `curl -H "name:"` would mean "remove it". */
void api_headers_each(struct reply *reply, const struct fetched *fetched,
                      api_headers_format *format);

/* `Name: value` lines, for `curl -H @-`. */
api_headers_format api_headers_plain;

/* `header = "Name: value"` lines, for `curl -K -`. curl(1), --config. */
api_headers_format api_headers_curl;

/* The same and nothing else: no redirect, which would carry X-TNGO-TENANT and client_id to another
 * host (curl drops Authorization only), and https alone. */
void api_headers_configuration(struct reply *reply, const struct fetched *fetched);

/* Members of a JSON object: "Name":"value". */
api_headers_format api_headers_json;

#endif

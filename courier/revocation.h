/* The request that ends a token (RFC 7009 2.1). */
#ifndef MOBPROC_COURIER_REVOCATION_H
#define MOBPROC_COURIER_REVOCATION_H

#include "courier/order.h"
#include "courier/request.h"
#include "lib/attr.h"
#include "lib/err.h"

/*
 * Makes the request for one token; `hint` is "refresh_token" or "access_token". MP_OK, MP_NOMEM,
 * MP_TOO_LONG. Start with {0}, free the request in any case.
 */
enum mp_err revocation_request(const struct order *order, const struct secret *token,
                               const char *hint, struct request *request) MUST_CHECK;

#endif

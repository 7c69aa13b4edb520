/* The request that asks for tokens (RFC 6749 4.1.3, 4.3.2 and 6). */
#ifndef MOBPROC_COURIER_GRANT_H
#define MOBPROC_COURIER_GRANT_H

#include "courier/order.h"
#include "courier/request.h"
#include "lib/attr.h"
#include "lib/err.h"

/*
 * Makes the request of a password, refresh or code job, for one of its endpoints. MP_OK, MP_NOMEM,
 * MP_TOO_LONG. Start with {0}, free the request in any case.
 */
enum mp_err grant_request(const struct order *order, const char *endpoint,
                          struct request *request) MUST_CHECK;

#endif

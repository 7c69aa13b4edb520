/* The request that asks what a token is worth: order->access_token at order->validation_endpoint.
 */
#ifndef MOBPROC_COURIER_VALIDATION_H
#define MOBPROC_COURIER_VALIDATION_H

#include "courier/order.h"
#include "courier/request.h"
#include "lib/attr.h"
#include "lib/err.h"

/*
 * Makes the request in the order's way: PingFederate's validate_bearer, introspection (RFC 7662
 * 2.1), or Tangoe's validator, whose URL holds the token and must not be logged and which is told
 * nothing of the client. MP_OK, MP_NOMEM, MP_TOO_LONG. Start with {0}, free the request in any
 * case.
 */
enum mp_err validation_request(const struct order *order, struct request *request) MUST_CHECK;

#endif

/* How the OAuth client proves who it is (RFC 6749 2.3.1), the same at every endpoint. */
#ifndef MOBPROC_COURIER_CLIENT_H
#define MOBPROC_COURIER_CLIENT_H

#include "courier/form.h"
#include "courier/order.h"
#include "courier/request.h"
#include "lib/attr.h"
#include "lib/err.h"

#define CLIENT_MAX_FORM (FORM_GROWTH * 2 * PROTO_MAX_TEXT + 64) /* bytes that it may add */

/* Adds the client to the form or as `authorization`. MP_OK, MP_NOMEM, MP_TOO_LONG. */
enum mp_err client_add(const struct order *order, struct request *request) MUST_CHECK;

#endif

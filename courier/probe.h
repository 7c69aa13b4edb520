/*
 * PROTO_JOB_PROBE: is the way to the server good, and is this client welcome there? No password
 * and no token of anybody is sent: a refresh token, and an access token to validate, that are made
 * up. Only `invalid_grant` says that the server knew the client and looked at them.
 */
#ifndef MOBPROC_COURIER_PROBE_H
#define MOBPROC_COURIER_PROBE_H

#include "courier/order.h"
#include "courier/steps.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define PROBE_CLOCK_WARNING 60 /* seconds apart */
#define PROBE_CLOCK_FAILURE 300
#define PROBE_CERTIFICATE_DAYS 14

/* Does the exchanges. The validation is left out when the client was not accepted before it. */
void probe_run(struct order *order, struct http **http, struct step *client,
               struct step *validation);

/* Appends a PROTO_PROBE_STEP for each step of the way that was gone. MP_OK, MP_NOMEM, MP_TOO_LONG.
 */
enum mp_err probe_write(const struct order *order, const struct step *client,
                        const struct step *validation, struct secret *packet) MUST_CHECK;

#endif

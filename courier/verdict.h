/* What an answer means: the taxonomy, in one place and without side effect. */
#ifndef MOBPROC_COURIER_VERDICT_H
#define MOBPROC_COURIER_VERDICT_H

#include "courier/http.h"
#include "courier/reply.h"
#include "lib/err.h"
#include "lib/proto.h"

/*
 * A grant.
 * MP_OK       a grant: HTTP 200, application/json, and a usable reply. Nothing else.
 * MP_DENIED   the server looked at the password or the refresh token and refused. A refresh is
 *             denied by invalid_grant only, so that a refresh token is never dropped by mistake.
 * MP_CLIENT   the server refused this machine's client, its secret or its scope
 * MP_OUTAGE   everything else: an unexpected answer is never a grant and never a wrong password
 * and the answer's own failure (MP_CONFIGURATION, MP_NOMEM) when it has one.
 */
enum mp_err verdict(enum proto_operation operation, const struct http_answer *answer,
                    const struct reply *reply);

/*
 * Is it the answer to a grant that was made, but cannot be used: tokens, or a success in JSON, that
 * is cut off, compressed or not as it should be? Then the server may have rotated the refresh
 * token, as if the answer had been lost. A page of a gateway is no such answer.
 */
int verdict_is_lost_grant(const struct http_answer *answer, const struct reply *reply);

/*
 * A validation. Only `invalid_grant`, `active: false` and a lifetime that is over speak of the
 * token; whatever else goes wrong is a failure of the validating side.
 * MP_OK       HTTP 200, application/json, and claims
 * MP_DENIED   the token is not good, or not any more
 * MP_POLICY   it is good, but belongs to another client or makes no sense
 * MP_CLIENT   this client may not validate
 * MP_OUTAGE   everything else; also the answer's own failure
 */
enum mp_err verdict_validation(enum proto_validation validation, const struct http_answer *answer,
                               const struct reply *reply);

/*
 * A revocation: any HTTP 200 is MP_OK, also for a token that nobody knows (RFC 7009 2.2). MP_CLIENT
 * when this client was refused, else MP_OUTAGE or the answer's own failure.
 */
enum mp_err verdict_revocation(const struct http_answer *answer, const struct reply *reply);

/* Is this one of the words that the taxonomy knows? */
int verdict_knows(const char *error);

#endif

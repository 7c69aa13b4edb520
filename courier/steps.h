/* The steps that a job is made of. Each is a request, its answer, and what the answer means. */
#ifndef MOBPROC_COURIER_STEPS_H
#define MOBPROC_COURIER_STEPS_H

#include "courier/discovery.h"
#include "courier/http.h"
#include "courier/order.h"
#include "courier/reply.h"
#include "lib/err.h"
#include "lib/secret.h"

#define STEPS_LAG_MS 1100 /* another node may not know a token for a second */

/* Start with STEP_NONE. It owns what its members own. */
struct step {
    enum mp_err err; /* courier/verdict.h */
    struct http_answer answer;
    struct reply reply;
};

#define STEP_NONE ((struct step){.err = MP_INTERNAL})

/* Wipes and frees; may be called twice. */
void step_free(struct step *step);

/*
 * Each fills `step` in any case, within the order's deadline. *http is the handle of the step
 * before, or NULL; it is left for the next step when it can be used again.
 */

/*
 * Reads the issuer's document and fills in what the order lacks. Whatever goes wrong is an outage,
 * and nothing of the order has been sent.
 */
void step_discover(struct order *order, struct http **http, struct discovered *discovered,
                   struct step *step);

/*
 * Asks for tokens, on a connection of its own. The password, the refresh token or the code is sent
 * to one endpoint at most: the next one is tried only when no byte of the form has left. A token is
 * validated where it was issued: a validation_endpoint that is one of the endpoints becomes the one
 * that answered.
 */
void step_grant(struct order *order, struct http **http, struct step *step);

/*
 * step_grant() at the first endpoint alone, over a connection that is made the `way` of another
 * order (which must stay) and is held while `hold` waits for `order` and the whole `request` to it.
 */
void step_grant_ahead(struct order *order, const struct order *way, struct hold *hold,
                      const struct request *request, struct http **http, struct step *step);

/*
 * Validates order->access_token. One that is `fresh` may be unknown to another node of the server
 * for a moment: a denial is then asked once more after STEPS_LAG_MS, if the deadline allows.
 */
void step_validate(const struct order *order, struct http **http, int is_fresh, struct step *step);

/* Revokes one token; `hint` as in courier/revocation.h. */
void step_revoke(const struct order *order, struct http **http, const struct secret *token,
                 const char *hint, struct step *step);

#endif

/*
 * Couriers that connect to a token endpoint while a password is being typed. Each waits for one
 * login of whoever prepared it. They are a hint: no login needs one, and none is refused for one.
 */
#ifndef MOBPROC_BROKER_AHEAD_H
#define MOBPROC_BROKER_AHEAD_H

#include "broker/broker.h"
#include "broker/client.h"
#include "broker/mapping.h"
#include "lib/attr.h"

#define AHEAD_MAX 8        /* of the courier's children; the oldest gives way, if it had its rest */
#define AHEAD_MS 20000     /* they wait no longer */
#define AHEAD_REST_MS 1000 /* nobody gets his next one sooner */

struct ahead;

enum mp_err ahead_new(struct ahead **ahead) MUST_CHECK;

/* Hangs up on all of them. NULL is accepted. */
void ahead_free(struct ahead **ahead);

/*
 * Has a courier connect for a login that the caller of `request` is about to ask for. The holder's
 * earlier one ends, or the oldest of all, unless it is younger than AHEAD_REST_MS: then nothing
 * happens. Whatever fails is as if nobody had asked.
 */
void ahead_start(struct broker *broker, const struct request *request,
                 const struct config_account *account, const struct holder *holder);

/*
 * The connection to the courier that waits for exactly this login: by the same caller, for the
 * same holder, account and configuration. It is the caller's from now on. -1: there is
 * none.
 */
int ahead_take(struct ahead *ahead, const struct request *request,
               const struct config_account *account, const struct holder *holder) MUST_CHECK;

#endif

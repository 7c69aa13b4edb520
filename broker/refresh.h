/*
 * Refresh, once for everybody: one job per record, joined by all who ask meanwhile. The record is
 * marked in doubt on disk before the refresh token is sent, and the new pair is durable before
 * anybody hears of it, so that a crash at any moment costs at most one further try and then a login
 * (RFC 6749 section 6; a rotating server revokes the family when an old token comes twice).
 */
#ifndef MOBPROC_BROKER_REFRESH_H
#define MOBPROC_BROKER_REFRESH_H

#include "broker/broker.h"
#include "broker/mapping.h"
#include "lib/attr.h"

#define REFRESH_MAX_DOUBT 2 /* sent this often without an answer: ask for a login */

struct flights; /* the refreshes under way, and the failures that are remembered for a while */

enum mp_err flights_new(struct flights **flights) MUST_CHECK;

/* Cancels the jobs; callbacks do not run. */
void flights_free(struct flights **flights);

/*
 * MP_OK: the record on disk was replaced; read it again. Else why not, with a sentence for people
 * (or NULL) and the seconds after which it makes sense to try again (0: not known).
 */
typedef void refresh_done(void *owner, enum mp_err err, const char *text, unsigned retry_after_s);

/*
 * Joins the refresh of the holder's record, or starts it, unless he has too much under way
 * (MP_BUSY, see broker/job.h). `done` is called exactly once, perhaps before this returns.
 * `settings` is held until then; `account` must belong to it.
 */
void refresh_join(struct broker *broker, struct settings *settings,
                  const struct config_account *account, const struct holder *holder,
                  refresh_done *done, void *owner);

#endif

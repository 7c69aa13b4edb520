/*
 * What the answer to a refresh does to the record. It is written only if it is still the one that
 * was marked before the refresh was sent; else a log-out, a login or an erase has won:
 * MP_NO_RECORD.
 */
#ifndef MOBPROC_BROKER_SETTLE_H
#define MOBPROC_BROKER_SETTLE_H

#include "broker/flights.h"
#include "broker/job.h"
#include "lib/attr.h"
#include "lib/err.h"

/* What an answer without a token means for the mark in the record. */
enum doubt {
    DOUBT_STAYS, /* the answer is lost: the server may have rotated the token */
    DOUBT_BACK,  /* this try changed nothing at the server: back to what was known before it */
    DOUBT_OVER,
};

/* Puts the record in order after an answer that brought no token. */
enum mp_err settle(struct flight *flight, int drop_refresh_token, enum doubt doubt) MUST_CHECK;

/*
 * The new pair, which it takes, durable before anybody hears of it. Without a new refresh token:
 * the old one. When there is no record any more the pair is revoked; one that a login has replaced
 * is not, since both may be of one grant, which would end for both.
 */
enum mp_err settle_pair(struct flight *flight, struct job_result *result) MUST_CHECK;

#endif

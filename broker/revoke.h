/*
 * Tells the server that tokens are no longer wanted (RFC 7009): the refresh token first, which ends
 * the grant, then the access token.
 */
#ifndef MOBPROC_BROKER_REVOKE_H
#define MOBPROC_BROKER_REVOKE_H

#include "broker/broker.h"
#include "lib/attr.h"

/* MP_OK when the server accepted both; MP_UNSUPPORTED when the account names no endpoint. */
typedef void revoke_done(void *owner, enum mp_err err);

/*
 * Starts it with the account's timeout, and charges `uid` with the job (broker/job.h); whoever asks
 * for it himself must have been admitted. `done` (NULL: nobody waits) is called once, perhaps
 * before this returns. `settings` is held until then; `account` must belong to it. Either token may
 * be NULL; both stay the caller's.
 */
void revoke_tokens(struct broker *broker, struct settings *settings,
                   const struct config_account *account, uid_t uid,
                   const struct secret *refresh_token, const struct secret *access_token,
                   revoke_done *done, void *owner);

/* Ends those under way without calling anybody; when the broker ends. */
void revoke_forget_all(struct broker *broker);

/* Is any under way? The broker waits for it before it ends. */
int revoke_is_busy(const struct broker *broker);

#endif

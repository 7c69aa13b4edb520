/*
 * forget = last-session: the end of a record whose user has no session left.
 */
#ifndef MOBPROC_BROKER_FORGET_H
#define MOBPROC_BROKER_FORGET_H

#include "broker/broker.h"
#include "broker/mapping.h"
#include "lib/attr.h"

#define FORGET_GRACE_S 120 /* from a login to its session; sshd's LoginGraceTime */

/*
 * The user's last session ended, which was opened at `opened_at` (seconds since 1970). His record
 * is erased, unless it is of a later login whose own session may still be opened: that one is
 * looked at again when FORGET_GRACE_S are over. `settings` is held until then; `account` must
 * belong to it. MP_OK, or why it could not be erased.
 */
enum mp_err forget_record(struct broker *broker, struct settings *settings,
                          const struct config_account *account, const struct holder *holder,
                          int64_t opened_at) MUST_CHECK;

/* Looks at none again; when the broker ends. */
void forget_cancel_all(struct broker *broker);

#endif

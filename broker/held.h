/*
 * The record that a holder has for an account: the vault, with the holder and the account put in
 * the vault's words. A record of another remote name (the mapping changed) is erased, not used.
 */
#ifndef MOBPROC_BROKER_HELD_H
#define MOBPROC_BROKER_HELD_H

#include <stdint.h>

#include "broker/broker.h"
#include "broker/mapping.h"
#include "broker/record.h"
#include "lib/attr.h"
#include "lib/err.h"

/*
 * Reads into an empty record, which the caller frees. MP_OK; MP_NO_RECORD; MP_LOCKED (no key);
 * MP_STORAGE (damaged, or bound to something else); MP_SYSTEM (could not be read at this moment).
 */
enum mp_err held_read(struct broker *broker, const struct config_account *account,
                      const struct holder *holder, struct record *record,
                      uint64_t *generation) MUST_CHECK;

/* vault_write() for the holder; the record gets the holder's remote name. */
enum mp_err held_write(struct broker *broker, const struct config_account *account,
                       const struct holder *holder, struct record *record, uint64_t expected,
                       uint64_t *generation) MUST_CHECK;

enum mp_err held_erase(struct broker *broker, const struct config_account *account,
                       const struct holder *holder) MUST_CHECK;

/*
 * Was the access token obtained less than HELD_NEW_S seconds ago, and is it still good? Then nobody
 * but root gets a newer one: who asks in a row would have the server asked in a row. What a
 * person's login brought is none of that.
 */
#define HELD_NEW_S 5
int held_is_new(const struct record *record, const struct holder *holder, int64_t now);

/* Seconds that the access token of a record is still good for; 0 when it has none or is over. */
int64_t held_token_left(const struct record *record, int64_t now);

#endif

/*
 * Sealed records: STATE/<uid>/<account> and STATE/service/<account>, mode 0600.
 *
 * Each is an envelope (broker/envelope.h) that is bound to the owner's uid and local name, the
 * account, the first token endpoint and the client id: a flipped bit, a swapped file, a uid that
 * now belongs to somebody else or an account that points elsewhere never opens, and nobody can tell
 * one from the other. A newer format version is refused and left alone. What a call costs does not
 * depend on how many records others have; only vault_new() and vault_holds_records() look around.
 */
#ifndef MOBPROC_BROKER_VAULT_H
#define MOBPROC_BROKER_VAULT_H

#include <stdint.h>
#include <sys/types.h>

#include "broker/keyring.h"
#include "broker/record.h"
#include "lib/attr.h"
#include "lib/err.h"

struct vault; /* owns its directory descriptor; borrows the key ring */

/* Whose record it is and what it is bound to. Borrows its strings, none of them NULL; MP_INTERNAL
 * for one that is, and for an account that is no proto_is_account_name(). */
struct vault_name {
    int is_service; /* then uid and local_name are ignored */
    uid_t uid;
    const char *local_name;
    const char *account;
    const char *endpoint;
    const char *client_id;
};

/* MP_OK, MP_NOMEM, MP_STORAGE. Removes the temporary files of a crash, in STATE and in the owners'
 * directories; beyond a thousand owners, so that a start stays short, when the owner's next write
 * or erase comes. `state_fd` stays the caller's. */
enum mp_err vault_new(struct vault **vault, int state_fd, const struct keyring *ring) MUST_CHECK;
void vault_free(struct vault **vault);

/* Does STATE hold any record (before a key ring exists)? *holds is 1 unless it is certain that
 * there is none. MP_OK, MP_STORAGE. */
enum mp_err vault_holds_records(int state_fd, int *holds) MUST_CHECK;

/*
 * Opens a record into `record` (empty before; the caller frees it) and tells its generation.
 * MP_OK; MP_NO_RECORD (there is no file); MP_STORAGE (it does not open: damaged, foreign, newer, or
 * bound to something else; a new login may overwrite it with VAULT_ANY_GENERATION); MP_LOCKED (its
 * key is not in the ring); MP_SYSTEM (it could not be read at this moment, which says nothing about
 * it); MP_NOMEM. `record` stays empty unless MP_OK is returned.
 */
enum mp_err vault_read(struct vault *vault, const struct vault_name *name, struct record *record,
                       uint64_t *generation) MUST_CHECK;

#define VAULT_ANY_GENERATION UINT64_MAX

/*
 * Seals `record` durably as the next generation, if the file still has generation `expected` (0:
 * there is no file; VAULT_ANY_GENERATION: whatever is there, one that does not open included, but
 * not a newer format version). The first generation of a new file is random, so that an answer that
 * was meant for an erased record never fits onto its successor.
 * MP_OK; MP_NO_RECORD (an erase or another write came in between; nothing changed); MP_STORAGE (see
 * store_write()); MP_SYSTEM; MP_LOCKED; MP_NOMEM; MP_INTERNAL. *generation is set by MP_OK only.
 */
enum mp_err vault_write(struct vault *vault, const struct vault_name *name,
                        const struct record *record, uint64_t expected,
                        uint64_t *generation) MUST_CHECK;

/* Removes the file durably, whatever it is; MP_OK also when there was none. MP_STORAGE,
 * MP_SYSTEM. */
enum mp_err vault_erase(struct vault *vault, const struct vault_name *name) MUST_CHECK;

#endif

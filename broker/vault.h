/*
 * Sealed records: STATE/<uid>/<account> and STATE/service/<account>, mode 0600.
 *
 *   file = header, then XChaCha20-Poly1305 of the record (broker/record.h)
 *
 * The header is a struct of bytes: magic, format version, key id, generation, nonce. It is part of
 * the associated data, with the owner's uid and local name, the account, the first token endpoint
 * and the client id: a flipped bit, a swapped file, a uid that now belongs to somebody else or an
 * account that points elsewhere never opens. A newer format version is refused and left alone.
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

/* Whose record it is and what it is bound to. Borrows its strings. */
struct vault_name {
    int is_service; /* then uid and local_name are ignored */
    uid_t uid;
    const char *local_name;
    const char *account;
    const char *endpoint;
    const char *client_id;
};

/* MP_OK, MP_NOMEM. Sweeps temporary files of a crash. `state_fd` stays the caller's. */
enum mp_err vault_new(struct vault **vault, int state_fd, const struct keyring *ring) MUST_CHECK;
void vault_free(struct vault **vault);

/* Does STATE hold any record (before a key ring exists)? */
enum mp_err vault_holds_records(int state_fd, int *holds) MUST_CHECK;

/*
 * Opens a record into `record` (empty before; the caller frees it) and tells its generation.
 * MP_OK; MP_NO_RECORD (none, or bound to something else: erased by a changed mapping);
 * MP_STORAGE (damaged or unreadable); MP_LOCKED (its key is not in the ring).
 */
enum mp_err vault_read(struct vault *vault, const struct vault_name *name, struct record *record,
                       uint64_t *generation) MUST_CHECK;

#define VAULT_ANY_GENERATION UINT64_MAX

/*
 * Seals `record` durably as the next generation, if the file still has generation `expected` (0:
 * there is no file; VAULT_ANY_GENERATION: whatever is there, one that does not open included).
 * MP_OK; MP_NO_RECORD (an erase or another write came in between; nothing changed); MP_STORAGE.
 */
enum mp_err vault_write(struct vault *vault, const struct vault_name *name,
                        const struct record *record, uint64_t expected,
                        uint64_t *generation) MUST_CHECK;

/* Removes the record durably; MP_OK also when there was none. */
enum mp_err vault_erase(struct vault *vault, const struct vault_name *name) MUST_CHECK;

#endif

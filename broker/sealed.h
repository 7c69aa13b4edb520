/*
 * Secrets of the configuration that the broker seals itself: STATE/secrets/NAME, mode 0600.
 *
 *   file = struct sealed_header, then XChaCha20-Poly1305 of the secret with its tag
 *
 * Associated data, never stored: the header, what the secret is (its kind), its name and the one
 * endpoint host and port that it may be sent to, encoded with lib/wire so that no two have one
 * encoding. A flipped bit, a file under another name, and a configuration that sends the secret
 * elsewhere or uses it as something else never open, and nobody can tell one from the other.
 * Names are those of accounts (proto_is_account_name), MP_INTERNAL for another; a kind is what
 * config_use_name() says and a `host` what config_servers() says.
 */
#ifndef MOBPROC_BROKER_SEALED_H
#define MOBPROC_BROKER_SEALED_H

#include <stdint.h>

#include "broker/keyring.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define SEALED_VERSION 1

/* The head of every file, byte for byte. */
struct sealed_header {
    uint8_t magic[4];   /* "MPSS" */
    uint8_t version[1]; /* SEALED_VERSION */
    uint8_t key_id[KEYRING_ID_SIZE];
    uint8_t nonce[KEYRING_NONCE_SIZE];
};

/*
 * Seals durably, in place of what stands there. MP_OK; MP_TOO_LONG (over PROTO_MAX_PEM bytes);
 * MP_LOCKED; MP_STORAGE (errno; see store_write()); MP_NOMEM; MP_INTERNAL.
 */
enum mp_err sealed_write(int state_fd, const struct keyring *ring, const char *name,
                         const char *kind, const char *host,
                         const struct secret *secret) MUST_CHECK;

/*
 * Opens; the caller frees *out. MP_OK; MP_NO_RECORD (there is no such file); MP_STORAGE (it does
 * not open: damaged, unreadable, of another version, or bound to something else); MP_LOCKED (its
 * key is not in the ring); MP_NOMEM; MP_INTERNAL.
 */
enum mp_err sealed_fetch(int state_fd, const struct keyring *ring, const char *name,
                         const char *kind, const char *host, struct secret **out) MUST_CHECK;

/* One sealed secret; the id of its key is NULL when its header cannot be read. Non-zero stops. It
 * may call sealed_write() for this name. */
typedef int sealed_visit(void *owner, const char *name, const uint8_t *key_id);

/* Visits each, in no order; MP_OK also when there are none. MP_STORAGE (errno), MP_NOMEM. */
enum mp_err sealed_each(int state_fd, sealed_visit *visit, void *owner) MUST_CHECK;

/* Are there any, so that no new key may be made? *holds is 1 unless it is certain that there are
 * none. MP_OK, MP_STORAGE. */
enum mp_err sealed_holds_any(int state_fd, int *holds) MUST_CHECK;

#endif

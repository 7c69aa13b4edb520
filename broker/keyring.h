/*
 * The keys of the vault. A record names its key by id, so that several can be alive at once.
 *
 * Sources, the first that exists seals, each that exists opens: `vault-key` in the directory that
 * systemd names in CREDENTIALS_DIRECTORY (systemd.exec(5)): 32 bytes, or a copy of a vault.key;
 * then STATE/vault.key.next, which is there while a rekey is under way or was cut short; then
 * STATE/vault.key (0600), which is made only when there is no other and STATE holds no record: a
 * new key beside old records would lose them silently. A source that is there but wrong stops the
 * broker: another key must not take its place unseen.
 *
 *   vault.key = 'M' 'P' 'K' 'E' 'Y' version(1) key(32)
 */
#ifndef MOBPROC_BROKER_KEYRING_H
#define MOBPROC_BROKER_KEYRING_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * First byte: the source (1 file, 2 credential, 3 kept for a key made from the login password). The
 * rest: a fingerprint of the key, which alone finds a key of source 1 or 2, so that a vault.key may
 * become a credential.
 */
#define KEYRING_ID_SIZE 16
#define KEYRING_NONCE_SIZE 24 /* XChaCha20-Poly1305, random */
#define KEYRING_TAG_SIZE 16

/* Owns its keys, in guarded memory (sodium_malloc) that a forked child does not have. */
struct keyring;

/*
 * Opens the ring. `credentials_directory` may be NULL. `holds_records` says that STATE has records,
 * so that no key may be made. On failure *problem is a static sentence that says what is wrong.
 * MP_OK; MP_LOCKED (no usable key: missing, wrong size, mode, owner, all zero); MP_STORAGE (a new
 * key cannot be written); MP_NOMEM; MP_INTERNAL.
 */
enum mp_err keyring_open(struct keyring **ring, int state_fd, const char *credentials_directory,
                         int holds_records, const char **problem) MUST_CHECK;

void keyring_free(struct keyring **ring);

/* For people: where the sealing key lives and what that protects against. Static text. */
const char *keyring_source(const struct keyring *ring);

/* Could the keys reach swap space, because memory could not be locked (RLIMIT_MEMLOCK)? */
int keyring_may_swap(const struct keyring *ring);

/*
 * The begin of a rekey. From here on a new key seals: the credential, or a vault.key.next that is
 * made durably unless an earlier rekey left one. All old keys still open. On failure the ring is as
 * before, or seals with a key that is durable. *problem is a static sentence. MP_OK, MP_LOCKED,
 * MP_STORAGE, MP_NOMEM, MP_INTERNAL.
 */
enum mp_err keyring_begin_rekey(struct keyring *ring, int state_fd,
                                const char *credentials_directory, const char **problem) MUST_CHECK;

/*
 * Its end, when everything is sealed with the new key: the old key files are gone, durably, and the
 * ring has one key. On failure the rekey may be begun again. The same results.
 */
enum mp_err keyring_end_rekey(struct keyring *ring, int state_fd, const char *credentials_directory,
                              const char **problem) MUST_CHECK;

/* Does this id mean a key of the ring, whatever source it came from? */
int keyring_has_id(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE]);

/* Does it mean the sealing key? */
int keyring_is_seal_id(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE]);

/* The id of the sealing key. */
void keyring_seal_id(const struct keyring *ring, uint8_t id[KEYRING_ID_SIZE]);

/*
 * Seals `plain` with the key `id` into `out` (plain length + KEYRING_TAG_SIZE bytes), with a fresh
 * nonce chosen by the caller through keyring_nonce(). MP_OK, MP_LOCKED when no key has that id,
 * MP_INTERNAL.
 */
enum mp_err keyring_seal(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE],
                         const uint8_t nonce[KEYRING_NONCE_SIZE], const void *associated,
                         size_t associated_length, const struct secret *plain,
                         uint8_t *out) MUST_CHECK;

/* Opens; the caller frees *plain. MP_LOCKED (no such key), MP_STORAGE (does not open), MP_NOMEM. */
enum mp_err keyring_unseal(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE],
                           const uint8_t nonce[KEYRING_NONCE_SIZE], const void *associated,
                           size_t associated_length, const uint8_t *sealed, size_t sealed_length,
                           struct secret **plain) MUST_CHECK;

/* Random; two of 24 bytes never meet. */
void keyring_nonce(uint8_t nonce[KEYRING_NONCE_SIZE]);

#endif

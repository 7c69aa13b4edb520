/*
 * Where the keys of broker/keyring.h come from: a systemd credential, and a file beside the vault.
 * Each function fills `key`, which should be guarded memory, or leaves it alone and sets *problem
 * to a static sentence for people.
 */
#ifndef MOBPROC_BROKER_KEYSOURCE_H
#define MOBPROC_BROKER_KEYSOURCE_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"

#define KEYSOURCE_KEY_SIZE 32

/*
 * `vault-key` in a credentials directory, which may be NULL. MP_OK; MP_NO_RECORD (there is none);
 * MP_LOCKED (it cannot be used); MP_NOMEM.
 */
enum mp_err keysource_credential(const char *directory, uint8_t key[static KEYSOURCE_KEY_SIZE],
                                 const char **problem) MUST_CHECK;

/* STATE/vault.key; the same results. */
enum mp_err keysource_file(int state_fd, uint8_t key[static KEYSOURCE_KEY_SIZE],
                           const char **problem) MUST_CHECK;

/* Makes STATE/vault.key with a random key; never in place of anything. MP_OK, MP_STORAGE, MP_NOMEM.
 */
enum mp_err keysource_make_file(int state_fd, const char **problem) MUST_CHECK;

#endif

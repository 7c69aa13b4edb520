/*
 * Where the keys of broker/keyring.h come from: a systemd credential, and files beside the vault.
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

/* The key files of STATE. The second is there only from the begin to the end of a rekey. */
enum keysource_file {
    KEYSOURCE_CURRENT, /* vault.key */
    KEYSOURCE_NEXT,    /* vault.key.next */
};

/* The same results. */
enum mp_err keysource_file(int state_fd, enum keysource_file file,
                           uint8_t key[static KEYSOURCE_KEY_SIZE], const char **problem) MUST_CHECK;

/* Makes the file with a random key; never in place of anything. MP_OK, MP_STORAGE (errno),
 * MP_NOMEM.
 */
enum mp_err keysource_make_file(int state_fd, enum keysource_file file,
                                const char **problem) MUST_CHECK;

/* Puts the next file in place of the current one, durably. MP_OK, MP_STORAGE (errno). */
enum mp_err keysource_promote_next(int state_fd) MUST_CHECK;

/* Removes both files durably; absent ones are MP_OK. MP_STORAGE (errno). */
enum mp_err keysource_remove_files(int state_fd) MUST_CHECK;

#endif

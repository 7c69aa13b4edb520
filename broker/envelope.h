/*
 * The form of one sealed file: who it is for is part of the seal, not of the contents.
 *
 *   file = struct envelope_header, then XChaCha20-Poly1305 of a record with its tag
 *
 * Associated data, never stored: the header and the whole struct vault_name, encoded with lib/wire
 * so that no two names have one encoding. vault.c decides where such a file stands.
 */
#ifndef MOBPROC_BROKER_ENVELOPE_H
#define MOBPROC_BROKER_ENVELOPE_H

#include <stdint.h>

#include "broker/keyring.h"
#include "broker/record.h"
#include "broker/vault.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"
#include "lib/wire.h"

#define ENVELOPE_VERSION 1

/* The head of every file, byte for byte. */
struct envelope_header {
    uint8_t magic[4];   /* "MPVT" */
    uint8_t version[1]; /* ENVELOPE_VERSION */
    uint8_t key_id[KEYRING_ID_SIZE];
    uint8_t generation[8]; /* big-endian */
    uint8_t nonce[KEYRING_NONCE_SIZE];
};

#define ENVELOPE_MAX (sizeof(struct envelope_header) + WIRE_MAX_PACKET + KEYRING_TAG_SIZE)

enum envelope_state {
    ENVELOPE_DAMAGED,
    ENVELOPE_NEWER, /* of a later format version: not ours to touch */
    ENVELOPE_SOUND, /* as far as the header tells; nothing is proven yet */
};

/* Looks at a file's header without opening it; *generation is 0 unless it is sound. */
enum envelope_state envelope_look(const struct secret *file, uint64_t *generation);

/* Does its header name the ring's sealing key? Not proven either. */
int envelope_is_current(const struct secret *file, const struct keyring *ring);

/* Does it name any key of the ring, so that it may open? */
int envelope_has_key(const struct secret *file, const struct keyring *ring);

/* Seals a record as a whole file that the caller frees. MP_OK, MP_LOCKED, MP_NOMEM, MP_TOO_LONG,
 * MP_INTERNAL (a record that could not be read again). */
enum mp_err envelope_seal(const struct keyring *ring, const struct vault_name *name,
                          const struct record *record, uint64_t generation,
                          struct secret **file) MUST_CHECK;

/*
 * Opens a file into an empty record that the caller frees. MP_OK; MP_STORAGE (damaged, of another
 * version, or bound to something else); MP_LOCKED (its key is not in the ring); MP_NOMEM.
 */
enum mp_err envelope_open(const struct keyring *ring, const struct vault_name *name,
                          const struct secret *file, struct record *record,
                          uint64_t *generation) MUST_CHECK;

#endif

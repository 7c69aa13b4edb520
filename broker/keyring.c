#include "broker/keyring.h"

#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "broker/keysource.h"

#define KEY_SIZE crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define MAX_KEYS 3

_Static_assert(KEY_SIZE == KEYSOURCE_KEY_SIZE, "key size");
_Static_assert(KEYRING_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce size");
_Static_assert(KEYRING_TAG_SIZE == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag size");

enum source { SOURCE_FILE = 1, SOURCE_CREDENTIAL = 2 };

struct key {
    uint8_t id[KEYRING_ID_SIZE];
    uint8_t bytes[KEY_SIZE];
};

/* In guarded memory as a whole, read-only once it is open. The first key seals. */
struct keyring {
    size_t count;
    size_t may_swap;
    size_t has_next; /* vault.key.next is there: a rekey has begun */
    struct key keys[MAX_KEYS];
};

/* --- loading --- */

/* The id tells which key without telling the key: BLAKE2b keyed with it, over a fixed text. */
static int make_id(struct key *key, enum source source)
{
    static const char context[] = "mobproc vault key id";
    uint8_t hash[crypto_generichash_BYTES];

    if (crypto_generichash(hash, sizeof(hash), (const uint8_t *)context, sizeof(context),
                           key->bytes, sizeof(key->bytes)) != 0)
        return -1;
    key->id[0] = (uint8_t)source;
    memcpy(key->id + 1, hash, sizeof(key->id) - 1);
    return 0;
}

/* Counts the key that a source put into the next free place. */
static enum mp_err take_key(struct keyring *ring, enum source source)
{
    if (make_id(&ring->keys[ring->count], source) != 0)
        return MP_INTERNAL;
    ring->count++;
    return MP_OK;
}

static enum mp_err take_credential(struct keyring *ring, const char *directory,
                                   const char **problem)
{
    enum mp_err err = keysource_credential(directory, ring->keys[ring->count].bytes, problem);

    return err == MP_OK ? take_key(ring, SOURCE_CREDENTIAL) : err;
}

static enum mp_err take_file(struct keyring *ring, int state_fd, enum keysource_file file,
                             const char **problem)
{
    enum mp_err err = keysource_file(state_fd, file, ring->keys[ring->count].bytes, problem);

    if (err == MP_OK && file == KEYSOURCE_NEXT)
        ring->has_next = 1;
    return err == MP_OK ? take_key(ring, SOURCE_FILE) : err;
}

/* A source that is there but wrong must not be replaced by another in silence. */
static int is_wrong(enum mp_err err)
{
    return err != MP_OK && err != MP_NO_RECORD;
}

static enum mp_err load(struct keyring *ring, int state_fd, const char *credentials_directory,
                        int holds_records, const char **problem)
{
    enum mp_err err = take_credential(ring, credentials_directory, problem);

    if (!is_wrong(err))
        err = take_file(ring, state_fd, KEYSOURCE_NEXT, problem);
    if (!is_wrong(err))
        err = take_file(ring, state_fd, KEYSOURCE_CURRENT, problem);
    if (is_wrong(err))
        return err;
    if (ring->count > 0)
        return MP_OK;
    if (holds_records) {
        *problem = "the vault holds records but its key is missing: neither the credential "
                   "vault-key nor vault.key is there";
        return MP_LOCKED;
    }
    err = keysource_make_file(state_fd, KEYSOURCE_CURRENT, problem);
    return err == MP_OK ? take_file(ring, state_fd, KEYSOURCE_CURRENT, problem) : err;
}

/* A child that asks the name service runs code of others: it has no ring, nor zeroes for one. */
static int keep_from_children(struct keyring *ring)
{
    size_t before = (uintptr_t)ring % (uintptr_t)sysconf(_SC_PAGESIZE);

    return madvise((uint8_t *)ring - before, before + sizeof(*ring), MADV_DONTFORK);
}

enum mp_err keyring_open(struct keyring **ring, int state_fd, const char *credentials_directory,
                         int holds_records, const char **problem)
{
    struct keyring *made = NULL;
    enum mp_err err = MP_LOCKED;

    *ring = NULL;
    *problem = "the keys cannot be prepared";
    if (sodium_init() < 0)
        return MP_LOCKED;
    made = sodium_malloc(sizeof(*made));
    if (!made) {
        *problem = "out of memory";
        return MP_NOMEM;
    }
    sodium_memzero(made, sizeof(*made));
    /* sodium_malloc also succeeds when memory cannot be locked, so ask again */
    made->may_swap = sodium_mlock(made, sizeof(*made)) != 0;
    if (keep_from_children(made) == 0)
        err = load(made, state_fd, credentials_directory, holds_records, problem);
    if (err == MP_OK && (made->count == 0 || sodium_mprotect_readonly(made) != 0))
        err = MP_LOCKED;
    if (err != MP_OK) {
        sodium_free(made);
        return err;
    }
    *problem = NULL;
    *ring = made;
    return MP_OK;
}

void keyring_free(struct keyring **ring)
{
    if (!ring || !*ring)
        return;
    sodium_free(*ring); /* wipes */
    *ring = NULL;
}

static int has_credential(const struct keyring *ring)
{
    return ring->keys[0].id[0] == SOURCE_CREDENTIAL;
}

const char *keyring_source(const struct keyring *ring)
{
    if (has_credential(ring) && ring->count > 1)
        return "systemd credential vault-key, and a key file beside the vault that still opens "
               "older records; mobproc admin rekey removes it";
    if (has_credential(ring))
        return "systemd credential vault-key: as safe as the place where systemd keeps it; sealed "
               "by a TPM it protects a stolen disk too";
    if (ring->has_next)
        return "key files vault.key and vault.key.next beside the vault, because a rekey did not "
               "end; mobproc admin rekey ends it";
    return "key file vault.key beside the vault: protects copies of the records, not a stolen disk";
}

int keyring_may_swap(const struct keyring *ring)
{
    return ring->may_swap != 0;
}

/* --- changing keys: the ring is always what the disk says --- */

static enum mp_err reload(struct keyring *ring, int state_fd, const char *credentials_directory,
                          const char **problem)
{
    struct keyring *fresh = NULL;
    enum mp_err err = keyring_open(&fresh, state_fd, credentials_directory, 1, problem);

    if (err == MP_OK && sodium_mprotect_readwrite(ring) != 0)
        err = MP_INTERNAL;
    if (err == MP_OK) {
        size_t may_swap = ring->may_swap;

        memcpy(ring, fresh, sizeof(*ring));
        ring->may_swap = may_swap;
        err = sodium_mprotect_readonly(ring) == 0 ? MP_OK : MP_INTERNAL;
    }
    if (err == MP_INTERNAL)
        *problem = "the keys in memory cannot be protected";
    keyring_free(&fresh);
    return err;
}

enum mp_err keyring_begin_rekey(struct keyring *ring, int state_fd,
                                const char *credentials_directory, const char **problem)
{
    enum mp_err err = reload(ring, state_fd, credentials_directory, problem);

    if (err != MP_OK || has_credential(ring) || ring->has_next)
        return err;
    err = keysource_make_file(state_fd, KEYSOURCE_NEXT, problem);
    return err == MP_OK ? reload(ring, state_fd, credentials_directory, problem) : err;
}

enum mp_err keyring_end_rekey(struct keyring *ring, int state_fd, const char *credentials_directory,
                              const char **problem)
{
    enum mp_err err = MP_OK;

    *problem = "the old key file cannot be replaced";
    if (has_credential(ring))
        err = keysource_remove_files(state_fd);
    else
        err = ring->has_next ? keysource_promote_next(state_fd) : MP_INTERNAL;
    return err == MP_OK ? reload(ring, state_fd, credentials_directory, problem) : err;
}

/* --- using --- */

void keyring_seal_id(const struct keyring *ring, uint8_t id[KEYRING_ID_SIZE])
{
    memcpy(id, ring->keys[0].id, KEYRING_ID_SIZE);
}

/* By fingerprint alone: a vault.key that moved into a credential is still the same key. */
static const struct key *find_key(const struct keyring *ring, const uint8_t *id)
{
    if (id[0] != SOURCE_FILE && id[0] != SOURCE_CREDENTIAL)
        return NULL;
    for (size_t i = 0; i < ring->count; i++)
        if (memcmp(ring->keys[i].id + 1, id + 1, KEYRING_ID_SIZE - 1) == 0)
            return &ring->keys[i];
    return NULL;
}

int keyring_has_id(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE])
{
    return find_key(ring, id) != NULL;
}

int keyring_is_seal_id(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE])
{
    return find_key(ring, id) == &ring->keys[0];
}

enum mp_err keyring_seal(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE],
                         const uint8_t nonce[KEYRING_NONCE_SIZE], const void *associated,
                         size_t associated_length, const struct secret *plain, uint8_t *out)
{
    const struct key *key = find_key(ring, id);
    unsigned long long length = 0;

    if (!key)
        return MP_LOCKED;
    if (crypto_aead_xchacha20poly1305_ietf_encrypt(
            out, &length, (const uint8_t *)secret_text(plain), secret_length(plain), associated,
            associated_length, NULL, nonce, key->bytes) != 0 ||
        length != secret_length(plain) + KEYRING_TAG_SIZE)
        return MP_INTERNAL;
    return MP_OK;
}

enum mp_err keyring_unseal(const struct keyring *ring, const uint8_t id[KEYRING_ID_SIZE],
                           const uint8_t nonce[KEYRING_NONCE_SIZE], const void *associated,
                           size_t associated_length, const uint8_t *sealed, size_t sealed_length,
                           struct secret **plain)
{
    const struct key *key = find_key(ring, id);
    unsigned long long length = 0;
    struct secret *opened = NULL;

    *plain = NULL;
    if (!key)
        return MP_LOCKED;
    if (sealed_length < KEYRING_TAG_SIZE)
        return MP_STORAGE;
    opened = secret_new(sealed_length - KEYRING_TAG_SIZE);
    if (!opened)
        return MP_NOMEM;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(secret_bytes(opened), &length, NULL, sealed,
                                                   sealed_length, associated, associated_length,
                                                   nonce, key->bytes) != 0 ||
        length != sealed_length - KEYRING_TAG_SIZE) {
        secret_free(&opened);
        return MP_STORAGE;
    }
    secret_set_length(opened, (size_t)length);
    *plain = opened;
    return MP_OK;
}

void keyring_nonce(uint8_t nonce[KEYRING_NONCE_SIZE])
{
    randombytes_buf(nonce, KEYRING_NONCE_SIZE);
}

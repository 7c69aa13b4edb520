/* links: broker/keyring.o broker/keysource.o broker/store.o broker/store_walk.o -lsodium */
#include "broker/keyring.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/scratch.h"

#define FILE_SIZE 38 /* magic, version, key */

static enum mp_err open_ring(struct keyring **ring, int dir, const char *credentials, int holds)
{
    const char *problem = "unset";
    int before = scratch_descriptors();
    enum mp_err err = MP_OK;

    *ring = (struct keyring *)&before; /* what a failure must not leave there */
    err = keyring_open(ring, dir, credentials, holds, &problem);
    CHECK(scratch_descriptors() == before);
    CHECK((err == MP_OK) == (*ring != NULL));
    CHECK((err == MP_OK) == (problem == NULL));
    return err;
}

/* The id of the key that seals, or zeroes when the ring does not open with `expected`. */
static void seal_id(int dir, const char *credentials, int holds, enum mp_err expected,
                    uint8_t id[KEYRING_ID_SIZE])
{
    struct keyring *ring = NULL;

    memset(id, 0, KEYRING_ID_SIZE);
    CHECK(open_ring(&ring, dir, credentials, holds) == expected);
    if (ring)
        keyring_seal_id(ring, id);
    keyring_free(&ring);
}

static void key_file(uint8_t out[FILE_SIZE], uint8_t fill)
{
    memcpy(out, "MPKEY\1", 6);
    memset(out + 6, fill, FILE_SIZE - 6);
}

static struct secret *text(const char *bytes)
{
    struct secret *made = secret_copy(bytes, strlen(bytes));

    NEED(made != NULL);
    return made;
}

/* --- making and keeping --- */

TEST(a_key_is_made_once_and_kept)
{
    int dir = scratch_begin();
    uint8_t first[KEYRING_ID_SIZE];
    uint8_t again[KEYRING_ID_SIZE];
    uint8_t file[FILE_SIZE + 1];
    struct stat found = {0};

    seal_id(dir, NULL, 0, MP_OK, first);
    CHECK(fstatat(dir, "vault.key", &found, 0) == 0 && (found.st_mode & 07777) == 0600);
    CHECK(scratch_get(dir, "vault.key", file, sizeof(file)) == FILE_SIZE);
    CHECK(memcmp(file, "MPKEY\1", 6) == 0);
    CHECK(first[0] == 1 && scratch_count(dir) == 1);
    seal_id(dir, NULL, 1, MP_OK, again);
    CHECK(memcmp(first, again, sizeof(first)) == 0);
    /* the id does not show the key */
    for (size_t i = 0; i + 4 <= FILE_SIZE; i++)
        CHECK(memcmp(first + 1, file + i, 4) != 0);
    scratch_end(dir);
}

TEST(two_made_keys_differ)
{
    int dir = scratch_begin();
    uint8_t first[KEYRING_ID_SIZE];
    uint8_t other[KEYRING_ID_SIZE];

    seal_id(dir, NULL, 0, MP_OK, first);
    NEED(unlinkat(dir, "vault.key", 0) == 0);
    seal_id(dir, NULL, 0, MP_OK, other);
    CHECK(memcmp(first, other, sizeof(first)) != 0);
    scratch_end(dir);
}

TEST(L25_no_key_is_made_beside_records)
{
    int dir = scratch_begin();
    uint8_t id[KEYRING_ID_SIZE];

    seal_id(dir, NULL, 1, MP_LOCKED, id);
    CHECK(scratch_count(dir) == 0);
    scratch_end(dir);
}

TEST(L25_a_wrong_key_file_is_refused_and_left_alone)
{
    static const struct {
        size_t length;
        uint8_t fill;
        size_t odd; /* this byte is changed; FILE_SIZE: none */
        mode_t mode;
    } cases[] = {
        {0, 7, FILE_SIZE, 0600},         {32, 7, FILE_SIZE, 0600},
        {FILE_SIZE - 1, 7, 100, 0600},   {FILE_SIZE + 1, 7, 100, 0600},
        {FILE_SIZE, 0, FILE_SIZE, 0600}, {FILE_SIZE, 7, 0, 0600},
        {FILE_SIZE, 7, 4, 0600},         {FILE_SIZE, 7, 5, 0600},
        {FILE_SIZE, 7, FILE_SIZE, 0640}, {FILE_SIZE, 7, FILE_SIZE, 0604},
        {FILE_SIZE, 7, FILE_SIZE, 0700},
    };
    int dir = scratch_begin();

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int holds = 0; holds < 2; holds++) {
            uint8_t file[FILE_SIZE + 1] = {0};
            uint8_t after[FILE_SIZE + 1] = {0};
            uint8_t id[KEYRING_ID_SIZE];

            key_file(file, cases[i].fill);
            if (cases[i].odd < FILE_SIZE)
                file[cases[i].odd] ^= 1;
            scratch_put(dir, "vault.key", file, cases[i].length, cases[i].mode);
            seal_id(dir, NULL, holds, MP_LOCKED, id);
            CHECK(scratch_get(dir, "vault.key", after, sizeof(after)) == (ssize_t)cases[i].length);
            CHECK(memcmp(file, after, cases[i].length) == 0);
        }
    }
    scratch_end(dir);
}

TEST(a_key_file_that_is_no_file_of_ours_is_refused)
{
    int dir = scratch_begin();
    uint8_t file[FILE_SIZE];
    uint8_t id[KEYRING_ID_SIZE];

    alarm(10);
    key_file(file, 7);
    scratch_put(dir, "target", file, sizeof(file), 0600);
    NEED(symlinkat("target", dir, "vault.key") == 0);
    seal_id(dir, NULL, 0, MP_LOCKED, id);
    NEED(unlinkat(dir, "vault.key", 0) == 0 && linkat(dir, "target", dir, "vault.key", 0) == 0);
    seal_id(dir, NULL, 0, MP_LOCKED, id);
    NEED(unlinkat(dir, "vault.key", 0) == 0 && mkfifoat(dir, "vault.key", 0600) == 0);
    seal_id(dir, NULL, 0, MP_LOCKED, id);
    NEED(unlinkat(dir, "vault.key", 0) == 0 && mkdirat(dir, "vault.key", 0700) == 0);
    seal_id(dir, NULL, 0, MP_LOCKED, id);
    NEED(unlinkat(dir, "vault.key", AT_REMOVEDIR) == 0);
    NEED(symlinkat("absent", dir, "vault.key") == 0);
    seal_id(dir, NULL, 0, MP_LOCKED, id);
    NEED(unlinkat(dir, "vault.key", 0) == 0);
    NEED(renameat(dir, "target", dir, "vault.key") == 0);
    seal_id(dir, NULL, 0, MP_OK, id);
    if (geteuid() == 0) {
        NEED(fchownat(dir, "vault.key", 1, 0, 0) == 0);
        seal_id(dir, NULL, 0, MP_LOCKED, id);
    }
    alarm(0);
    scratch_end(dir);
}

/* --- credentials --- */

TEST(a_credential_seals_before_the_file)
{
    int dir = scratch_begin();
    uint8_t file[FILE_SIZE];
    uint8_t from_file[KEYRING_ID_SIZE];
    uint8_t raw[KEYRING_ID_SIZE];
    uint8_t copy[KEYRING_ID_SIZE];

    seal_id(dir, scratch_path, 0, MP_OK, from_file); /* no credential there: as without */
    CHECK(from_file[0] == 1);
    key_file(file, 9);
    scratch_put(dir, "vault-key", file + 6, 32, 0400);
    seal_id(dir, scratch_path, 1, MP_OK, raw);
    CHECK(raw[0] == 2 && memcmp(raw + 1, from_file + 1, sizeof(raw) - 1) != 0);
    NEED(unlinkat(dir, "vault-key", 0) == 0);
    scratch_put(dir, "vault-key", file, sizeof(file), 0440);
    seal_id(dir, scratch_path, 1, MP_OK, copy);
    CHECK(memcmp(raw, copy, sizeof(raw)) == 0);
    NEED(unlinkat(dir, "vault.key", 0) == 0);
    seal_id(dir, scratch_path, 1, MP_OK, copy);
    CHECK(memcmp(raw, copy, sizeof(raw)) == 0);
    CHECK(scratch_count(dir) == 1); /* and no key file is made beside it */
    scratch_end(dir);
}

TEST(a_wrong_credential_is_not_replaced_by_the_file)
{
    static const uint8_t zero[32];
    int dir = scratch_begin();
    char absent[600];
    uint8_t file[FILE_SIZE];
    uint8_t id[KEYRING_ID_SIZE];

    key_file(file, 9);
    scratch_put(dir, "vault.key", file, sizeof(file), 0600);
    scratch_put(dir, "vault-key", file, 31, 0600);
    seal_id(dir, scratch_path, 0, MP_LOCKED, id);
    scratch_put(dir, "vault-key", file, 33, 0600);
    seal_id(dir, scratch_path, 0, MP_LOCKED, id);
    scratch_put(dir, "vault-key", zero, 32, 0600);
    seal_id(dir, scratch_path, 0, MP_LOCKED, id);
    scratch_put(dir, "vault-key", file, 32, 0644);
    seal_id(dir, scratch_path, 0, MP_LOCKED, id);
    scratch_put(dir, "vault-key", file, 32, 0620);
    seal_id(dir, scratch_path, 0, MP_LOCKED, id);
    NEED(unlinkat(dir, "vault-key", 0) == 0 && symlinkat("vault.key", dir, "vault-key") == 0);
    seal_id(dir, scratch_path, 0, MP_LOCKED, id);
    NEED(unlinkat(dir, "vault-key", 0) == 0);
    seal_id(dir, scratch_path, 0, MP_OK, id);
    snprintf(absent, sizeof(absent), "%s/absent", scratch_path);
    seal_id(dir, absent, 0, MP_LOCKED, id);
    scratch_end(dir);
}

/* --- sealing --- */

TEST(what_is_sealed_opens_with_the_same_words_only)
{
    int dir = scratch_begin();
    struct keyring *ring = NULL;
    struct secret *plain = text("plain");
    struct secret *again = NULL;
    uint8_t id[KEYRING_ID_SIZE];
    uint8_t nonce[KEYRING_NONCE_SIZE];
    uint8_t sealed[5 + KEYRING_TAG_SIZE];

    NEED(open_ring(&ring, dir, NULL, 0) == MP_OK);
    keyring_seal_id(ring, id);
    keyring_nonce(nonce);
    CHECK(keyring_seal(ring, id, nonce, "words", 5, plain, sealed) == MP_OK);
    CHECK(memcmp(sealed, "plain", 5) != 0);
    CHECK(keyring_unseal(ring, id, nonce, "words", 5, sealed, sizeof(sealed), &again) == MP_OK);
    CHECK(again && secret_equal(plain, again));
    secret_free(&again);
    CHECK(keyring_unseal(ring, id, nonce, "wordz", 5, sealed, sizeof(sealed), &again) ==
          MP_STORAGE);
    CHECK(!again);
    for (size_t length = 0; length < sizeof(sealed); length++)
        CHECK(keyring_unseal(ring, id, nonce, "words", 5, sealed, length, &again) == MP_STORAGE);
    nonce[0] ^= 1;
    CHECK(keyring_unseal(ring, id, nonce, "words", 5, sealed, sizeof(sealed), &again) ==
          MP_STORAGE);
    nonce[0] ^= 1;
    id[1] ^= 1;
    CHECK(keyring_seal(ring, id, nonce, "words", 5, plain, sealed) == MP_LOCKED);
    CHECK(keyring_unseal(ring, id, nonce, "words", 5, sealed, sizeof(sealed), &again) == MP_LOCKED);
    id[1] ^= 1;
    id[0] = 3; /* kept for another kind of key */
    CHECK(keyring_unseal(ring, id, nonce, "words", 5, sealed, sizeof(sealed), &again) == MP_LOCKED);
    secret_free(&plain);
    keyring_free(&ring);
    CHECK(ring == NULL);
    keyring_free(&ring);
    scratch_end(dir);
}

/* Seals with one ring and opens with another, over the same state directory. */
static enum mp_err reopen(int dir, const uint8_t id[KEYRING_ID_SIZE], const uint8_t *nonce,
                          const uint8_t *sealed, size_t length, const char *credentials)
{
    struct keyring *ring = NULL;
    struct secret *again = NULL;
    enum mp_err err = MP_LOCKED;

    NEED(open_ring(&ring, dir, credentials, 1) == MP_OK);
    err = keyring_unseal(ring, id, nonce, "", 0, sealed, length, &again);
    secret_free(&again);
    keyring_free(&ring);
    return err;
}

TEST(old_records_open_while_their_key_is_there)
{
    int dir = scratch_begin();
    struct keyring *ring = NULL;
    struct secret *plain = text("plain");
    uint8_t id[KEYRING_ID_SIZE];
    uint8_t nonce[KEYRING_NONCE_SIZE];
    uint8_t sealed[5 + KEYRING_TAG_SIZE];
    uint8_t file[FILE_SIZE];
    uint8_t other[FILE_SIZE];

    NEED(open_ring(&ring, dir, NULL, 0) == MP_OK);
    keyring_seal_id(ring, id);
    keyring_nonce(nonce);
    CHECK(keyring_seal(ring, id, nonce, "", 0, plain, sealed) == MP_OK);
    keyring_free(&ring);
    NEED(scratch_get(dir, "vault.key", file, sizeof(file)) == FILE_SIZE);
    key_file(other, 5);
    /* a new credential seals, the file still opens */
    scratch_put(dir, "vault-key", other, sizeof(other), 0600);
    CHECK(reopen(dir, id, nonce, sealed, sizeof(sealed), scratch_path) == MP_OK);
    /* the file is gone */
    NEED(renameat(dir, "vault.key", dir, "moved") == 0);
    CHECK(reopen(dir, id, nonce, sealed, sizeof(sealed), scratch_path) == MP_LOCKED);
    /* it became the credential */
    NEED(renameat(dir, "moved", dir, "vault-key") == 0);
    CHECK(reopen(dir, id, nonce, sealed, sizeof(sealed), scratch_path) == MP_OK);
    /* another file took its place */
    scratch_put(dir, "vault.key", other, sizeof(other), 0600);
    CHECK(reopen(dir, id, nonce, sealed, sizeof(sealed), NULL) == MP_LOCKED);
    secret_free(&plain);
    scratch_end(dir);
}

static int compare_nonces(const void *one, const void *other)
{
    return memcmp(one, other, KEYRING_NONCE_SIZE);
}

TEST(L24_nonces_do_not_repeat)
{
    enum { COUNT = 20000 };
    uint8_t(*nonces)[KEYRING_NONCE_SIZE] = calloc(COUNT, KEYRING_NONCE_SIZE);

    NEED(nonces != NULL);
    for (size_t i = 0; i < COUNT; i++)
        keyring_nonce(nonces[i]);
    qsort(nonces, COUNT, KEYRING_NONCE_SIZE, compare_nonces);
    for (size_t i = 1; i < COUNT; i++)
        CHECK(memcmp(nonces[i - 1], nonces[i], KEYRING_NONCE_SIZE) != 0);
    free(nonces);
}

/* AddressSanitizer replaces mlock(2) by nothing. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NO_MLOCK 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define NO_MLOCK 1
#endif
#ifndef NO_MLOCK
#define NO_MLOCK 0
#endif

static int may_swap_with_limit(int dir, rlim_t bytes)
{
    struct keyring *ring = NULL;
    struct rlimit limit = {bytes, bytes};
    const char *problem = NULL;
    int answer = -1;

    NEED(setrlimit(RLIMIT_MEMLOCK, &limit) == 0);
    if (geteuid() == 0)
        NEED(setuid(65534) == 0); /* root has no such limit */
    if (keyring_open(&ring, dir, NULL, 0, &problem) != MP_OK)
        return 2;
    answer = keyring_may_swap(ring);
    keyring_free(&ring);
    return answer;
}

TEST(L14_memory_that_cannot_be_locked_is_told)
{
    static const rlim_t limits[] = {0, 65536};
    int dir = scratch_begin();

    if (geteuid() == 0)
        NEED(fchown(dir, 65534, 65534) == 0);
    for (int i = NO_MLOCK; i < 2; i++) {
        pid_t child = fork();
        int status = 0;

        NEED(child >= 0);
        if (child == 0)
            _exit(may_swap_with_limit(dir, limits[i]));
        NEED(waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == (limits[i] == 0));
    }
    scratch_end(dir);
}

TESTS(T(a_key_is_made_once_and_kept), T(two_made_keys_differ), T(L25_no_key_is_made_beside_records),
      T(L25_a_wrong_key_file_is_refused_and_left_alone),
      T(a_key_file_that_is_no_file_of_ours_is_refused), T(a_credential_seals_before_the_file),
      T(a_wrong_credential_is_not_replaced_by_the_file),
      T(what_is_sealed_opens_with_the_same_words_only),
      T(old_records_open_while_their_key_is_there), T(L24_nonces_do_not_repeat),
      T(L14_memory_that_cannot_be_locked_is_told))

/* links: broker/vault.o broker/owner.o broker/envelope.o broker/record.o broker/claims.o broker/keyring.o broker/keysource.o broker/store.o broker/store_walk.o -lsodium */
#include "broker/vault.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

#include "broker/envelope.h"
#include "broker/store.h"
#include "tests/unit/scratch.h"

/* A vault of its own with a key ring. */
struct room {
    int dir;
    struct keyring *ring;
    struct vault *vault;
};

static struct room begin(void)
{
    struct room room = {scratch_begin(), NULL, NULL};
    const char *problem = NULL;

    NEED(keyring_open(&room.ring, room.dir, NULL, 0, &problem) == MP_OK);
    NEED(vault_new(&room.vault, room.dir, room.ring) == MP_OK);
    return room;
}

static void end(struct room *room)
{
    vault_free(&room->vault);
    vault_free(&room->vault);
    keyring_free(&room->ring);
    scratch_end(room->dir);
}

#define ENDPOINT "https://ping.example/as/token.oauth2"
static const struct vault_name ada = {0, 1000, "ada", "tangoe", ENDPOINT, "client"};

static struct record record_of(const char *token)
{
    struct record record = {.remote_name = "ada", .expires_at = 1700000000};

    record.access_token = secret_copy(token, strlen(token));
    NEED(record.access_token != NULL);
    return record;
}

static enum mp_err put(struct room *room, const struct vault_name *name, const char *token,
                       uint64_t expected, uint64_t *generation)
{
    struct record record = record_of(token);
    enum mp_err err = vault_write(room->vault, name, &record, expected, generation);

    record_free(&record);
    return err;
}

/* Reads; MP_INTERNAL when it opens with another token than `token`. */
static enum mp_err get(struct room *room, const struct vault_name *name, const char *token,
                       uint64_t *generation)
{
    static const struct record empty;
    struct record record = {0};
    enum mp_err err = vault_read(room->vault, name, &record, generation);

    CHECK(err == MP_OK || memcmp(&record, &empty, sizeof(empty)) == 0);
    if (err == MP_OK && strcmp(secret_text(record.access_token), token) != 0)
        err = MP_INTERNAL;
    record_free(&record);
    return err;
}

/* --- the file --- */

TEST(a_record_comes_back)
{
    struct room room = begin();
    struct vault_name service = {1, 0, NULL, "robot", ENDPOINT, "client"};
    struct stat found = {0};
    uint64_t first = 0;
    uint64_t generation = 0;

    CHECK(get(&room, &ada, "token", &generation) == MP_NO_RECORD);
    CHECK(put(&room, &ada, "token", 0, &first) == MP_OK && first != 0);
    CHECK(get(&room, &ada, "token", &generation) == MP_OK && generation == first);
    CHECK(put(&room, &service, "other", 0, &generation) == MP_OK);
    CHECK(get(&room, &service, "other", &generation) == MP_OK);
    CHECK(fstatat(room.dir, "1000/tangoe", &found, 0) == 0 && (found.st_mode & 07777) == 0600);
    CHECK(fstatat(room.dir, "service/robot", &found, 0) == 0 && S_ISREG(found.st_mode));
    CHECK(fstatat(room.dir, "1000", &found, 0) == 0 && (found.st_mode & 07777) == 0700);
    end(&room);
}

TEST(a_file_shows_no_plaintext)
{
    struct room room = begin();
    uint64_t generation = 0;
    char bytes[1024];
    ssize_t length = 0;

    CHECK(put(&room, &ada, "a-rather-secret-token", 0, &generation) == MP_OK);
    length = scratch_get(room.dir, "1000/tangoe", bytes, sizeof(bytes));
    CHECK(length > 100 && !memmem(bytes, (size_t)length, "secret", 6));
    CHECK(!memmem(bytes, (size_t)length, "ada", 3));
    end(&room);
}

TEST(what_another_process_wrote_is_read)
{
    struct room room = begin();
    const char *problem = NULL;
    uint64_t first = 0;
    uint64_t generation = 0;
    int holds = 0;

    CHECK(put(&room, &ada, "token", 0, &first) == MP_OK);
    vault_free(&room.vault);
    keyring_free(&room.ring);
    CHECK(vault_holds_records(room.dir, &holds) == MP_OK && holds);
    NEED(keyring_open(&room.ring, room.dir, NULL, holds, &problem) == MP_OK);
    NEED(vault_new(&room.vault, room.dir, room.ring) == MP_OK);
    CHECK(get(&room, &ada, "token", &generation) == MP_OK && generation == first);
    end(&room);
}

/* --- tampering --- */

static ssize_t load(struct room *room, uint8_t bytes[static 1024])
{
    ssize_t length = scratch_get(room->dir, "1000/tangoe", bytes, 1024);

    NEED(length > 100 && length < 1000);
    return length;
}

static enum mp_err get_changed(struct room *room, const uint8_t *bytes, size_t length)
{
    uint64_t generation = 7;
    enum mp_err err = MP_OK;

    scratch_put(room->dir, "1000/tangoe", bytes, length, 0600);
    err = get(room, &ada, "token", &generation);
    CHECK(generation == 7 || err == MP_OK);
    return err;
}

TEST(L21_no_flipped_bit_opens)
{
    struct room room = begin();
    uint64_t generation = 0;
    uint8_t bytes[1024];
    ssize_t length = 0;
    int locked = 0;

    CHECK(put(&room, &ada, "token", 0, &generation) == MP_OK);
    length = load(&room, bytes);
    for (int bit = 0; bit < length * 8; bit++) {
        enum mp_err err = MP_OK;

        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        err = get_changed(&room, bytes, (size_t)length);
        CHECK(err == MP_STORAGE || err == MP_LOCKED);
        locked += err == MP_LOCKED;
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    /* a flip in the key id names a key that is not there; the file is lost all the same */
    CHECK(locked == KEYRING_ID_SIZE * 8);
    CHECK(get_changed(&room, bytes, (size_t)length) == MP_OK);
    end(&room);
}

TEST(L21_no_truncation_or_extension_opens)
{
    struct room room = begin();
    uint64_t generation = 0;
    uint8_t bytes[1024 + 64] = {0};
    ssize_t length = 0;

    CHECK(put(&room, &ada, "token", 0, &generation) == MP_OK);
    length = load(&room, bytes);
    memset(bytes + length, 0, 64);
    for (ssize_t other = 0; other <= length + 64; other++)
        CHECK(get_changed(&room, bytes, (size_t)other) == (other == length ? MP_OK : MP_STORAGE));
    end(&room);
}

/* In memory, because there are a quarter of a million. */
TEST(L21_no_changed_byte_and_no_two_flips_in_the_header_open)
{
    struct room room = begin();
    struct record record = record_of("token");
    struct record again = {0};
    struct secret *file = NULL;
    uint64_t generation = 0;
    uint8_t *bytes = NULL;

    NEED(envelope_seal(room.ring, &ada, &record, 5, &file) == MP_OK);
    CHECK(envelope_open(room.ring, &ada, file, &again, &generation) == MP_OK && generation == 5);
    record_free(&again);
    bytes = secret_bytes(file);
    for (size_t at = 0; at < secret_length(file); at++)
        for (int change = 1; change < 256; change++) {
            bytes[at] ^= (uint8_t)change;
            CHECK(envelope_open(room.ring, &ada, file, &again, &generation) != MP_OK);
            bytes[at] ^= (uint8_t)change;
        }
    for (size_t one = 0; one < sizeof(struct envelope_header) * 8; one++)
        for (size_t other = 0; other < one; other++) {
            bytes[one / 8] ^= (uint8_t)(1 << one % 8);
            bytes[other / 8] ^= (uint8_t)(1 << other % 8);
            CHECK(envelope_open(room.ring, &ada, file, &again, &generation) != MP_OK);
            bytes[one / 8] ^= (uint8_t)(1 << one % 8);
            bytes[other / 8] ^= (uint8_t)(1 << other % 8);
        }
    CHECK(envelope_open(room.ring, &ada, file, &again, &generation) == MP_OK);
    record_free(&again);
    record_free(&record);
    secret_free(&file);
    end(&room);
}

TEST(L22_no_swapped_file_opens)
{
    static const struct vault_name names[] = {
        {0, 1000, "ada", "one", ENDPOINT, "client"}, {0, 1000, "ada", "two", ENDPOINT, "client"},
        {0, 1001, "bob", "one", ENDPOINT, "client"}, {0, 1001, "bob", "two", ENDPOINT, "client"},
        {1, 0, NULL, "one", ENDPOINT, "client"},     {1, 0, NULL, "two", ENDPOINT, "client"},
    };
    static const char *const files[] = {"1000/one", "1000/two",    "1001/one",
                                        "1001/two", "service/one", "service/two"};
    enum { COUNT = sizeof(names) / sizeof(names[0]) };
    struct room room = begin();
    uint8_t bytes[COUNT][1024];
    ssize_t lengths[COUNT];
    uint64_t generation = 0;

    for (size_t i = 0; i < COUNT; i++) {
        CHECK(put(&room, &names[i], "token", 0, &generation) == MP_OK);
        lengths[i] = scratch_get(room.dir, files[i], bytes[i], sizeof(bytes[i]));
    }
    for (size_t from = 0; from < COUNT; from++)
        for (size_t to = 0; to < COUNT; to++) {
            scratch_put(room.dir, files[to], bytes[from], (size_t)lengths[from], 0600);
            CHECK(get(&room, &names[to], "token", &generation) ==
                  (from == to ? MP_OK : MP_STORAGE));
            scratch_put(room.dir, files[to], bytes[to], (size_t)lengths[to], 0600);
        }
    end(&room);
}

/* The file stays where it is; what it is bound to changes around it. */
TEST(L22_nothing_opens_for_another_binding)
{
    static const struct vault_name others[] = {
        {0, 1000, "bob", "tangoe", ENDPOINT, "client"}, /* the uid was given to somebody else */
        {0, 1000, "ad", "tangoe", ENDPOINT, "client"},
        {0, 1000, "", "tangoe", ENDPOINT, "client"},
        {0, 1000, "ada", "tangoe", ENDPOINT "x", "client"},
        {0, 1000, "ada", "tangoe", ENDPOINT, "client2"},
        {0, 1000, "ada", "tangoe", ENDPOINT, ""},
        /* the same bytes in a row, cut elsewhere */
        {0, 1000, "ada", "tangoe", ENDPOINT "c", "lient"},
        {0, 1000, "ada", "tangoe", "https://ping.example/as/token.oauth", "2client"},
    };
    struct room room = begin();
    uint64_t generation = 0;

    CHECK(put(&room, &ada, "token", 0, &generation) == MP_OK);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        CHECK(get(&room, &others[i], "token", &generation) == MP_STORAGE);
    CHECK(get(&room, &ada, "token", &generation) == MP_OK);
    /* a uid's directory moved to another's place */
    NEED(renameat(room.dir, "1000", room.dir, "1001") == 0);
    struct vault_name moved = ada;
    moved.uid = 1001;
    CHECK(get(&room, &moved, "token", &generation) == MP_STORAGE);
    end(&room);
}

TEST(another_key_is_locked_and_a_login_mends_it)
{
    struct room room = begin();
    const char *problem = NULL;
    uint64_t generation = 0;
    uint8_t key[38];

    CHECK(put(&room, &ada, "token", 0, &generation) == MP_OK);
    vault_free(&room.vault);
    keyring_free(&room.ring);
    NEED(scratch_get(room.dir, "vault.key", key, sizeof(key)) == sizeof(key));
    key[20] ^= 1;
    scratch_put(room.dir, "vault.key", key, sizeof(key), 0600);
    NEED(keyring_open(&room.ring, room.dir, NULL, 1, &problem) == MP_OK);
    NEED(vault_new(&room.vault, room.dir, room.ring) == MP_OK);
    CHECK(get(&room, &ada, "token", &generation) == MP_LOCKED);
    CHECK(put(&room, &ada, "new", VAULT_ANY_GENERATION, &generation) == MP_OK);
    CHECK(get(&room, &ada, "new", &generation) == MP_OK);
    end(&room);
}

TEST(L29_a_newer_format_is_refused_and_left_alone)
{
    struct room room = begin();
    uint64_t generation = 0;
    uint64_t first = 0;
    uint8_t bytes[1024];
    uint8_t after[1024];
    ssize_t length = 0;

    CHECK(put(&room, &ada, "token", 0, &first) == MP_OK);
    length = load(&room, bytes);
    CHECK(bytes[4] == ENVELOPE_VERSION);
    bytes[4] = ENVELOPE_VERSION + 1;
    CHECK(get_changed(&room, bytes, (size_t)length) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", VAULT_ANY_GENERATION, &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", first, &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", 0, &generation) == MP_STORAGE);
    CHECK(load(&room, after) == length && memcmp(bytes, after, (size_t)length) == 0);
    bytes[4] = 0;
    CHECK(get_changed(&room, bytes, (size_t)length) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", first, &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", VAULT_ANY_GENERATION, &generation) == MP_OK);
    end(&room);
}

TEST(a_damaged_file_is_replaced_by_a_login_only)
{
    struct room room = begin();
    uint64_t first = 0;
    uint64_t generation = 0;

    CHECK(put(&room, &ada, "token", 0, &first) == MP_OK);
    scratch_put(room.dir, "1000/tangoe", "MPVT", 4, 0600);
    CHECK(get(&room, &ada, "token", &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", 0, &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", first, &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", VAULT_ANY_GENERATION, &generation) == MP_OK);
    CHECK(get(&room, &ada, "new", &generation) == MP_OK);
    end(&room);
}

TEST(P13_a_trap_in_place_of_a_record_is_refused_without_waiting)
{
    struct room room = begin();
    uint64_t generation = 0;
    struct stat found = {0};

    alarm(10);
    CHECK(put(&room, &ada, "token", 0, &generation) == MP_OK);
    NEED(linkat(room.dir, "1000/tangoe", room.dir, "1000/second", 0) == 0);
    CHECK(get(&room, &ada, "token", &generation) == MP_STORAGE);
    NEED(unlinkat(room.dir, "1000/tangoe", 0) == 0);
    NEED(symlinkat("second", room.dir, "1000/tangoe") == 0);
    CHECK(get(&room, &ada, "token", &generation) == MP_STORAGE);
    NEED(unlinkat(room.dir, "1000/tangoe", 0) == 0);
    NEED(mkfifoat(room.dir, "1000/tangoe", 0600) == 0);
    CHECK(get(&room, &ada, "token", &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", VAULT_ANY_GENERATION, &generation) == MP_OK);
    CHECK(get(&room, &ada, "new", &generation) == MP_OK);
    NEED(unlinkat(room.dir, "1000/tangoe", 0) == 0);
    NEED(mkdirat(room.dir, "1000/tangoe", 0700) == 0);
    CHECK(get(&room, &ada, "new", &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", VAULT_ANY_GENERATION, &generation) == MP_STORAGE);
    CHECK(fstatat(room.dir, "1000/tangoe", &found, 0) == 0 && S_ISDIR(found.st_mode));
    NEED(unlinkat(room.dir, "1000/tangoe", AT_REMOVEDIR) == 0);
    NEED(fchmodat(room.dir, "1000", 0770, 0) == 0);
    CHECK(get(&room, &ada, "new", &generation) == MP_STORAGE);
    CHECK(put(&room, &ada, "new", 0, &generation) == MP_STORAGE);
    alarm(0);
    end(&room);
}

/* --- generations --- */

TEST(a_write_needs_the_generation_it_read)
{
    struct room room = begin();
    uint64_t first = 0;
    uint64_t second = 0;
    uint64_t other = 99;

    CHECK(put(&room, &ada, "one", 0, &first) == MP_OK);
    CHECK(put(&room, &ada, "no", 0, &other) == MP_NO_RECORD);
    CHECK(put(&room, &ada, "no", first - 1, &other) == MP_NO_RECORD);
    CHECK(put(&room, &ada, "no", first + 1, &other) == MP_NO_RECORD);
    CHECK(other == 99);
    CHECK(put(&room, &ada, "two", first, &second) == MP_OK && second == first + 1);
    CHECK(put(&room, &ada, "no", first, &other) == MP_NO_RECORD);
    CHECK(get(&room, &ada, "two", &other) == MP_OK && other == second);
    CHECK(put(&room, &ada, "three", VAULT_ANY_GENERATION, &other) == MP_OK);
    CHECK(other == second + 1);
    end(&room);
}

TEST(an_erase_wins_over_a_refresh_under_way)
{
    struct room room = begin();
    uint64_t marked = 0;
    uint64_t generation = 0;

    CHECK(put(&room, &ada, "one", 0, &generation) == MP_OK);
    CHECK(put(&room, &ada, "one", generation, &marked) == MP_OK);
    CHECK(vault_erase(room.vault, &ada) == MP_OK);
    CHECK(put(&room, &ada, "late", marked, &generation) == MP_NO_RECORD);
    CHECK(get(&room, &ada, "late", &generation) == MP_NO_RECORD);
    end(&room);
}

/* The new login's record must not have the generation that the old refresh waits for. */
TEST(an_answer_for_an_erased_record_never_fits_its_successor)
{
    struct room room = begin();
    uint64_t marked = 0;
    uint64_t generation = 0;

    for (int i = 0; i < 50; i++) {
        CHECK(put(&room, &ada, "one", 0, &generation) == MP_OK);
        CHECK(put(&room, &ada, "one", generation, &marked) == MP_OK);
        CHECK(vault_erase(room.vault, &ada) == MP_OK);
        CHECK(put(&room, &ada, "two", 0, &generation) == MP_OK);
        CHECK(put(&room, &ada, "two", generation, &generation) == MP_OK);
        CHECK(put(&room, &ada, "late", marked, &generation) == MP_NO_RECORD);
        CHECK(get(&room, &ada, "two", &generation) == MP_OK);
        CHECK(vault_erase(room.vault, &ada) == MP_OK);
    }
    end(&room);
}

TEST(a_refresh_makes_no_directory)
{
    struct room room = begin();
    uint64_t generation = 0;
    struct stat found = {0};

    CHECK(put(&room, &ada, "late", 5, &generation) == MP_NO_RECORD);
    CHECK(fstatat(room.dir, "1000", &found, 0) != 0 && errno == ENOENT);
    end(&room);
}

TEST(an_erase_is_complete)
{
    struct room room = begin();
    struct vault_name name = ada;
    uint64_t generation = 0;
    int holds = 1;

    CHECK(vault_erase(room.vault, &ada) == MP_OK);
    CHECK(put(&room, &ada, "one", 0, &generation) == MP_OK);
    scratch_put(room.dir, "1000/.tmp-tangoe", "x", 1, 0600);
    CHECK(vault_erase(room.vault, &ada) == MP_OK);
    CHECK(vault_erase(room.vault, &ada) == MP_OK);
    CHECK(vault_holds_records(room.dir, &holds) == MP_OK && !holds);
    CHECK(scratch_count(room.dir) == 1); /* the key */
    CHECK(put(&room, &ada, "one", 0, &generation) == MP_OK);
    name.account = "other";
    CHECK(put(&room, &name, "two", 0, &generation) == MP_OK);
    CHECK(vault_erase(room.vault, &ada) == MP_OK);
    CHECK(get(&room, &name, "two", &generation) == MP_OK);
    end(&room);
}

/* --- the rest --- */

TEST(a_name_never_leaves_the_vault)
{
    static const char *const wrong[] = {"../x", "a/b", "", ".", "..", ".tmp-x", "A"};
    struct room room = begin();
    struct vault_name name = ada;
    uint64_t generation = 0;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        name.account = wrong[i];
        CHECK(put(&room, &name, "token", 0, &generation) == MP_INTERNAL);
        CHECK(get(&room, &name, "token", &generation) == MP_INTERNAL);
        CHECK(vault_erase(room.vault, &name) == MP_INTERNAL);
    }
    name = ada;
    name.local_name = NULL;
    CHECK(put(&room, &name, "token", 0, &generation) == MP_INTERNAL);
    name = ada;
    name.endpoint = NULL;
    CHECK(put(&room, &name, "token", 0, &generation) == MP_INTERNAL);
    CHECK(put(&room, &ada, "no token", 0, &generation) == MP_INTERNAL);
    CHECK(get(&room, &ada, "token", &generation) == MP_NO_RECORD);
    end(&room);
}

TEST(records_are_found_wherever_they_are)
{
    int dir = scratch_begin();
    int holds = 1;

    CHECK(vault_holds_records(dir, &holds) == MP_OK && !holds);
    scratch_put(dir, "vault.key", "x", 1, 0600);
    scratch_put(dir, "lock", "x", 1, 0600);
    NEED(mkdirat(dir, "guard", 0700) == 0 && mkdirat(dir, "1000", 0700) == 0);
    NEED(mkdirat(dir, "service", 0700) == 0);
    scratch_put(dir, "guard/file", "x", 1, 0600);
    scratch_put(dir, "1000/.tmp-one", "x", 1, 0600);
    CHECK(vault_holds_records(dir, &holds) == MP_OK && !holds);
    scratch_put(dir, "service/one", "x", 1, 0600);
    CHECK(vault_holds_records(dir, &holds) == MP_OK && holds);
    NEED(unlinkat(dir, "service/one", 0) == 0);
    scratch_put(dir, "1000/one", "x", 1, 0600);
    CHECK(vault_holds_records(dir, &holds) == MP_OK && holds);
    NEED(unlinkat(dir, "1000/one", 0) == 0);
    /* what cannot be read may be a record */
    NEED(fchmodat(dir, "1000", 0770, 0) == 0);
    CHECK(vault_holds_records(dir, &holds) == MP_OK && holds);
    holds = 0;
    CHECK(vault_holds_records(-1, &holds) == MP_STORAGE && holds);
    scratch_end(dir);
}

TEST(temporary_files_of_a_crash_are_swept)
{
    struct room room = begin();
    uint64_t generation = 0;
    struct stat found = {0};

    CHECK(put(&room, &ada, "token", 0, &generation) == MP_OK);
    NEED(mkdirat(room.dir, "service", 0700) == 0);
    scratch_put(room.dir, "1000/.tmp-tangoe", "x", 1, 0600);
    scratch_put(room.dir, "service/.tmp-robot", "x", 1, 0600);
    scratch_put(room.dir, ".tmp-vault.key", "x", 1, 0600);
    vault_free(&room.vault);
    NEED(vault_new(&room.vault, room.dir, room.ring) == MP_OK);
    CHECK(fstatat(room.dir, "1000/.tmp-tangoe", &found, 0) != 0);
    CHECK(fstatat(room.dir, "service/.tmp-robot", &found, 0) != 0);
    CHECK(fstatat(room.dir, ".tmp-vault.key", &found, 0) != 0);
    CHECK(get(&room, &ada, "token", &generation) == MP_OK);
    /* and whatever the start left out, by the owner's next write */
    scratch_put(room.dir, "1000/.tmp-other", "x", 1, 0600);
    CHECK(put(&room, &ada, "token", VAULT_ANY_GENERATION, &generation) == MP_OK);
    CHECK(fstatat(room.dir, "1000/.tmp-other", &found, 0) != 0);
    scratch_put(room.dir, "1000/.tmp-other", "x", 1, 0600);
    CHECK(vault_erase(room.vault, &ada) == MP_OK);
    CHECK(fstatat(room.dir, "1000", &found, 0) != 0);
    end(&room);
}

TEST(a_start_looks_at_a_thousand_owners_at_most)
{
    struct room room = begin();
    char name[32];
    int left = 0;

    for (int i = 0; i < 1100; i++) {
        snprintf(name, sizeof(name), "%d", 2000 + i);
        NEED(mkdirat(room.dir, name, 0700) == 0);
        snprintf(name, sizeof(name), "%d/.tmp-tangoe", 2000 + i);
        scratch_put(room.dir, name, "x", 1, 0600);
    }
    vault_free(&room.vault);
    NEED(vault_new(&room.vault, room.dir, room.ring) == MP_OK);
    for (int i = 0; i < 1100; i++) {
        struct stat found;

        snprintf(name, sizeof(name), "%d/.tmp-tangoe", 2000 + i);
        left += fstatat(room.dir, name, &found, 0) == 0;
    }
    CHECK(left == 100);
    end(&room);
}

TEST(a_write_that_does_not_fit_keeps_the_old_record)
{
    struct room room = begin();
    uint64_t first = 0;
    uint64_t generation = 0;
    struct rlimit before;
    struct rlimit little = {0};

    CHECK(put(&room, &ada, "old", 0, &first) == MP_OK);
    NEED(getrlimit(RLIMIT_FSIZE, &before) == 0);
    little = (struct rlimit){100, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    NEED(setrlimit(RLIMIT_FSIZE, &little) == 0);
    CHECK(put(&room, &ada, "new", first, &generation) == MP_STORAGE);
    NEED(setrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, SIG_DFL);
    CHECK(get(&room, &ada, "old", &generation) == MP_OK && generation == first);
    end(&room);
}

TEST(no_descriptor_stays_open)
{
    struct room room = begin();
    int before = scratch_descriptors();
    uint64_t generation = 0;

    CHECK(put(&room, &ada, "token", 0, &generation) == MP_OK);
    CHECK(get(&room, &ada, "token", &generation) == MP_OK);
    CHECK(put(&room, &ada, "token", 1, &generation) == MP_NO_RECORD);
    scratch_put(room.dir, "1000/tangoe", "x", 1, 0600);
    CHECK(get(&room, &ada, "token", &generation) == MP_STORAGE);
    CHECK(vault_erase(room.vault, &ada) == MP_OK);
    CHECK(get(&room, &ada, "token", &generation) == MP_NO_RECORD);
    CHECK(scratch_descriptors() == before);
    end(&room);
}

TESTS(T(a_record_comes_back), T(a_file_shows_no_plaintext), T(what_another_process_wrote_is_read),
      T(L21_no_flipped_bit_opens), T(L21_no_truncation_or_extension_opens),
      T(L21_no_changed_byte_and_no_two_flips_in_the_header_open), T(L22_no_swapped_file_opens),
      T(L22_nothing_opens_for_another_binding), T(another_key_is_locked_and_a_login_mends_it),
      T(L29_a_newer_format_is_refused_and_left_alone),
      T(a_damaged_file_is_replaced_by_a_login_only),
      T(P13_a_trap_in_place_of_a_record_is_refused_without_waiting),
      T(a_write_needs_the_generation_it_read), T(an_erase_wins_over_a_refresh_under_way),
      T(an_answer_for_an_erased_record_never_fits_its_successor), T(a_refresh_makes_no_directory),
      T(an_erase_is_complete), T(a_name_never_leaves_the_vault),
      T(records_are_found_wherever_they_are), T(temporary_files_of_a_crash_are_swept),
      T(a_start_looks_at_a_thousand_owners_at_most),
      T(a_write_that_does_not_fit_keeps_the_old_record), T(no_descriptor_stays_open))

/* links: broker/sealed.o broker/keyring.o broker/keysource.o broker/store.o broker/store_walk.o -lsodium */
#include "broker/sealed.h"

#include "lib/proto.h"
#include "tests/unit/scratch.h"

#define HOST "oauth.example:443"
#define WORD "hunter2 \xc3\xbc"

static int state = -1;
static struct keyring *ring;

static void begin(void)
{
    const char *problem = NULL;

    state = scratch_begin();
    NEED(keyring_open(&ring, state, NULL, 0, &problem) == MP_OK);
}

static void end(void)
{
    keyring_free(&ring);
    scratch_end(state);
}

/* Another key takes the place of the one that sealed. */
static void change_key(void)
{
    const char *problem = NULL;

    keyring_free(&ring);
    NEED(unlinkat(state, "vault.key", 0) == 0);
    NEED(keyring_open(&ring, state, NULL, 0, &problem) == MP_OK);
}

static enum mp_err put(const char *name, const char *kind, const char *host, const char *text)
{
    struct secret *secret = secret_copy(text, strlen(text));
    int before = scratch_descriptors();
    enum mp_err err = MP_OK;

    NEED(secret);
    err = sealed_write(state, ring, name, kind, host, secret);
    CHECK(scratch_descriptors() == before);
    secret_free(&secret);
    return err;
}

/* Does it open as this text? */
static enum mp_err get(const char *name, const char *kind, const char *host, const char *text)
{
    struct secret *out = (struct secret *)&state; /* what a failure must not leave there */
    int before = scratch_descriptors();
    enum mp_err err = sealed_fetch(state, ring, name, kind, host, &out);

    CHECK(scratch_descriptors() == before);
    CHECK((err == MP_OK) == (out != NULL));
    if (err == MP_OK)
        CHECK(secret_length(out) == strlen(text) && strcmp(secret_text(out), text) == 0);
    secret_free(&out);
    return err;
}

static int secrets_fd(void)
{
    int fd = openat(state, "secrets", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    NEED(fd >= 0);
    return fd;
}

TEST(what_was_sealed_opens)
{
    static char longest[PROTO_MAX_PEM + 2];
    struct stat found = {0};

    begin();
    CHECK(get("a", "password", HOST, "") == MP_NO_RECORD);
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    CHECK(get("a", "password", HOST, WORD) == MP_OK);
    CHECK(get("b", "password", HOST, WORD) == MP_NO_RECORD);
    CHECK(fstatat(state, "secrets/a", &found, 0) == 0 && (found.st_mode & 07777) == 0600);
    CHECK(fstatat(state, "secrets", &found, 0) == 0 && (found.st_mode & 07777) == 0700);
    CHECK(put("a", "client_secret", HOST, "another") == MP_OK);
    CHECK(get("a", "client_secret", HOST, "another") == MP_OK);
    CHECK(get("a", "password", HOST, WORD) == MP_STORAGE);
    memset(longest, 'x', PROTO_MAX_PEM);
    CHECK(put("a", "password", HOST, longest) == MP_OK);
    CHECK(get("a", "password", HOST, longest) == MP_OK);
    longest[PROTO_MAX_PEM] = 'x';
    CHECK(put("a", "password", HOST, longest) == MP_TOO_LONG);
    longest[PROTO_MAX_PEM] = '\0';
    CHECK(get("a", "password", HOST, longest) == MP_OK); /* as it was */
    end();
}

TEST(the_file_has_the_form_that_is_documented)
{
    uint8_t file[200];
    uint8_t again[200];
    uint8_t id[KEYRING_ID_SIZE];
    int fd = -1;

    begin();
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    fd = secrets_fd();
    CHECK(scratch_get(fd, "a", file, sizeof(file)) == 4 + 1 + 16 + 24 + (ssize_t)strlen(WORD) + 16);
    CHECK(memcmp(file, "MPSS\1", 5) == 0);
    keyring_seal_id(ring, id);
    CHECK(memcmp(file + 5, id, sizeof(id)) == 0);
    CHECK(!memmem(file, sizeof(file), "hunter2", 7) && !memmem(file, sizeof(file), "oauth", 5));
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    CHECK(scratch_get(fd, "a", again, sizeof(again)) > 0);
    CHECK(memcmp(file + 21, again + 21, 24) != 0); /* a nonce is used once */
    CHECK(scratch_count(fd) == 1);
    close(fd);
    end();
}

TEST(it_opens_under_its_name_kind_and_host_alone)
{
    static const char *const hosts[] = {
        "oauth.example:444",  "oauth.example",     "oauth.exampl:443",
        "oauth.example:4430", "OAUTH.example:443", "oauth.example:443 ",
    };
    int fd = -1;

    begin();
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    CHECK(get("a", "client_secret", HOST, WORD) == MP_STORAGE);
    CHECK(get("a", "passwor", HOST, WORD) == MP_STORAGE);
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        CHECK(get("a", "password", hosts[i], WORD) == MP_STORAGE);
    /* no two have one encoding */
    CHECK(put("a", "ab", "c", WORD) == MP_OK);
    CHECK(get("a", "a", "bc", WORD) == MP_STORAGE && get("a", "abc", "", WORD) == MP_INTERNAL);
    CHECK(put("ab", "k", "c", WORD) == MP_OK);
    fd = secrets_fd();
    NEED(renameat(fd, "ab", fd, "b") == 0);
    CHECK(get("b", "k", "c", WORD) == MP_STORAGE && get("b", "ka", "c", WORD) == MP_STORAGE);
    CHECK(put("one", "password", HOST, "1") == MP_OK);
    CHECK(put("two", "password", HOST, "2") == MP_OK);
    NEED(renameat2(fd, "one", fd, "two", RENAME_EXCHANGE) == 0);
    CHECK(get("one", "password", HOST, "") == MP_STORAGE);
    CHECK(get("two", "password", HOST, "") == MP_STORAGE);
    NEED(renameat2(fd, "one", fd, "two", RENAME_EXCHANGE) == 0);
    CHECK(get("one", "password", HOST, "1") == MP_OK);
    close(fd);
    end();
}

TEST(no_flipped_bit_and_no_cut_opens)
{
    uint8_t file[200];
    ssize_t length = 0;
    int fd = -1;

    begin();
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    fd = secrets_fd();
    length = scratch_get(fd, "a", file, sizeof(file));
    NEED(length > 0);
    for (ssize_t bit = 0; bit < length * 8; bit++) {
        enum mp_err err = MP_OK;
        int is_id = bit / 8 >= 6 && bit / 8 < 21; /* its first byte only says the source */

        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
        scratch_put(fd, "a", file, (size_t)length, 0600);
        err = get("a", "password", HOST, WORD);
        CHECK(is_id ? err == MP_LOCKED : err == MP_STORAGE || (bit / 8 == 5 && err == MP_LOCKED));
        file[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (ssize_t cut = 0; cut < length; cut++) {
        scratch_put(fd, "a", file, (size_t)cut, 0600);
        CHECK(get("a", "password", HOST, WORD) == MP_STORAGE);
    }
    scratch_put(fd, "a", file, (size_t)length + 1, 0600);
    CHECK(get("a", "password", HOST, WORD) == MP_STORAGE);
    scratch_put(fd, "a", file, (size_t)length, 0600);
    CHECK(get("a", "password", HOST, WORD) == MP_OK);
    scratch_put(fd, "a", file, (size_t)length, 0640);
    CHECK(get("a", "password", HOST, WORD) == MP_STORAGE);
    close(fd);
    end();
}

TEST(a_missing_key_is_told_from_damage)
{
    begin();
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    change_key();
    CHECK(get("a", "password", HOST, WORD) == MP_LOCKED);
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    CHECK(get("a", "password", HOST, WORD) == MP_OK);
    end();
}

TEST(names_are_those_of_accounts)
{
    static const char *const names[] = {
        "",     ".",        "..",
        "../a", "a/b",      "A",
        "-a",   ".tmp-a",   "a b",
        "a\n",  "\xc3\xa4", "a2345678901234567890123456789012345678901234567890123456789012345",
    };

    begin();
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        CHECK(put(names[i], "password", HOST, WORD) == MP_INTERNAL);
        CHECK(get(names[i], "password", HOST, WORD) == MP_INTERNAL);
    }
    CHECK(put("a", "", HOST, WORD) == MP_INTERNAL && put("a", "password", "", WORD) == MP_INTERNAL);
    CHECK(scratch_count(state) == 1); /* the key: not even the directory was made */
    end();
}

TEST(links_and_foreign_directories_are_not_followed)
{
    int fd = -1;

    begin();
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    fd = secrets_fd();
    NEED(renameat(fd, "a", fd, "real") == 0 && symlinkat("real", fd, "a") == 0);
    CHECK(get("a", "password", HOST, WORD) == MP_STORAGE);
    CHECK(put("a", "password", HOST, WORD) == MP_OK); /* takes the link's place */
    CHECK(get("a", "password", HOST, WORD) == MP_OK);
    NEED(fchmod(fd, 0770) == 0);
    CHECK(get("a", "password", HOST, WORD) == MP_STORAGE);
    CHECK(put("a", "password", HOST, WORD) == MP_STORAGE);
    close(fd);
    end();
}

/* --- all of them --- */

struct seen {
    int count;
    int ours;
    int damaged;
    int stop;
};

static int see(void *owner, const char *name, const uint8_t *key_id)
{
    struct seen *seen = owner;
    uint8_t id[KEYRING_ID_SIZE];

    keyring_seal_id(ring, id);
    seen->count++;
    seen->ours += key_id && memcmp(key_id, id, sizeof(id)) == 0;
    seen->damaged += !key_id;
    CHECK(name[0] >= 'a' && name[0] <= 'z');
    return seen->stop;
}

TEST(each_is_visited_with_the_id_of_its_key)
{
    struct seen seen = {0};
    uint8_t file[200];
    ssize_t length = 0;
    int holds = 2;
    int fd = -1;

    begin();
    CHECK(sealed_each(state, see, &seen) == MP_OK && seen.count == 0);
    CHECK(sealed_holds_any(state, &holds) == MP_OK && holds == 0);
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    CHECK(put("b", "password", HOST, WORD) == MP_OK);
    CHECK(sealed_holds_any(state, &holds) == MP_OK && holds == 1);
    change_key();
    CHECK(put("b", "password", HOST, WORD) == MP_OK);
    fd = secrets_fd();
    length = scratch_get(fd, "b", file, sizeof(file));
    NEED(length > 5);
    scratch_put(fd, "c", file, 5, 0600);
    file[4] = SEALED_VERSION + 1;
    scratch_put(fd, "d", file, (size_t)length, 0600);
    file[4] = SEALED_VERSION;
    file[3] = 'T';
    scratch_put(fd, "e", file, (size_t)length, 0600);
    scratch_put(fd, ".tmp-b", "", 0, 0600);
    scratch_put(fd, "README", "", 0, 0600);
    CHECK(sealed_each(state, see, &seen) == MP_OK);
    CHECK(seen.count == 5 && seen.ours == 1 && seen.damaged == 3);
    seen = (struct seen){.stop = 1};
    CHECK(sealed_each(state, see, &seen) == MP_OK && seen.count == 1);
    NEED(fchmod(fd, 0770) == 0);
    holds = 0;
    CHECK(sealed_holds_any(state, &holds) == MP_STORAGE && holds == 1);
    close(fd);
    end();
}

static int seal_again(void *owner, const char *name, const uint8_t *key_id UNUSED)
{
    int *count = owner;

    CHECK(put(name, "password", HOST, "again") == MP_OK);
    return ++*count >= 100;
}

TEST(a_visit_may_seal_again)
{
    int count = 0;

    begin();
    CHECK(put("a", "password", HOST, WORD) == MP_OK);
    CHECK(put("b", "password", HOST, WORD) == MP_OK);
    CHECK(sealed_each(state, seal_again, &count) == MP_OK && count >= 2 && count < 100);
    CHECK(get("a", "password", HOST, "again") == MP_OK);
    CHECK(get("b", "password", HOST, "again") == MP_OK);
    end();
}

TESTS(T(what_was_sealed_opens), T(the_file_has_the_form_that_is_documented),
      T(it_opens_under_its_name_kind_and_host_alone), T(no_flipped_bit_and_no_cut_opens),
      T(a_missing_key_is_told_from_damage), T(names_are_those_of_accounts),
      T(links_and_foreign_directories_are_not_followed), T(each_is_visited_with_the_id_of_its_key),
      T(a_visit_may_seal_again))

/* links: broker/mapping.o broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o broker/hosts.o broker/address.o */
#include "tests/unit/check.h"

#include <strings.h>

#include "broker/mapping.h"
#include "tests/unit/scratch.h"

/*
 * Spellings that some directory, file system or eye takes for each other: case, the Turkish i, one
 * letter in two forms of Unicode, letters of another alphabet, separators and blanks.
 */
static const char *const alphabets[] = {
    "a",        "A", "b", "B", "i", "I", "\xc4\xb1", "\xc4\xb0", "e", "\xc3\xa9", "e\xcc\x81",
    "\xd0\xb0", "_", "-", ".", "0", " ", "/",        "@",        ":", "%61",      "command://",
};

static const char map_text[] =
    "mapped command://a\nA rivermine://a\n\xc3\xa9 a\nother b.a\nBi Command://I\n";

static void make_name(char out[PROTO_MAX_NAME + 1])
{
    int parts = 1 + rand() % 3;

    out[0] = '\0';
    while (parts-- > 0)
        strcat(out, alphabets[(size_t)rand() % (sizeof(alphabets) / sizeof(alphabets[0]))]);
}

static enum mp_err map_one(const struct config_account *account, const char *name,
                           struct holder *holder)
{
    static const struct config config = {.minimum_uid = 1000, .maximum_uid = 60000};
    struct nss_user user = {.uid = 2001};

    snprintf(user.name, sizeof(user.name), "%s", name);
    return mapping_holder(holder, &config, account, &user);
}

/* How often two names were both mapped: a run that never sees that proves nothing. */
static long compare(const struct config_account *account, long pairs)
{
    long both = 0;

    for (long i = 0; i < pairs; i++) {
        char one[PROTO_MAX_NAME + 1], other[PROTO_MAX_NAME + 1];
        struct holder a, b;

        make_name(one);
        make_name(other);
        if (strcmp(one, other) == 0 || map_one(account, one, &a) != MP_OK ||
            map_one(account, other, &b) != MP_OK)
            continue;
        both++;
        CHECK(strcasecmp(a.remote_name, b.remote_name) != 0);
        CHECK(strcmp(a.local_name, one) == 0 && strcmp(b.local_name, other) == 0);
    }
    return both;
}

static long count_of(const char *variable, long usual)
{
    const char *text = getenv(variable);

    return text ? strtol(text, NULL, 10) : usual;
}

TEST(P7_no_two_names_are_one_person)
{
    static char *const everybody[] = {(char *)"*", NULL};
    static char path[sizeof(scratch_path) + 16];
    static const char *const systems[] = {NULL, "command", "rivermine"};
    long pairs = count_of("MOBPROC_PAIRS", 50000); /* 1000000 for a long run */
    struct usermap *map = NULL;
    int fd = scratch_begin();

    srand((unsigned)count_of("MOBPROC_SEED", 1));
    scratch_put(fd, "users", map_text, strlen(map_text), 0600);
    snprintf(path, sizeof(path), "%s/users", scratch_path);
    NEED(usermap_load(&map, path, geteuid(), NULL, NULL) == MP_OK);
    for (size_t i = 0; i < 6; i++) {
        struct config_account account = {.allow_users = (char **)everybody,
                                         .source_system = (char *)systems[i % 3],
                                         .user_map = i < 3 ? NULL : map};

        CHECK(compare(&account, pairs / 6) > 100);
    }
    usermap_free(&map);
    scratch_end(fd);
}

TEST(P7_ambiguous_names_are_refused)
{
    static char *const everybody[] = {(char *)"*", NULL};
    static const char *const odd[] = {"Alice",
                                      "aLICE",
                                      "al\xc4\xb1"
                                      "ce",
                                      "alic\xc3\xa9",
                                      "alice\xcc\x81",
                                      "al ice",
                                      "alice@x",
                                      "a:b",
                                      "\xd0\xb0lice",
                                      "",
                                      "-alice",
                                      ".alice",
                                      "command://alice"};
    struct config_account account = {.allow_users = (char **)everybody};
    struct holder holder;

    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
        CHECK(map_one(&account, odd[i], &holder) == MP_UNMAPPED);
    CHECK(map_one(&account, "alice", &holder) == MP_OK);
}

/* Is a user of that name, in that one group, let in by that entry of allow_users? */
static int admits(const char *entry, const char *name, const char *group)
{
    static const struct config config = {.minimum_uid = 1000, .maximum_uid = 60000};
    char *allowed[] = {(char *)entry, NULL};
    char *groups[] = {(char *)group, NULL};
    struct config_account account = {.allow_users = allowed};
    struct nss_user user = {.uid = 2001, .groups = groups};
    struct holder holder;

    snprintf(user.name, sizeof(user.name), "%s", name);
    return mapping_holder(&holder, &config, &account, &user) == MP_OK;
}

TEST(P5_a_user_is_no_group_and_a_group_no_user)
{
    CHECK(admits("staff", "staff", NULL) && admits("@staff", "bob", "staff"));
    CHECK(!admits("@staff", "staff", NULL) && !admits("staff", "bob", "staff"));
    CHECK(!admits("@staff", "bob", "staf") && !admits("@staf", "bob", "staff"));
    CHECK(!admits("@", "staff", NULL) && !admits("@*", "bob", "staff"));
    CHECK(!admits("all", "bob", "all") && !admits("ALL", "bob", NULL) && admits("*", "bob", NULL));
}

TESTS(T(P5_a_user_is_no_group_and_a_group_no_user), T(P7_no_two_names_are_one_person),
      T(P7_ambiguous_names_are_refused))

/* links: broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o */
#include "broker/usermap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/proto.h"
#include "tests/unit/scratch.h"

static char path[600];
static char told[4096]; /* the messages without the path, one a line */

static void remember(void *owner, const char *message)
{
    size_t used = strlen(told);
    size_t length = strlen(path);

    CHECK(owner == told);
    CHECK(strncmp(message, path, length) == 0 && message[length] == ':');
    CHECK(!strchr(message, '\n') && !strchr(message, '\x1b'));
    snprintf(told + used, sizeof(told) - used, "%s\n", message + length + 1);
}

static struct usermap *load(const void *bytes, size_t length, mode_t mode, enum mp_err wanted)
{
    struct usermap *map = (struct usermap *)path; /* what a failure must not leave there */
    int fd = scratch_begin();

    scratch_put(fd, "users", bytes, length, mode);
    snprintf(path, sizeof(path), "%s/users", scratch_path);
    told[0] = '\0';
    CHECK(usermap_load(&map, path, geteuid(), remember, told) == wanted);
    CHECK((map != NULL) == (wanted == MP_OK) && (told[0] == '\0') == (wanted == MP_OK));
    scratch_end(fd);
    return map;
}

static struct usermap *right(const char *text)
{
    struct usermap *map = load(text, strlen(text), 0600, MP_OK);

    if (!map)
        printf("# refused: %s", told);
    NEED(map);
    return map;
}

static int wrong_bytes(const char *text, size_t length, const char *wanted)
{
    load(text, length, 0600, MP_CONFIGURATION);
    if (strcmp(told, wanted) == 0)
        return 1;
    printf("# got:\n%s", told);
    return 0;
}

static int wrong(const char *text, const char *wanted)
{
    return wrong_bytes(text, strlen(text), wanted);
}

static int is(const char *one, const char *other)
{
    return one && strcmp(one, other) == 0;
}

#define SHAPE "a line is: a local name, blanks, a remote name\n"

TEST(a_user_has_the_name_of_his_line)
{
    struct usermap *map = right("# local remote\n"
                                "\n"
                                "alice a.smith\n"
                                "  bob\t \tcommand://bob \n"
                                " \t \n"
                                "   # indented\n"
                                "Carol rivermine://Carol#2\n"
                                "d\xc3\xb6rte D\xc3\xb6rte@x\n"
                                "OTHER\\eve eve");

    CHECK(is(usermap_remote(map, "alice"), "a.smith"));
    CHECK(is(usermap_remote(map, "bob"), "command://bob"));
    CHECK(is(usermap_remote(map, "Carol"), "rivermine://Carol#2"));
    CHECK(is(usermap_remote(map, "d\xc3\xb6rte"), "D\xc3\xb6rte@x"));
    CHECK(is(usermap_remote(map, "OTHER\\eve"), "eve"));
    usermap_free(&map);
    CHECK(!map);
    usermap_free(&map);
}

TEST(an_empty_map_has_nobody)
{
    static const char *const texts[] = {"", "\n", "# alice a", "\n\n \n"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct usermap *map = right(texts[i]);

        CHECK(!usermap_remote(map, "alice") && !usermap_remote(map, ""));
        CHECK(!usermap_has_remote(map, "a") && !usermap_has_remote(map, ""));
        usermap_free(&map);
    }
}

/* A local name is compared byte for byte and chooses nothing. */
TEST(P7_only_the_very_name_finds_a_user)
{
    static const char *const names[] = {
        "",
        "Alice",
        "ALICE",
        "alic",
        "alicee",
        "alice ",
        " alice",
        "alice\n",
        "a.smith",
        "*",
        "@staff",
        "#",
        "-x",
        "ALL",
        ("al\xc4\xb1"
         "ce"),
        "%n%s",
        "alice@other",
        "a%40b",
        "x://y",
        "../alice",
    };
    struct usermap *map = right("alice a.smith\n");

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        CHECK(!usermap_remote(map, names[i]));
    CHECK(is(usermap_remote(map, "alice"), "a.smith"));
    usermap_free(&map);
}

TEST(odd_names_are_only_names)
{
    struct usermap *map = right("* star\n@staff group\n-x dash\nALL all\n%n%s format\n");

    CHECK(is(usermap_remote(map, "*"), "star") && is(usermap_remote(map, "@staff"), "group"));
    CHECK(is(usermap_remote(map, "-x"), "dash") && is(usermap_remote(map, "%n%s"), "format"));
    CHECK(!usermap_remote(map, "alice") && !usermap_remote(map, "all"));
    usermap_free(&map);
}

TEST(P7_a_remote_name_in_use_is_known_in_any_case)
{
    struct usermap *map = right("alice command://A.Smith\nbob b\n");

    CHECK(usermap_has_remote(map, "command://A.Smith") && usermap_has_remote(map, "B"));
    CHECK(usermap_has_remote(map, "COMMAND://a.smith") && usermap_has_remote(map, "b"));
    CHECK(!usermap_has_remote(map, "a.smith") && !usermap_has_remote(map, "alice"));
    CHECK(!usermap_has_remote(map, "command://A.Smit") && !usermap_has_remote(map, "bb"));
    usermap_free(&map);
}

TEST(no_name_stands_there_twice)
{
    CHECK(wrong("alice a\nbob b\nalice c\n",
                "3: the local name 'alice' is in line 1 too (case does not count)\n"));
    CHECK(wrong("Alice a\nalice b\n",
                "2: the local name 'alice' is in line 1 too (case does not count)\n"));
    CHECK(wrong("alice a\n\nbob a\n",
                "3: the remote name 'a' is in line 1 too (case does not count)\n"));
    CHECK(wrong("alice command://X\nbob COMMAND://x\n",
                "2: the remote name 'COMMAND://x' is in line 1 too (case does not count)\n"));
    CHECK(wrong("alice a\nalice a\n",
                "2: the local name 'alice' is in line 1 too (case does not count)\n"
                "2: the remote name 'a' is in line 1 too (case does not count)\n"));
    CHECK(wrong("d\xc3\xb6 a\nd\xc3\xb6 b\n",
                "2: the local name 'd\\xc3\\xb6' is in line 1 too (case does not count)\n"));
    CHECK(wrong("a x\nb y\nA z\nc y\na w\n",
                "3: the local name 'A' is in line 1 too (case does not count)\n"
                "4: the remote name 'y' is in line 2 too (case does not count)\n"
                "5: the local name 'a' is in line 3 too (case does not count)\n"));
}

TEST(a_line_is_two_words)
{
    CHECK(wrong("alice\nbob \nc d e\nf g\nh i # comment\n",
                "1: " SHAPE "2: " SHAPE "3: " SHAPE "5: " SHAPE));
    CHECK(wrong("a:b c\n", "1: a local name holds no ':' and no '/'\n"));
    CHECK(wrong("../x c\n", "1: a local name holds no ':' and no '/'\n"));
    CHECK(wrong("command://a a\n", "1: a local name holds no ':' and no '/'\n"));
    CHECK(wrong("a=b\n", "1: " SHAPE));
}

TEST(odd_bytes_are_refused)
{
    static const char nul[] = "alice a\nb\0ob b\n";

    CHECK(wrong_bytes(nul, sizeof(nul) - 1, "2: a NUL byte\n"));
    CHECK(wrong("alice a\x1b[31m\n", "1: a control byte\n"));
    CHECK(wrong("alice a\x7f\n", "1: a control byte\n"));
    CHECK(wrong("alice a\xc2\x9b\n", "1: a control character\n"));
    CHECK(wrong("alice \xff\n", "1: not valid UTF-8\n"));
    CHECK(wrong("al\rice a\n", "1: a carriage return inside the line\n"));
    CHECK(wrong("alice a\r\n", "1: the line ends in CR LF (Windows); end lines with LF alone\n"));
    CHECK(wrong("\xef\xbb\xbf# a\n", "1: the file begins with a byte order mark\n"));
}

TEST(names_have_the_length_that_messages_can_carry)
{
    static char text[4096];
    struct usermap *map = NULL;

    for (int extra = 0; extra < 2; extra++) {
        memset(text, 'l', sizeof(text));
        text[PROTO_MAX_NAME + extra] = ' ';
        strcpy(text + PROTO_MAX_NAME + extra + 1, "r\n");
        if (extra) {
            CHECK(wrong(text, "1: the local name is longer than 255 bytes\n"));
        } else {
            map = right(text);
            usermap_free(&map);
        }
        memset(text, 'r', sizeof(text));
        text[1] = ' ';
        text[2 + PROTO_MAX_TEXT + extra] = '\0';
        if (extra) {
            CHECK(wrong(text, "1: the remote name is longer than 1024 bytes\n"));
        } else {
            map = right(text);
            usermap_free(&map);
        }
    }
    memset(text, ' ', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    CHECK(wrong(text, "1: the line is too long\n"));
}

TEST(at_most_10000_users_are_read)
{
    char *text = calloc(10005, 16);
    struct usermap *map = NULL;
    size_t used = 0;

    NEED(text);
    for (int i = 0; i < 10000; i++)
        used += (size_t)sprintf(text + used, "u%d r%d\n", i, 9999 - i);
    map = right(text);
    for (int i = 0; i < 10000; i++) {
        char local[16];
        char remote[16];

        snprintf(local, sizeof(local), "u%d", i);
        snprintf(remote, sizeof(remote), "r%d", 9999 - i);
        CHECK(is(usermap_remote(map, local), remote) && usermap_has_remote(map, remote));
    }
    usermap_free(&map);
    strcpy(text + used, "# comment\n\nv w\nx y\n");
    CHECK(wrong(text, "10003: there are more than 10000 users\n"));
    free(text);
}

TEST(the_file_is_judged_like_the_configuration)
{
    struct usermap *map = load("a b\n", 4, 0644, MP_OK);

    usermap_free(&map);
    load("a b\n", 4, 0664, MP_CONFIGURATION);
    CHECK(is(told, "0: mode 0664 is too open: remove 0020\n"));
    load("a b\n", 4, 0646, MP_CONFIGURATION);
    CHECK(usermap_load(&map, path, geteuid(), remember, told) == MP_CONFIGURATION && !map);
    snprintf(path, sizeof(path), "/dev/null");
    told[0] = '\0';
    CHECK(usermap_load(&map, path, geteuid(), remember, told) == MP_CONFIGURATION && !map);
    CHECK(is(told, "0: is not a regular file\n"));
}

TESTS(T(a_user_has_the_name_of_his_line), T(an_empty_map_has_nobody),
      T(P7_only_the_very_name_finds_a_user), T(odd_names_are_only_names),
      T(P7_a_remote_name_in_use_is_known_in_any_case), T(no_name_stands_there_twice),
      T(a_line_is_two_words), T(odd_bytes_are_refused),
      T(names_have_the_length_that_messages_can_carry), T(at_most_10000_users_are_read),
      T(the_file_is_judged_like_the_configuration))

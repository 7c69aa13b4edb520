/*
 * A configuration as a text: what config_load() makes of it, and what it tells.
 */
#ifndef MOBPROC_TESTS_CONFIG_CASE_H
#define MOBPROC_TESTS_CONFIG_CASE_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/config.h"
#include "lib/attr.h"
#include "tests/unit/check.h"

static char directory[64];
static char path[128];
static char map_path[128]; /* of a user_map, or "" */
static char told[65536];   /* the messages, one a line; without the path, or with MAP: for it */
static int messages;

static void remember(void *owner, const char *message)
{
    size_t used = strlen(told);
    int is_map = map_path[0] && strncmp(message, map_path, strlen(map_path)) == 0;
    size_t length = strlen(is_map ? map_path : path);

    CHECK(owner == &messages);
    CHECK((is_map || strncmp(message, path, length) == 0) && message[length] == ':');
    CHECK(!strchr(message, '\n'));
    messages++;
    if (strlen(message) > length)
        snprintf(told + used, sizeof(told) - used, "%s%s\n", is_map ? "MAP:" : "",
                 message + length + 1);
}

static void put(const void *bytes, size_t length)
{
    int fd = -1;

    snprintf(directory, sizeof(directory), "/tmp/mobproc-config-XXXXXX");
    NEED(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/mobproc.conf", directory);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    NEED(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && close(fd) == 0);
}

static void drop(void)
{
    unlink(path);
    rmdir(directory);
}

/* A user_map of its own, at map_path. */
static UNUSED void put_map(const char *text, mode_t mode)
{
    char folder[64];
    int fd = -1;

    snprintf(folder, sizeof(folder), "/tmp/mobproc-usermap-XXXXXX");
    NEED(mkdtemp(folder));
    snprintf(map_path, sizeof(map_path), "%s/users", folder);
    fd = open(map_path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    NEED(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    NEED(fchmod(fd, mode) == 0 && close(fd) == 0);
}

static UNUSED void drop_map(void)
{
    if (!map_path[0])
        return;
    unlink(map_path);
    *strrchr(map_path, '/') = '\0';
    rmdir(map_path);
    map_path[0] = '\0';
}

static struct config *load(enum mp_err wanted)
{
    struct config *config = (struct config *)path;
    enum mp_err err = MP_OK;

    told[0] = '\0';
    messages = 0;
    err = config_load(&config, path, geteuid(), remember, &messages);
    CHECK(err == wanted);
    CHECK((config != NULL) == (err == MP_OK));
    CHECK((messages == 0) == (err == MP_OK));
    return config;
}

/* The configuration of a text that must be right. */
static UNUSED struct config *right(const char *text)
{
    struct config *config = NULL;

    put(text, strlen(text));
    config = load(MP_OK);
    drop();
    if (!config)
        printf("# refused: %s", told);
    NEED(config);
    return config;
}

/* Is the text refused with exactly these messages ("LINE: words" a line; * stands for anything)? */
static UNUSED int wrong_bytes(const char *text, size_t length, const char *wanted)
{
    const char *line = told;
    int same = 1;

    put(text, length);
    load(MP_CONFIGURATION);
    drop();
    while (same && *wanted) {
        size_t size = strcspn(wanted, "\n");
        size_t compared = size && wanted[size - 1] == '*' ? size - 1 : size;

        same = strncmp(line, wanted, compared) == 0 && (compared != size || line[size] == '\n');
        line += strcspn(line, "\n");
        line += *line == '\n';
        wanted += size + (wanted[size] == '\n');
    }
    same = same && *line == '\0';
    if (!same)
        printf("# got:\n%s", told);
    return same;
}

static UNUSED int wrong(const char *text, const char *wanted)
{
    return wrong_bytes(text, strlen(text), wanted);
}

/* An account that is complete but for what a test adds after it; the next line is 5. */
#define ACCOUNT          \
    "[account a]\n"      \
    "environment = qa\n" \
    "client_id = id\n"   \
    "client_secret = file:/s\n"

/* Its login account; the next line is 7. */
#define LOGIN "[mobproc]\nlogin_account = a\n" ACCOUNT

/* The token endpoint of a row; other endpoints must lie on its server. */
static UNUSED const char *row_server(const char *key, const char *value)
{
    if (strcmp(key, "environment") == 0 || strcmp(key, "token_endpoint") == 0 ||
        strcmp(key, "issuer") == 0)
        return "#";
    if (strncmp(value, "https://ping.example.com:9031/", 30) == 0)
        return "token_endpoint = https://ping.example.com:9031/token";
    if (strncmp(value, "https://ping.example.com/", 25) == 0)
        return "token_endpoint = https://ping.example.com/token";
    return "environment = qa";
}

/* The key without which another is refused. */
static UNUSED const char *row_companion(const char *key, const char *value)
{
    if (strcmp(key, "validate") == 0 && strcmp(value, "url") == 0)
        return "validate_url = https://v/\n";
    if (strcmp(key, "validate_url") == 0)
        return "validate = url\n";
    if (strcmp(key, "accept_unvalidated") == 0)
        return "validate = off\n";
    if (strcmp(key, "username") == 0)
        return "password = file:/p\n";
    if (strcmp(key, "client_certificate") == 0)
        return "client_key = file:/k\n";
    if (strcmp(key, "client_key") == 0)
        return "client_certificate = /c\n";
    if (strcmp(key, "proxy_credentials") == 0)
        return "proxy = http://p:1\n";
    return strcmp(key, "password") == 0 ? "username = u\n" : "";
}

/*
 * A configuration that is right if `key = value` in its fifth line is: the section that the key
 * belongs into, and an account that has what it must, but this key only once.
 */
static UNUSED void row_text(char *text, size_t size, const char *key, const char *value)
{
    static const char *const mobproc_keys[] = {"minimum_uid",  "maximum_uid", "guard_failures",
                                               "guard_window", "forget",      "login_account",
                                               "connect_ahead"};

    for (size_t i = 0; i < sizeof(mobproc_keys) / sizeof(mobproc_keys[0]); i++) {
        if (strcmp(mobproc_keys[i], key) == 0) {
            snprintf(text, size, "[mobproc]\n#\n#\n#\n%s = %s\n%s", key, value, ACCOUNT);
            return;
        }
    }
    snprintf(text, size, "[account a]\n%s\n%s\n%s\n%s = %s\n%s", row_server(key, value),
             strcmp(key, "client_id") != 0 ? "client_id = id" : "#",
             strcmp(key, "client_secret") != 0 ? "client_secret = file:/s" : "#", key, value,
             row_companion(key, value));
}

#endif

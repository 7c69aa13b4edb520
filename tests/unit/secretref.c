/* links: broker/secretref.o broker/config_uses.o broker/trusted_file.o broker/sealed.o broker/address.o broker/keyring.o broker/keysource.o broker/store.o broker/store_walk.o -lsodium */
#include "broker/secretref.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/sealed.h"
#include "tests/unit/check.h"
#include "tests/unit/scratch.h"

static char directory[64];
static char path[128];
static char problem[400];

/* A new directory with one secret file `s` of mode 0600. */
static void put(const void *bytes, size_t length)
{
    int fd = -1;

    snprintf(directory, sizeof(directory), "/tmp/mobproc-secretref-XXXXXX");
    NEED(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/s", directory);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    NEED(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && close(fd) == 0);
}

static void drop(void)
{
    unlink(path);
    rmdir(directory);
}

static enum mp_err fetch(enum config_secret_kind kind, const char *value, const char *credentials,
                         struct secret **out)
{
    char copy[256];
    struct config_secret reference = {kind, copy};
    const struct secretref_context context = {
        .credentials_directory = credentials, .uid = geteuid(), .state_fd = -1};

    snprintf(copy, sizeof(copy), "%s", value);
    problem[0] = '\0';
    return secretref_fetch(&reference, &context, out, problem, sizeof(problem));
}

/* Is the file taken, and as these bytes? */
static int gives(const char *wanted)
{
    struct secret *out = NULL;
    int same = fetch(CONFIG_SECRET_FILE, path, NULL, &out) == MP_OK && out &&
               strcmp(secret_text(out), wanted) == 0 && secret_length(out) == strlen(wanted);

    secret_free(&out);
    return same;
}

/* Is it refused, with these words, and without its contents? */
static int refuses(const char *words)
{
    struct secret *out = NULL;
    enum mp_err err = fetch(CONFIG_SECRET_FILE, path, NULL, &out);

    if (err != MP_CONFIGURATION || out || !strstr(problem, words) || !strstr(problem, path) ||
        strncmp(problem, "file:", 5) != 0 || strstr(problem, "hunter2")) {
        printf("# got %d %s\n", (int)err, problem);
        secret_free(&out);
        return 0;
    }
    return 1;
}

TEST(no_reference_gives_no_secret)
{
    struct config_secret none = {CONFIG_SECRET_NONE, NULL};
    const struct secretref_context context = {.uid = geteuid(), .state_fd = -1};
    struct secret *out = (struct secret *)&none;

    CHECK(secretref_fetch(&none, &context, &out, problem, sizeof(problem)) == MP_OK);
    CHECK(out == NULL);
}

static int bytes_give(const char *bytes, size_t length, const char *wanted)
{
    int same = 0;

    put(bytes, length);
    same = gives(wanted);
    drop();
    return same;
}

static int bytes_refused(const char *bytes, size_t length, const char *words)
{
    int same = 0;

    put(bytes, length);
    same = refuses(words);
    drop();
    return same;
}

#define GIVES(text, wanted) bytes_give(text, sizeof(text) - 1, wanted)
#define REFUSED(text, words) bytes_refused(text, sizeof(text) - 1, words)

TEST(one_final_newline_is_dropped)
{
    CHECK(GIVES("hunter2", "hunter2"));
    CHECK(GIVES("hunter2\n", "hunter2"));
    CHECK(GIVES(" hunter2 \n", " hunter2 "));
    CHECK(GIVES("h\xc3\xbcnter2 #;=%+&\"\\\n", "h\xc3\xbcnter2 #;=%+&\"\\"));
}

TEST(a_file_that_holds_no_one_line_is_refused)
{
    CHECK(REFUSED("", "is empty"));
    CHECK(REFUSED("\n", "is empty"));
    CHECK(REFUSED("hunter2\n\n", "more than one line"));
    CHECK(REFUSED("hunter2\nhunter2\n", "more than one line"));
    CHECK(REFUSED("hunter2\r\n", "CR LF"));
    CHECK(REFUSED("hunter2\r", "CR LF"));
    CHECK(REFUSED("hunter2\0", "NUL or control"));
    CHECK(REFUSED("hunter\0002", "NUL or control"));
    CHECK(REFUSED("hunter2\t", "NUL or control"));
    CHECK(REFUSED("hunter2\x1b[31m", "NUL or control"));
    CHECK(REFUSED("hunter2\x7f", "NUL or control"));
}

TEST(the_length_is_limited)
{
    char text[1027];

    memset(text, 'a', sizeof(text));
    text[1024] = '\0';
    put(text, 1024);
    CHECK(gives(text));
    drop();
    text[1024] = '\n';
    put(text, 1025);
    text[1024] = '\0';
    CHECK(gives(text));
    drop();
    memset(text, 'a', sizeof(text));
    CHECK(bytes_refused(text, 1025, "more than 1024"));
    CHECK(bytes_refused(text, 1026, "longer than"));
    put("", 0);
    NEED(truncate(path, 1024L * 1024 * 1024) == 0);
    CHECK(refuses("longer than"));
    drop();
}

TEST(modes_that_others_could_use_are_refused)
{
    put("hunter2\n", 8);
    for (mode_t mode = 0; mode < 01000; mode++) {
        NEED(chmod(path, mode) == 0);
        if (geteuid() != 0 && !(mode & 0400))
            continue; /* not even readable for us */
        if (mode & 027)
            CHECK(refuses("too open"));
        else
            CHECK(gives("hunter2"));
    }
    drop();
}

TEST(another_owner_is_refused)
{
    if (geteuid() != 0)
        return;
    put("hunter2\n", 8);
    NEED(chown(path, 12345, 0) == 0);
    CHECK(refuses("belongs to somebody else"));
    drop();
}

TEST(a_directory_that_others_may_write_to_is_refused)
{
    put("hunter2\n", 8);
    NEED(chmod(directory, 0770) == 0);
    CHECK(refuses("a directory on its path"));
    NEED(chmod(directory, 01777) == 0);
    CHECK(refuses("a directory on its path"));
    NEED(chmod(directory, 0755) == 0);
    CHECK(gives("hunter2"));
    drop();
}

TEST(only_a_regular_file_with_one_name_is_read)
{
    char other[160];

    put("hunter2\n", 8);
    snprintf(other, sizeof(other), "%s/other", directory);
    NEED(link(path, other) == 0);
    CHECK(refuses("more than one name"));
    NEED(unlink(path) == 0);
    CHECK(refuses("No such file"));
    NEED(symlink("other", path) == 0);
    CHECK(refuses("symbolic link"));
    NEED(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    CHECK(refuses("not a regular file")); /* and does not wait for a writer */
    NEED(unlink(path) == 0 && mkdir(path, 0700) == 0);
    CHECK(refuses("not a regular file"));
    NEED(rmdir(path) == 0 && unlink(other) == 0);
    drop();
}

TEST(a_link_in_a_directory_of_others_is_refused)
{
    char folder[128];
    char link_path[160];
    char kept[sizeof(path)];

    put("hunter2\n", 8);
    memcpy(kept, path, sizeof(path));
    snprintf(folder, sizeof(folder), "%s/open", directory);
    snprintf(link_path, sizeof(link_path), "%s/way", folder);
    NEED(mkdir(folder, 0700) == 0 && symlink(directory, link_path) == 0);
    snprintf(path, sizeof(path), "%.100s/s", link_path);
    CHECK(gives("hunter2"));
    NEED(chmod(folder, 0777) == 0);
    CHECK(refuses("a directory on its path"));
    NEED(unlink(link_path) == 0 && rmdir(folder) == 0);
    memcpy(path, kept, sizeof(path));
    drop();
}

TEST(a_credential_is_read_from_its_directory)
{
    struct secret *out = NULL;

    put("hunter2\n", 8);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "s", directory, &out) == MP_OK);
    CHECK(out && strcmp(secret_text(out), "hunter2") == 0);
    secret_free(&out);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "s", NULL, &out) == MP_CONFIGURATION && !out);
    CHECK(strcmp(problem, "credential:s: CREDENTIALS_DIRECTORY is not set; the service needs "
                          "LoadCredential=s:...") == 0);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "s", "", &out) == MP_CONFIGURATION && !out);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "s", ".", &out) == MP_CONFIGURATION && !out);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "../s", directory, &out) == MP_CONFIGURATION && !out);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "..", directory, &out) == MP_CONFIGURATION && !out);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "t", directory, &out) == MP_CONFIGURATION && !out);
    CHECK(strcmp(problem, "credential:t: No such file or directory") == 0);
    NEED(chmod(path, 0644) == 0);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "s", directory, &out) == MP_CONFIGURATION && !out);
    drop();
}

TEST(a_credential_is_a_plain_name_in_an_absolute_directory)
{
    struct secret *out = NULL;
    char folder[128];
    char hidden[128];

    put("hunter2\n", 8);
    snprintf(folder, sizeof(folder), "%s/folder", directory);
    snprintf(hidden, sizeof(hidden), "%s/.s", directory);
    NEED(mkdir(folder, 0700) == 0 && chdir(directory) == 0);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "s", ".", &out) == MP_CONFIGURATION && !out);
    CHECK(strstr(problem, "CREDENTIALS_DIRECTORY"));
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "folder/../s", directory, &out) == MP_CONFIGURATION);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, "../s", folder, &out) == MP_CONFIGURATION && !out);
    NEED(rename(path, hidden) == 0);
    CHECK(fetch(CONFIG_SECRET_CREDENTIAL, ".s", directory, &out) == MP_CONFIGURATION && !out);
    CHECK(strcmp(problem, "credential: the name is not a plain file name") == 0);
    NEED(chdir("/") == 0 && rename(hidden, path) == 0 && rmdir(folder) == 0);
    drop();
}

/* --- sealed secrets --- */

#define HERE "oauth.example:443"

static enum mp_err fetch_sealed(int state, const struct keyring *ring, const char *name,
                                enum config_use use, const char *servers, struct secret **out)
{
    char copy[80];
    struct config_secret reference = {CONFIG_SECRET_SEALED, copy};
    const struct secretref_context context = {
        .uid = geteuid(), .state_fd = state, .ring = ring, .use = use, .servers = servers};

    snprintf(copy, sizeof(copy), "%s", name);
    problem[0] = '\0';
    return secretref_fetch(&reference, &context, out, problem, sizeof(problem));
}

static int refuses_sealed(int state, const struct keyring *ring, enum config_use use,
                          const char *servers, enum mp_err wanted, const char *words)
{
    struct secret *out = (struct secret *)&state; /* what a failure must not leave there */
    enum mp_err err = fetch_sealed(state, ring, "one", use, servers, &out);

    if (err == wanted && !out && strcmp(problem, words) == 0)
        return 1;
    printf("# got %d %s\n", (int)err, problem);
    return 0;
}

static void seal_text(int state, const struct keyring *ring, const char *text)
{
    struct secret *secret = secret_copy(text, strlen(text));

    NEED(secret &&
         sealed_write(state, ring, "one", "client_secret", "oauth.example:443", secret) == MP_OK);
    secret_free(&secret);
}

TEST(a_sealed_secret_opens_for_its_use_and_host_alone)
{
    static const char not_there[] = "sealed:one: is not sealed yet: mobproc admin seal one";
    static const char *const elsewhere[] = {"oauth.example:8443",
                                            "oauth.example:443 oauthqa.example:443"};
    int state = scratch_begin();
    const char *why = NULL;
    struct keyring *ring = NULL;
    struct secret *out = NULL;

    NEED(keyring_open(&ring, state, NULL, 0, &why) == MP_OK);
    CHECK(refuses_sealed(state, ring, CONFIG_CLIENT_SECRET, HERE, MP_CONFIGURATION, not_there));
    seal_text(state, ring, "hunter2\n");
    CHECK(fetch_sealed(state, ring, "one", CONFIG_CLIENT_SECRET, HERE, &out) == MP_OK);
    CHECK(out && strcmp(secret_text(out), "hunter2") == 0);
    secret_free(&out);
    for (size_t i = 0; i < 2; i++) {
        CHECK(fetch_sealed(state, ring, "one", CONFIG_CLIENT_SECRET, elsewhere[i], &out) ==
              MP_CONFIGURATION);
        CHECK(!out && strstr(problem, "sealed:one: does not open as client_secret for oauth"));
    }
    CHECK(refuses_sealed(state, ring, CONFIG_PASSWORD, HERE, MP_CONFIGURATION,
                         "sealed:one: does not open as password for oauth.example:443: damaged, or "
                         "sealed for another use or host; mobproc admin seal one seals it anew"));
    CHECK(refuses_sealed(state, NULL, CONFIG_CLIENT_SECRET, HERE, MP_LOCKED,
                         "sealed:one: the key that sealed it is not there"));
    keyring_free(&ring);
    NEED(unlinkat(state, "vault.key", 0) == 0);
    NEED(keyring_open(&ring, state, NULL, 0, &why) == MP_OK);
    CHECK(refuses_sealed(state, ring, CONFIG_CLIENT_SECRET, HERE, MP_LOCKED,
                         "sealed:one: the key that sealed it is not there"));
    keyring_free(&ring);
    scratch_end(state);
}

TEST(a_sealed_secret_is_judged_like_one_in_a_file)
{
    int state = scratch_begin();
    const char *why = NULL;
    struct keyring *ring = NULL;

    NEED(keyring_open(&ring, state, NULL, 0, &why) == MP_OK);
    seal_text(state, ring, "hunter2\nhunter2");
    CHECK(refuses_sealed(state, ring, CONFIG_CLIENT_SECRET, HERE, MP_CONFIGURATION,
                         "sealed:one: has more than one line"));
    seal_text(state, ring, "\n");
    CHECK(refuses_sealed(state, ring, CONFIG_CLIENT_SECRET, HERE, MP_CONFIGURATION,
                         "sealed:one: is empty"));
    keyring_free(&ring);
    scratch_end(state);
}

static const char *judge(const void *text, size_t length, enum config_use use)
{
    struct secret *secret = secret_copy(text, length);
    const char *reason = NULL;

    NEED(secret);
    reason = secretref_judge(secret, use);
    secret_free(&secret);
    return reason;
}

TEST(a_key_is_a_text_in_pem_form_without_a_passphrase)
{
    static const char good[] = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
    static const char half[] = "-----BEGIN CERTIFICATE-----\n";
    static const char end[] = "-----END PRIVATE KEY-----\n";
    static const char locked[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n";
    static char longest[PROTO_MAX_PEM + 1];

    CHECK(!judge(good, strlen(good), CONFIG_CLIENT_KEY));
    CHECK(strstr(judge(good, sizeof(good), CONFIG_CLIENT_KEY), "no private key")); /* a NUL */
    CHECK(strstr(judge(half, strlen(half), CONFIG_CLIENT_KEY), "no private key"));
    CHECK(strstr(judge(end, strlen(end), CONFIG_CLIENT_KEY), "no private key"));
    CHECK(strstr(judge(locked, strlen(locked), CONFIG_CLIENT_KEY), "passphrase"));
    CHECK(strstr(judge(longest, sizeof(longest), CONFIG_CLIENT_KEY), "more than 8192"));
}

TEST(credentials_of_a_proxy_are_a_name_and_a_password)
{
    CHECK(!judge("name:password", 13, CONFIG_PROXY_CREDENTIALS));
    CHECK(strstr(judge("name", 4, CONFIG_PROXY_CREDENTIALS), "name:password"));
    CHECK(strstr(judge("", 0, CONFIG_PROXY_CREDENTIALS), "empty"));
}

TESTS(T(no_reference_gives_no_secret), T(one_final_newline_is_dropped),
      T(a_file_that_holds_no_one_line_is_refused), T(the_length_is_limited),
      T(modes_that_others_could_use_are_refused), T(another_owner_is_refused),
      T(a_directory_that_others_may_write_to_is_refused),
      T(only_a_regular_file_with_one_name_is_read), T(a_link_in_a_directory_of_others_is_refused),
      T(a_credential_is_read_from_its_directory),
      T(a_sealed_secret_opens_for_its_use_and_host_alone),
      T(a_sealed_secret_is_judged_like_one_in_a_file),
      T(a_credential_is_a_plain_name_in_an_absolute_directory),
      T(a_key_is_a_text_in_pem_form_without_a_passphrase),
      T(credentials_of_a_proxy_are_a_name_and_a_password))

/* links: broker/secretref.o broker/trusted_file.o */
#include "broker/secretref.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

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

    snprintf(copy, sizeof(copy), "%s", value);
    problem[0] = '\0';
    return secretref_fetch(&reference, credentials, geteuid(), out, problem, sizeof(problem));
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
    struct secret *out = (struct secret *)&none;

    CHECK(secretref_fetch(&none, NULL, geteuid(), &out, problem, sizeof(problem)) == MP_OK);
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

TESTS(T(no_reference_gives_no_secret), T(one_final_newline_is_dropped),
      T(a_file_that_holds_no_one_line_is_refused), T(the_length_is_limited),
      T(modes_that_others_could_use_are_refused), T(another_owner_is_refused),
      T(a_directory_that_others_may_write_to_is_refused),
      T(only_a_regular_file_with_one_name_is_read), T(a_link_in_a_directory_of_others_is_refused),
      T(a_credential_is_read_from_its_directory),
      T(a_credential_is_a_plain_name_in_an_absolute_directory))

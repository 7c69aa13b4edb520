/* links: broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o broker/hosts.o broker/address.o */
/* The file itself: whose it is, how long, and which bytes. */
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/unit/config_case.h"

TEST(all_errors_are_told)
{
    static const char text[] =
        "x = y\n[mobproc]\nfoo = 1\nminimum_uid = x\nlogin_account = none\n[account a]\n"
        "bar = hunter2\nclient_secret = hunter2\nhunter2\n[account b]\n";
    static const char wanted[] =
        "1: x: stands before the first [section]\n"
        "3: foo: unknown key\n"
        "4: minimum_uid: must be a decimal number from 1 to 4294967293\n"
        "7: bar: unknown key\n"
        "8: client_secret: a secret does not belong into this file*\n"
        "9: neither key = value nor [section] nor # comment (there is no continuation)\n"
        "5: login_account: there is no [account none]\n"
        "6: [account a] lacks environment (production, qa), token_endpoint or issuer\n"
        "6: [account a] lacks client_id\n"
        "10: [account b] lacks environment (production, qa), token_endpoint or issuer\n"
        "10: [account b] lacks client_id\n"
        "10: [account b] lacks client_secret*\n";

    CHECK(wrong(text, wanted));
    CHECK(!strstr(told, "hunter2"));
}

TEST(at_most_50_errors_are_told)
{
    char text[51 * 10 + sizeof(ACCOUNT)] = ACCOUNT;

    for (int i = 0; i < 50; i++)
        strncat(text, "foo = 1\n", sizeof(text) - strlen(text) - 1);
    put(text, strlen(text));
    load(MP_CONFIGURATION);
    drop();
    CHECK(messages == 50 && strstr(told, "54: foo: unknown key\n") && !strstr(told, "and more"));
    strncat(text, "foo = 1\n", sizeof(text) - strlen(text) - 1);
    put(text, strlen(text));
    load(MP_CONFIGURATION);
    drop();
    CHECK(messages == 51 && strstr(told, "54: foo: unknown key\n55: and more\n"));
}

TEST(P32_odd_bytes_are_refused_with_their_line)
{
    struct config *config = right("[account a]\nenvironment = qa\nclient_id = x\n"
                                  "client_secret = file:/s");
    static const char nul[] = ACCOUNT "tenant = a\0b\n";

    config_free(&config);
    CHECK(wrong("[account a]\r\nenvironment = qa\r\nclient_id = x\r\nclient_secret = file:/s\r\n",
                "1: the line ends in CR LF (Windows); end lines with LF alone\n"));
    CHECK(wrong_bytes(nul, sizeof(nul) - 1, "5: tenant: a NUL byte\n"));
    CHECK(wrong("\xef\xbb\xbf" ACCOUNT, "1: the file begins with a byte order mark\n"));
    CHECK(wrong(ACCOUNT "# \xe4\n", "5: not valid UTF-8\n"));
    CHECK(wrong(ACCOUNT "tenant = \x1b[31m\n", "5: tenant: a control byte\n"));
}

TEST(P32_lines_of_4096_bytes_are_read_and_longer_ones_refused)
{
    static char text[8192] = ACCOUNT;
    size_t used = strlen(text);
    struct config *config = NULL;

    memset(text + used, ' ', 4097);
    memcpy(text + used, "tenant = x", 10);
    text[used + 4096] = '\n';
    config = right(text);
    CHECK(strcmp(config->accounts[0].tenant, "x") == 0);
    config_free(&config);
    text[used + 4096] = ' ';
    text[used + 4097] = '\n';
    CHECK(wrong(text, "5: tenant: the line is too long\n"));
}

static long peak_kib(void)
{
    struct rusage usage = {0};

    NEED(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

TEST(P32_huge_files_cost_nothing)
{
    long before = peak_kib();
    char *lines = NULL;

    put("", 0);
    NEED(truncate(path, 1024L * 1024 * 1024) == 0); /* one line of 1 GiB, and sparse */
    load(MP_CONFIGURATION);
    CHECK(strcmp(told, "0: is longer than 262144 bytes\n") == 0);
    drop();
    lines = malloc(2000000);
    NEED(lines);
    for (size_t i = 0; i < 2000000; i++)
        lines[i] = i % 2 ? '\n' : 'a';
    put(lines, 2000000);
    load(MP_CONFIGURATION);
    CHECK(strcmp(told, "0: is longer than 262144 bytes\n") == 0);
    drop();
    put(lines, 262144);
    load(MP_CONFIGURATION);
    CHECK(messages == 51 && strstr(told, "51: and more\n"));
    drop();
    memset(lines, 'a', 262144);
    CHECK(wrong_bytes(lines, 262144, "1: the line is too long\n"));
    free(lines);
    CHECK(peak_kib() - before < 12 * 1024);
}

TEST(P12_L12_only_a_trusted_regular_file_is_read)
{
    char other[160];
    struct config *config = NULL;

    put(ACCOUNT, strlen(ACCOUNT));
    for (mode_t mode = 0400; mode < 01000; mode++) {
        if (!(mode & 0400))
            continue;
        NEED(chmod(path, mode) == 0);
        config = load(mode & 022 ? MP_CONFIGURATION : MP_OK);
        if (mode & 022)
            CHECK(strncmp(told, "0: mode 0", 9) == 0 && strstr(told, "too open"));
        config_free(&config);
    }
    NEED(chmod(path, 0600) == 0);
    if (geteuid() == 0) {
        NEED(chown(path, 12345, 0) == 0);
        load(MP_CONFIGURATION);
        CHECK(strcmp(told, "0: belongs to somebody else than root and this program's user\n") == 0);
        NEED(chown(path, 0, 0) == 0 && chown(directory, 12345, 0) == 0);
        load(MP_CONFIGURATION);
        CHECK(strncmp(told, "0: a directory on its path", 26) == 0);
        NEED(chown(directory, 0, 0) == 0);
    }
    NEED(chmod(directory, 0720) == 0);
    load(MP_CONFIGURATION);
    CHECK(strncmp(told, "0: a directory on its path", 26) == 0);
    NEED(chmod(directory, 0700) == 0);
    snprintf(other, sizeof(other), "%s/other", directory);
    NEED(link(path, other) == 0);
    load(MP_CONFIGURATION);
    CHECK(strcmp(told, "0: has more than one name (hard links)\n") == 0);
    NEED(unlink(path) == 0);
    load(MP_CONFIGURATION);
    CHECK(strcmp(told, "0: No such file or directory\n") == 0);
    NEED(symlink("other", path) == 0);
    config = load(MP_OK);
    config_free(&config);
    NEED(unlink(other) == 0 && symlink("mobproc.conf", other) == 0);
    load(MP_CONFIGURATION); /* a circle */
    NEED(unlink(other) == 0 && unlink(path) == 0 && mkfifo(path, 0600) == 0);
    load(MP_CONFIGURATION);
    CHECK(strcmp(told, "0: is not a regular file\n") == 0);
    NEED(unlink(path) == 0 && mkdir(path, 0700) == 0);
    load(MP_CONFIGURATION);
    CHECK(strcmp(told, "0: is not a regular file\n") == 0);
    NEED(rmdir(path) == 0);
    drop();
}

TEST(a_link_is_as_good_as_the_directory_that_holds_it)
{
    char folder[128];
    char kept[sizeof(path)];
    struct config *config = NULL;

    put(ACCOUNT, strlen(ACCOUNT));
    memcpy(kept, path, sizeof(path));
    snprintf(folder, sizeof(folder), "%s/open", directory);
    snprintf(path, sizeof(path), "%.60s/open/link.conf", directory);
    NEED(mkdir(folder, 0755) == 0 && symlink("../mobproc.conf", path) == 0);
    config = load(MP_OK);
    config_free(&config);
    NEED(chmod(folder, 01777) == 0);
    load(MP_CONFIGURATION);
    CHECK(strncmp(told, "0: a directory on its path", 26) == 0);
    NEED(unlink(path) == 0 && rmdir(folder) == 0);
    memcpy(path, kept, sizeof(path));
    drop();
}

TESTS(T(all_errors_are_told), T(at_most_50_errors_are_told),
      T(P32_odd_bytes_are_refused_with_their_line),
      T(P32_lines_of_4096_bytes_are_read_and_longer_ones_refused), T(P32_huge_files_cost_nothing),
      T(P12_L12_only_a_trusted_regular_file_is_read),
      T(a_link_is_as_good_as_the_directory_that_holds_it))

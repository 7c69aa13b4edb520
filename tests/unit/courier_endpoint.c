/* links: courier/endpoint.o courier/authorities.o */
/* To whom a secret may go: addresses, and the authorities that vouch for them. */
#include "courier/endpoint.h"

#include <glob.h>
#include <sys/wait.h>

#include "courier/authorities.h"
#include "tests/unit/scratch.h"

TEST(endpoints_are_https_or_numeric_loopback)
{
    static const char *const tls[] = {
        "https://oauth.tangoe.com/as/token.oauth2",
        "https://localhost:8443/",
        "https://a",
        "https://a?x=1",
        "https://[::1]:9031/as",
        "https://10.0.0.1/",
    };
    static const char *const loopback[] = {
        "http://127.0.0.1/",
        "http://127.0.0.1:8080/as/token.oauth2",
        "http://127.0.0.1:1/?a",
    };
    static const char *const refused[] = {
        "",
        "https",
        "https:",
        "https://",
        "https:///x",
        "https://:443/",
        "https://?",
        "HTTPS://a/",
        "ftp://a/",
        "file:///etc/passwd",
        "http://a/",
        "http://localhost/",
        "http://127.0.0.1",
        "http://127.0.0.1.evil.test/",
        "http://127.0.0.1@evil.test/",
        "http://127.0.0.1:80@e/",
        "http://127.0.0.1:8x/",
        "http://127.0.0.2/",
        "http://[::1]/",
        "http://127.1/",
        "https://u@a/",
        "https://u:p@a/",
        "https://a\\@b/",
        "https://a/#f",
        "https://a b/",
        "https://a/ b",
        "https://a\n/",
        "https://a/\r\nX: y",
        "https://\xc3\xa9/",
        "https://a/\xc3\xa9",
        "https://a%2eb/",
        "https://a_b/",
        "https://a/{x}",
        " https://a/",
    };

    for (size_t i = 0; i < sizeof(tls) / sizeof(tls[0]); i++)
        CHECK(endpoint_kind(tls[i]) == ENDPOINT_TLS);
    for (size_t i = 0; i < sizeof(loopback) / sizeof(loopback[0]); i++)
        CHECK(endpoint_kind(loopback[i]) == ENDPOINT_LOOPBACK);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (endpoint_kind(refused[i]) != ENDPOINT_REFUSED && !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "believed: %s", refused[i]);
}

TEST(a_proxy_is_a_host_and_a_port)
{
    static const char *const good[] = {"http://proxy.example:3128", "https://10.0.0.1:8443",
                                       "http://[::1]:80"};
    static const char *const bad[] = {
        "",          "proxy:3128",      "http://proxy",        "http://proxy:",
        "http://:1", "http://a:b",      "http://a:1/",         "http://a:1?x",
        "http://",   "socks5://a:1080", "http://u:p@a:1",      "http://a b:1",
        "http://a:", "http://a:123456", "https://a:1\r\nX: y", "HTTP://a:1",
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        CHECK(endpoint_is_proxy(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(!endpoint_is_proxy(bad[i]));
}

/* The second begins as the first does; neither is the other's. */
TEST(N17_a_server_is_the_whole_of_its_name)
{
    static const char *const issuers[] = {"https://oauth.tangoe.com/as", "https://oauth.tangoe.com",
                                          "https://oauth.tangoe.com:443/as",
                                          "https://oauth.tangoe.com:9031"};
    static const char *const others[] = {"https://oauth.tangoe.co/as",
                                         "https://oauth/",
                                         "https://o",
                                         "https://oauth.tangoe.com:90/",
                                         "https://oauth.tangoe.com.evil.test/",
                                         "https://oauth.tangoe.com:9031.evil.test/"};

    for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++) {
        CHECK(endpoint_is_on_server(issuers[i], issuers[i]));
        for (size_t j = 0; j < sizeof(others) / sizeof(others[0]); j++) {
            CHECK(!endpoint_is_on_server(others[j], issuers[i]));
            CHECK(!endpoint_is_on_server(issuers[i], others[j]));
        }
    }
    CHECK(endpoint_is_on_server("https://oauth.tangoe.com:443/t", "https://oauth.tangoe.com/as"));
    CHECK(!endpoint_is_on_server("http://127.0.0.1:1/", "http://127.0.0.1:1/"));
}

TEST(a_hashed_directory_is_preferred_to_a_bundle)
{
    struct authorities found = {0};
    glob_t links = {0};
    int is_hashed =
        glob("/etc/ssl/certs/????????.0", 0, NULL, &links) == 0 ||
        glob("/etc/pki/ca-trust/extracted/pem/directory-hash/????????.0", 0, NULL, &links) == 0;

    CHECK(authorities_find("", &found) == (is_hashed || found.file ? MP_OK : MP_CONFIGURATION));
    CHECK((found.directory != NULL) == is_hashed);
    CHECK(!found.file || !found.directory);
    globfree(&links);
}

TEST(configured_authorities_are_taken_for_what_they_are)
{
    struct authorities found = {0};

    CHECK(authorities_find("/etc", &found) == MP_OK && found.directory && !found.file);
    CHECK(authorities_find("/etc/passwd", &found) == MP_OK && found.file && !found.directory);
    CHECK(authorities_find("/etc/no such file", &found) == MP_CONFIGURATION);
    CHECK(authorities_find("/dev/null", &found) == MP_CONFIGURATION);
    CHECK(authorities_find("etc", &found) == MP_CONFIGURATION);
    CHECK(!found.file && !found.directory);
}

/* --- a machine with other authorities, or none: a folder that is the root of a child --- */

enum { NONE, BUNDLE, DIRECTORY, ODD };

static void find_and_exit(const char *root)
{
    struct authorities found = {0};
    enum mp_err err = MP_OK;

    NEED(chroot(root) == 0 && chdir("/") == 0);
    err = authorities_find("", &found);
    if ((err == MP_OK) != (found.file || found.directory))
        _exit(ODD);
    _exit(found.file ? BUNDLE : found.directory ? DIRECTORY : NONE);
}

static int found_below(const char *root)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0)
        find_and_exit(root);
    NEED(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST(another_systems_authorities_are_found_and_none_are_an_error)
{
    int fd = -1;

    if (geteuid() != 0)
        return;
    fd = scratch_begin();
    CHECK(found_below(scratch_path) == NONE);
    NEED(mkdirat(fd, "etc", 0755) == 0 && mkdirat(fd, "etc/ssl", 0755) == 0);
    scratch_put(fd, "etc/ssl/ca-bundle.pem", "x", 1, 0644);
    CHECK(found_below(scratch_path) == BUNDLE);
    NEED(mkdirat(fd, "etc/ssl/certs", 0755) == 0);
    scratch_put(fd, "etc/ssl/certs/README", "x", 1, 0644);
    scratch_put(fd, "etc/ssl/certs/0123456g.0", "x", 1, 0644);
    scratch_put(fd, "etc/ssl/certs/01234567-0", "x", 1, 0644);
    scratch_put(fd, "etc/ssl/certs/01234567.x", "x", 1, 0644);
    CHECK(found_below(scratch_path) == BUNDLE);
    scratch_put(fd, "etc/ssl/certs/0123456f.0", "x", 1, 0644);
    CHECK(found_below(scratch_path) == DIRECTORY);
    scratch_end(fd);
}

TESTS(T(endpoints_are_https_or_numeric_loopback), T(a_proxy_is_a_host_and_a_port),
      T(N17_a_server_is_the_whole_of_its_name), T(a_hashed_directory_is_preferred_to_a_bundle),
      T(configured_authorities_are_taken_for_what_they_are),
      T(another_systems_authorities_are_found_and_none_are_an_error))

/* links: broker/hosts.o broker/address.o broker/utf8.o */
#include "broker/hosts.h"

#include "tests/unit/check.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define H253 L63 "." L63 "." L63 "." L61

/* Adds a blank-separated list; 0 when one address is refused. */
static int fill(struct hosts *hosts, const char *urls, const char **reason)
{
    while (*urls) {
        size_t length = strcspn(urls, " ");
        char *url = strndup(urls, length);
        enum mp_err err = MP_OK;

        NEED(url);
        err = hosts_add(hosts, url, reason);
        free(url);
        if (err != MP_OK)
            return 0;
        urls += length + (urls[length] == ' ');
    }
    return 1;
}

TEST(an_entry_is_normalised)
{
    struct hosts hosts = {0};
    const char *reason = NULL;

    CHECK(fill(&hosts, "https://a https://b/ https://c:443/d/ https://[0:0::0:1]:8443/", &reason));
    CHECK(hosts.count == 4);
    CHECK(strcmp(hosts.entries[0].host, "a") == 0 && hosts.entries[0].port == 443);
    CHECK(strcmp(hosts.entries[0].prefix, "") == 0 && strcmp(hosts.entries[1].prefix, "") == 0);
    CHECK(strcmp(hosts.entries[2].prefix, "/d/") == 0 && hosts.entries[2].port == 443);
    CHECK(strcmp(hosts.entries[3].host, "[::1]") == 0 && hosts.entries[3].port == 8443);
    hosts_free(&hosts);
    CHECK(hosts.count == 0 && !hosts.entries);
    hosts_free(&hosts);
}

TEST(an_address_is_listed_once)
{
    static const char *const twice[] = {
        "https://a https://a",           "https://a https://a/",
        "https://a https://a:443",       "https://a/b/ https://c https://a:443/b/",
        "https://[::1] https://[::0:1]",
    };
    const char *reason = NULL;

    for (size_t i = 0; i < sizeof(twice) / sizeof(twice[0]); i++) {
        struct hosts hosts = {0};

        reason = NULL;
        CHECK(!fill(&hosts, twice[i], &reason));
        CHECK(reason && strcmp(reason, "it is listed twice") == 0);
        hosts_free(&hosts);
    }
}

#define HOST "https://git.example.com"
#define PORT "https://git.example.com:8443"
#define PREFIX "https://git.example.com/mobproc/"
#define BOTH "https://git.example.com/ https://git.example.com/mobproc/"
#define DEEP \
    "https://git.example.com/mobproc/ https://git.example.com/mobproc/v1/ https://other.example"
#define SIX "https://[2001:db8::1]"
#define FOUR "https://10.0.0.1"
#define G "git.example.com"

/* Requests: list, scheme, host, path, length of the longest matching prefix or -1. */
static const struct {
    const char *hosts;
    const char *scheme;
    const char *host;
    const char *path;
    int expected;
} asked[] = {
    /* the plain cases */
    {HOST, "https", G, NULL, 0},
    {HOST, "https", G, "", 0},
    {HOST, "https", G, "/", 0},
    {HOST, "https", G, "a/b.git", 0},
    {HOST, "https", G, "/a/b.git", 0},
    {"", "https", G, NULL, -1},
    {HOST, "https", "other.example", NULL, -1},
    {DEEP, "https", "other.example", NULL, 0},
    /* the scheme */
    {HOST, "HTTPS", G, NULL, 0},
    {HOST, "Https", G, NULL, 0},
    {HOST, "http", G, NULL, -1},
    {HOST, "httpss", G, NULL, -1},
    {HOST, "http s", G, NULL, -1},
    {HOST, "https:", G, NULL, -1},
    {HOST, "", G, NULL, -1},
    {HOST, "ssh", G, NULL, -1},
    {HOST, "ftps", G, NULL, -1},
    {HOST, NULL, G, NULL, -1},
    /* the port */
    {HOST, "https", G ":443", NULL, 0},
    {HOST, "https", G ":8443", NULL, -1},
    {HOST, "https", G ":80", NULL, -1},
    {HOST, "https", G ":", NULL, -1},
    {HOST, "https", G ":0", NULL, -1},
    {HOST, "https", G ":0443", NULL, -1},
    {HOST, "https", G ":00443", NULL, -1},
    {HOST, "https", G ":443 ", NULL, -1},
    {HOST, "https", G ": 443", NULL, -1},
    {HOST, "https", G ":+443", NULL, -1},
    {HOST, "https", G ":65979", NULL, -1}, /* 443 + 65536 */
    {HOST, "https", G ":443:443", NULL, -1},
    {HOST, "https", G ":443@evil.example", NULL, -1},
    {HOST, "https", G ":443/a", NULL, -1},
    {PORT, "https", G ":8443", NULL, 0},
    {PORT, "https", G, NULL, -1},
    {PORT, "https", G ":443", NULL, -1},
    {PORT, "https", G ":84430", NULL, -1},
    /* the host */
    {HOST, "https", NULL, NULL, -1},
    {HOST, "https", "", NULL, -1},
    {HOST, "https", "GIT.example.com", NULL, -1},
    {HOST, "https", "git.example.coM", NULL, -1},
    {HOST, "https", G ".", NULL, -1},
    {HOST, "https", G "..", NULL, -1},
    {HOST, "https", G ".:443", NULL, -1},
    {HOST, "https", "." G, NULL, -1},
    {HOST, "https", "git..example.com", NULL, -1},
    {HOST, "https", "evil" G, NULL, -1},
    {HOST, "https", "evil." G, NULL, -1},
    {HOST, "https", "evil-" G, NULL, -1},
    {HOST, "https", G ".evil.example", NULL, -1},
    {HOST, "https", G "evil.example", NULL, -1},
    {HOST, "https", G "-evil.example", NULL, -1},
    {HOST, "https", "git.example.co", NULL, -1},
    {HOST, "https", "it.example.com", NULL, -1},
    {HOST, "https", "example.com", NULL, -1},
    {HOST, "https", "com", NULL, -1},
    {HOST, "https", "gitxexample.com", NULL, -1},
    {HOST, "https", "*", NULL, -1},
    {HOST, "https", "*.example.com", NULL, -1},
    {HOST, "https", "user@" G, NULL, -1},
    {HOST, "https", "user:word@" G, NULL, -1},
    {HOST, "https", "@" G, NULL, -1},
    {HOST, "https", G "@evil.example", NULL, -1},
    {HOST, "https", G "%40evil.example", NULL, -1},
    {HOST, "https", G "\\@evil.example", NULL, -1},
    {HOST, "https", G "\\.evil.example", NULL, -1},
    {HOST, "https", G "\\", NULL, -1},
    {HOST, "https", "\\" G, NULL, -1},
    {HOST, "https", "evil.example\\" G, NULL, -1},
    {HOST, "https", G "/", NULL, -1},
    {HOST, "https", "/" G, NULL, -1},
    {HOST, "https", G "?", NULL, -1},
    {HOST, "https", G "#", NULL, -1},
    {HOST, "https", G ";evil.example", NULL, -1},
    {HOST, "https", G ",evil.example", NULL, -1},
    {HOST, "https", G "&evil.example", NULL, -1},
    {HOST, "https", " " G, NULL, -1},
    {HOST, "https", G " ", NULL, -1},
    {HOST, "https", "\t" G, NULL, -1},
    {HOST, "https", G "\n", NULL, -1},
    {HOST, "https", G "\r", NULL, -1},
    {HOST, "https", G "\r\nhost=evil.example", NULL, -1},
    {HOST, "https", G "\x7f", NULL, -1},
    {HOST, "https", G "\x01", NULL, -1},
    {HOST, "https", "git%2eexample.com", NULL, -1},
    {HOST, "https", "%67it.example.com", NULL, -1},
    {HOST, "https", G "%00", NULL, -1},
    {HOST, "https", G "%0a", NULL, -1},
    {HOST, "https", G "%2f", NULL, -1},
    {HOST, "https", "g\xc4\xb1t.example.com", NULL, -1}, /* dotless i */
    {HOST, "https", "g\xd1\x96t.example.com", NULL, -1}, /* Cyrillic i */
    {HOST, "https",
     "git\xe3\x80\x82"
     "example.com",
     NULL, -1}, /* ideographic full stop */
    {HOST, "https",
     "git\xef\xbc\x8e"
     "example.com",
     NULL, -1},                                              /* full-width full stop */
    {HOST, "https", "\xef\xbd\x87it.example.com", NULL, -1}, /* full-width g */
    {HOST, "https", G "\xe2\x80\x8b", NULL, -1},             /* zero-width space */
    {HOST, "https", G "\xc2\xad", NULL, -1},                 /* soft hyphen */
    {HOST, "https", "git.example.\xe2\x84\x82om", NULL, -1}, /* double-struck C */
    {HOST, "https",
     G "\xe2\x81\x84"
       "a",
     NULL, -1}, /* fraction slash */
    {HOST, "https", "git.example.c\xc3\xb6m", NULL, -1},
    {HOST, "https", "g1t.example.com", NULL, -1},
    {HOST, "https", "glt.example.com", NULL, -1},
    {HOST, "https", "git.exarnple.com", NULL, -1},
    {HOST, "https", "git.example.c0m", NULL, -1},
    {HOST, "https", "xn--git-example.com", NULL, -1},
    {HOST, "https", "git_.example.com", NULL, -1},
    {HOST, "https", "git-.example.com", NULL, -1},
    {"https://k.example", "https", "\xe2\x84\xaa.example", NULL, -1}, /* Kelvin sign, folds to k */
    {"https://xn--mnchen-3ya.example", "https", "xn--mnchen-3ya.example", NULL, 0},
    {"https://xn--mnchen-3ya.example", "https", "m\xc3\xbcnchen.example", NULL, -1},
    {"https://" L63 ".example", "https", L63 ".example", NULL, 0},
    {"https://" L63 ".example", "https", L63 "a.example", NULL, -1},
    {"https://" H253, "https", H253, NULL, 0},
    {"https://" H253, "https", H253 "a", NULL, -1},
    {"https://" H253, "https", H253 ".", NULL, -1},
    {HOST, "https", H253 "." H253 "." H253, NULL, -1},
    /* IPv4 and IPv6 */
    {FOUR, "https", "10.0.0.1", NULL, 0},
    {FOUR, "https", "10.0.0.1:443", NULL, 0},
    {FOUR, "https", "10.1", NULL, -1},
    {FOUR, "https", "10.0.0.01", NULL, -1},
    {FOUR, "https", "012.0.0.1", NULL, -1},
    {FOUR, "https", "0xa.0.0.1", NULL, -1},
    {FOUR, "https", "0x0a000001", NULL, -1},
    {FOUR, "https", "167772161", NULL, -1},
    {FOUR, "https", "10.0.0.1.", NULL, -1},
    {FOUR, "https", "10.0.0.10", NULL, -1},
    {FOUR, "https", "110.0.0.1", NULL, -1},
    {FOUR, "https", "[::ffff:10.0.0.1]", NULL, -1},
    {FOUR, "https", "[10.0.0.1]", NULL, -1},
    {SIX, "https", "[2001:db8::1]", NULL, 0},
    {SIX, "https", "[2001:db8::1]:443", NULL, 0},
    {SIX, "https", "[2001:db8:0:0:0:0:0:1]", NULL, 0},
    {SIX, "https", "[2001:0db8::0001]", NULL, 0},
    {SIX, "https", "[2001:db8::1]:8443", NULL, -1},
    {SIX, "https", "[2001:db8::1]:", NULL, -1},
    {SIX, "https", "[2001:db8::1]443", NULL, -1},
    {SIX, "https", "[2001:db8::1", NULL, -1},
    {SIX, "https", "2001:db8::1", NULL, -1},
    {SIX, "https", "2001:db8::1]", NULL, -1},
    {SIX, "https", "[2001:DB8::1]", NULL, -1},
    {SIX, "https", "[2001:db8::1%eth0]", NULL, -1},
    {SIX, "https", "[2001:db8::1%25eth0]", NULL, -1},
    {SIX, "https", "[2001:db8::10]", NULL, -1},
    {SIX, "https", "[2001:db8::1].evil.example", NULL, -1},
    {SIX, "https", "user@[2001:db8::1]", NULL, -1},
    {SIX, "https", "[2001:db8::1]]", NULL, -1},
    {SIX, "https", "[[2001:db8::1]", NULL, -1},
    {SIX, "https", "[]", NULL, -1},
    {SIX, "https", "[", NULL, -1},
    /* prefixes end at a segment */
    {PREFIX, "https", G, NULL, -1},
    {PREFIX, "https", G, "", -1},
    {PREFIX, "https", G, "/", -1},
    {PREFIX, "https", G, "mobproc", 9},
    {PREFIX, "https", G, "/mobproc", 9},
    {PREFIX, "https", G, "mobproc/", 9},
    {PREFIX, "https", G, "mobproc/v1", 9},
    {PREFIX, "https", G, "/mobproc/v1/", 9},
    {PREFIX, "https", G ":443", "/mobproc/v1", 9},
    {PREFIX, "https", G ":8443", "/mobproc/v1", -1},
    {PREFIX, "https", "other.example", "/mobproc/v1", -1},
    {PREFIX, "https", G, "mobprocx", -1},
    {PREFIX, "https", G, "mobproc-x/v1", -1},
    {PREFIX, "https", G, "mobproc.git", -1},
    {PREFIX, "https", G, "mobpro", -1},
    {PREFIX, "https", G, "m", -1},
    {PREFIX, "https", G, "x/mobproc/", -1},
    {PREFIX, "https", G, "MobProc/v1", -1},
    {PREFIX, "https", G, "mobproc;x=1/v1", -1},
    {PREFIX, "https", G, "mobproc:/v1", -1},
    {PREFIX, "https", G, "mobproc /v1", -1},
    {PREFIX, "https", G, " mobproc/v1", -1},
    {PREFIX, "https", G, "mobproc/a b", 9},
    {PREFIX, "https", G, "mobproc/\xc3\xa4", 9},
    {PREFIX, "https", G, "mobproc/%c3%a4", 9},
    {PREFIX, "https", G, "mobproc/a%20b", 9},
    {PREFIX, "https", G, "mobproc/..a", 9},
    {PREFIX, "https", G, "mobproc/a..", 9},
    {PREFIX, "https", G, "mobproc/...", 9},
    {PREFIX, "https", G, "mobproc/.git", 9},
    {PREFIX, "https", G, "mobproc/a;b=c", 9},
    {PREFIX, "https", G, "mobproc/a:b@c", 9},
    {PREFIX, "https", G, "%6dobproc/v1", -1},
    {PREFIX, "https", G, "mobproc%2fv1", -1},
    /* what a server could read as another path */
    {PREFIX, "https", G, "//mobproc/v1", -1},
    {PREFIX, "https", G, "mobproc//v1", -1},
    {PREFIX, "https", G, "mobproc/v1//", -1},
    {PREFIX, "https", G, "mobproc/./v1", -1},
    {PREFIX, "https", G, "mobproc/.", -1},
    {PREFIX, "https", G, "./mobproc/v1", -1},
    {PREFIX, "https", G, "mobproc/..", -1},
    {PREFIX, "https", G, "mobproc/../", -1},
    {PREFIX, "https", G, "mobproc/../admin", -1},
    {PREFIX, "https", G, "../mobproc/v1", -1},
    {PREFIX, "https", G, "/../mobproc/v1", -1},
    {PREFIX, "https", G, "x/../mobproc/v1", -1},
    {PREFIX, "https", G, "mobproc/a/../../admin", -1},
    {PREFIX, "https", G, "mobproc/..;/admin", -1},
    {PREFIX, "https", G, "mobproc/..;x=y/admin", -1},
    {PREFIX, "https", G, "mobproc/.;/admin", -1},
    {PREFIX, "https", G, "mobproc/%2e%2e/admin", -1},
    {PREFIX, "https", G, "mobproc/%2E%2E/admin", -1},
    {PREFIX, "https", G, "mobproc/.%2e/admin", -1},
    {PREFIX, "https", G, "mobproc/%2e./admin", -1},
    {PREFIX, "https", G, "mobproc/a%2eb", -1},
    {PREFIX, "https", G, "mobproc/..%2fadmin", -1},
    {PREFIX, "https", G, "mobproc/a%2fb", -1},
    {PREFIX, "https", G, "mobproc/..%5cadmin", -1},
    {PREFIX, "https", G, "mobproc/a%5Cb", -1},
    {PREFIX, "https", G, "mobproc/..\\admin", -1},
    {PREFIX, "https", G, "mobproc\\..\\admin", -1},
    {PREFIX, "https", G, "\\mobproc/v1", -1},
    {PREFIX, "https", G, "mobproc/%252e%252e/admin", -1},
    {PREFIX, "https", G, "mobproc/%25", -1},
    {PREFIX, "https", G, "mobproc/%", -1},
    {PREFIX, "https", G, "mobproc/%2", -1},
    {PREFIX, "https", G, "mobproc/%zz", -1},
    {PREFIX, "https", G, "mobproc/%u002e", -1},
    {PREFIX, "https", G, "mobproc/%00", -1},
    {PREFIX, "https", G, "mobproc/%0a", -1},
    {PREFIX, "https", G, "mobproc/%0d%0aX: y", -1},
    {PREFIX, "https", G, "mobproc/%7f", -1},
    {PREFIX, "https", G, "mobproc/a\nb", -1},
    {PREFIX, "https", G, "mobproc/a\rb", -1},
    {PREFIX, "https", G, "mobproc/a\tb", -1},
    {PREFIX, "https", G, "mobproc/a\x7f", -1},
    {PREFIX, "https", G, "mobproc/\xc0\xae\xc0\xae/admin", -1},
    {PREFIX, "https", G, "mobproc/%c0%ae%c0%ae/admin", -1},
    {PREFIX, "https", G, "mobproc/%e0%80%ae/admin", -1},
    {PREFIX, "https", G, "mobproc/\xff", -1},
    {PREFIX, "https", G, "mobproc/%ff", -1},
    {PREFIX, "https", G, "mobproc/%c3\xa4", 9},
    {PREFIX, "https", G, "mobproc?/../admin", -1},
    {PREFIX, "https", G, "mobproc?", -1},
    {PREFIX, "https", G, "mobproc?/x", -1},
    {PREFIX, "https", G, "mobproc/a?b#c", 9},
    {PREFIX, "https", G, "mobproc/..%3b/admin", -1},
    {PREFIX, "https", G, "mobproc/?/../../admin", -1},
    {PREFIX, "https", G, "mobproc/#/../../admin", -1},
    {PREFIX, "https", G, "mobproc/%3f/../../admin", -1},
    {PREFIX, "https", G, "mobproc/%3f", 9},
    {PREFIX, "https", G, "mobproc/%23", 9},
    {PREFIX, "https", G, "mobproc/%3b", -1},
    /* an odd path on a host that is served whole goes to that host all the same */
    {HOST, "https", G, "../x", 0},
    {HOST, "https", G, "a//b", 0},
    {BOTH, "https", G, "mobproc/../admin", 0},
    {BOTH, "https", G, "mobproc/%2e%2e/admin", 0},
    /* the longest wins */
    {BOTH, "https", G, NULL, 0},
    {BOTH, "https", G, "other", 0},
    {BOTH, "https", G, "mobproc/v1", 9},
    {DEEP, "https", G, NULL, -1},
    {DEEP, "https", G, "mobproc", 9},
    {DEEP, "https", G, "mobproc/v2", 9},
    {DEEP, "https", G, "mobproc/v1", 12},
    {DEEP, "https", G, "mobproc/v1/x", 12},
    {DEEP, "https", G, "mobproc/v11", 9},
    {"https://git.example.com/mobproc/v1/ https://git.example.com/mobproc/", "https", G,
     "mobproc/v1/x", 12},
};

_Static_assert(sizeof(asked) / sizeof(asked[0]) >= 200, "the table lost rows");

TEST(H5_asked_addresses_match_exactly_or_not_at_all)
{
    for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
        struct hosts hosts = {0};
        const char *reason = NULL;
        int got = 0;

        NEED(fill(&hosts, asked[i].hosts, &reason));
        got = hosts_match(&hosts, asked[i].scheme, asked[i].host, asked[i].path);
        if (got != asked[i].expected)
            printf("# row %zu: %s %s %s %s: %d\n", i, asked[i].hosts,
                   asked[i].scheme ? asked[i].scheme : "(null)",
                   asked[i].host ? asked[i].host : "(null)",
                   asked[i].path ? asked[i].path : "(null)", got);
        CHECK(got == asked[i].expected);
        hosts_free(&hosts);
    }
}

TEST(a_path_over_4096_bytes_matches_no_prefix)
{
    struct hosts hosts = {0};
    const char *reason = NULL;
    char path[4098];

    NEED(fill(&hosts, PREFIX, &reason));
    memset(path, 'a', sizeof(path));
    memcpy(path, "mobproc/", 8);
    path[4096] = '\0';
    CHECK(hosts_match(&hosts, "https", G, path) == 9);
    path[4096] = 'a';
    path[4097] = '\0';
    CHECK(hosts_match(&hosts, "https", G, path) == -1);
    hosts_free(&hosts);
}

TEST(two_lists_overlap_in_an_equal_entry_only)
{
    static const struct {
        const char *one;
        const char *other;
        const char *url;
    } rows[] = {
        {"https://a", "https://a/", "https://a/"},
        {"https://x https://a:443/b/", "https://a/b/ https://y", "https://a/b/"},
        {"https://a:8443/b/", "https://a:8443/b/", "https://a:8443/b/"},
        {"https://[::1]", "https://[0::1]", "https://[::1]/"},
        {"https://a", "https://b", NULL},
        {"https://a", "https://a:8443", NULL},
        {"https://a", "https://a/b/", NULL},
        {"https://a/b/", "https://a/b/c/", NULL},
        {"", "https://a", NULL},
        {"", "", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct hosts one = {0};
        struct hosts other = {0};
        const char *reason = NULL;
        char *url = NULL;
        int overlap = 0;

        NEED(fill(&one, rows[i].one, &reason) && fill(&other, rows[i].other, &reason));
        overlap = hosts_overlap(&one, &other, &url);
        CHECK(overlap == (rows[i].url != NULL));
        CHECK(rows[i].url ? url && strcmp(url, rows[i].url) == 0 : !url);
        free(url);
        hosts_free(&one);
        hosts_free(&other);
    }
}

TESTS(T(an_entry_is_normalised), T(an_address_is_listed_once),
      T(H5_asked_addresses_match_exactly_or_not_at_all),
      T(a_path_over_4096_bytes_matches_no_prefix), T(two_lists_overlap_in_an_equal_entry_only))

/* links: broker/hosts.o broker/address.o broker/utf8.o */
/* Addresses as they are configured; broker/hosts.c asks broker/address.c. */
#include "broker/address.h"
#include "broker/hosts.h"

#include "tests/unit/check.h"

#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define L61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define H253 L63 "." L63 "." L63 "." L61

/* Configured addresses. `reason` NULL: accepted. */
static const struct {
    const char *url;
    const char *reason;
} configured[] = {
    {"https://git.example.com", NULL},
    {"https://git.example.com/", NULL},
    {"https://git.example.com:8443", NULL},
    {"https://git.example.com:443/", NULL},
    {"https://git.example.com:1/a/", NULL},
    {"https://git.example.com:65535/a/b/", NULL},
    {"https://git.example.com/mobproc/", NULL},
    {"https://git.example.com/A-z0.9_~!$&'()*+,;=:@/", NULL},
    {"https://git.example.com/..a/", NULL},
    {"https://git.example.com/a../", NULL},
    {"https://git.example.com/.../", NULL},
    {"https://git.example.com/.well-known/", NULL},
    {"https://localhost/", NULL},
    {"https://a/", NULL},
    {"https://1a/", NULL},
    {"https://a1.b2/", NULL},
    {"https://xn--mnchen-3ya.example/", NULL},
    {"https://127.0.0.1/", NULL},
    {"https://10.255.0.1:8443/x/", NULL},
    {"https://[::1]/", NULL},
    {"https://[::1]:8443/x/", NULL},
    {"https://[2001:db8::1]/", NULL},
    {"https://[2001:db8:0:0:0:0:0:1]/", NULL},
    {"https://[::ffff:10.0.0.1]/", NULL},
    {"https://" L63 ".example/", NULL},
    {"https://" H253 "/", NULL},
    {"", "must begin with https://"},
    {"git.example.com", "must begin with https://"},
    {"//git.example.com/", "must begin with https://"},
    {"http://git.example.com/", "must begin with https://"},
    {"HTTPS://git.example.com/", "must begin with https://"},
    {"https:git.example.com/", "must begin with https://"},
    {"https:/git.example.com/", "must begin with https://"},
    {"https:\\\\git.example.com/", "must begin with https://"},
    {"ftp://git.example.com/", "must begin with https://"},
    {"ssh://git.example.com/", "must begin with https://"},
    {"file:///etc/passwd", "must begin with https://"},
    {"https://", "host is missing"},
    {"https:///", "host is missing"},
    {"https:///a/", "host is missing"},
    {"https://:443/", "host is missing"},
    {"https://user@git.example.com/", "user name"},
    {"https://user:word@git.example.com/", "user name"},
    {"https://@git.example.com/", "user name"},
    {"https://git.example.com@evil.example/", "user name"},
    {"https://Git.example.com/", "lower case"},
    {"https://GIT.EXAMPLE.COM/", "lower case"},
    {"https://git.example.com./", "trailing dot"},
    {"https://.git.example.com/", "empty label"},
    {"https://git..example.com/", "empty label"},
    {"https://./", "empty label"},
    {"https://*.example.com/", "only a-z"},
    {"https://git_hub.example.com/", "only a-z"},
    {"https://git%2eexample.com/", "only a-z"},
    {"https://git.example.com%00.evil.example/", "only a-z"},
    {"https://git example.com/", "only a-z"},
    {"https://g\xc3\xaft.example.com/", "only a-z"},
    {"https://git\xe3\x80\x82"
     "example.com/",
     "only a-z"},
    {"https://git.example.com\\evil.example/", "back-slash"},
    {"https://git.example.com\\", "back-slash"},
    {"https://-git.example.com/", "hyphen"},
    {"https://git-.example.com/", "hyphen"},
    {"https://git.example.com-/", "hyphen"},
    {"https://-/", "hyphen"},
    {"https://" L63 "a.example/", "longer than 63"},
    {"https://" H253 "a/", "longer than 253"},
    {"https://127.1/", "IPv4"},
    {"https://127.0.1/", "IPv4"},
    {"https://127.0.0.01/", "IPv4"},
    {"https://0177.0.0.1/", "IPv4"},
    {"https://0x7f.0.0.1/", "IPv4"},
    {"https://0x7f.1/", "IPv4"},
    {"https://0x7f000001/", "IPv4"},
    {"https://0x/", "IPv4"},
    {"https://127.0.0.0x1/", "IPv4"},
    {"https://2130706433/", "IPv4"},
    {"https://256.0.0.1/", "IPv4"},
    {"https://1.2.3.4.5/", "IPv4"},
    {"https://git.example.com.1/", "IPv4"},
    {"https://[]/", "IPv6"},
    {"https://[/", "IPv6"},
    {"https://[::1/", "IPv6"},
    {"https://::1/", "host is missing"},
    {"https://[::1%25eth0]/", "IPv6"},
    {"https://[fe80::1%eth0]/", "IPv6"},
    {"https://[::G]/", "IPv6"},
    {"https://[2001:DB8::1]/", "IPv6"},
    {"https://[1.2.3.4]/", "IPv6"},
    {"https://[git.example.com]/", "IPv6"},
    {"https://[:::]/", "IPv6"},
    {"https://[1:2:3:4:5:6:7:8:9]/", "IPv6"},
    {"https://[v1.a]/", "IPv6"},
    {"https://[::1]x/", "between ']' and the port"},
    {"https://[::1].example.com/", "between ']' and the port"},
    {"https://[::1]x:443/", "between ']' and the port"},
    {"https://x[::1]/", "only a-z"},
    {"https://git.example.com:/", "port"},
    {"https://git.example.com:0/", "port"},
    {"https://git.example.com:0443/", "port"},
    {"https://git.example.com:65536/", "port"},
    {"https://git.example.com:100000/", "port"},
    {"https://git.example.com:4294967739/", "port"},
    {"https://git.example.com:-1/", "port"},
    {"https://git.example.com:+443/", "port"},
    {"https://git.example.com:443:443/", "port"},
    {"https://git.example.com:https/", "port"},
    {"https://git.example.com:44 3/", "port"},
    {"https://git.example.com/a", "end with a slash"},
    {"https://git.example.com/a/b.git", "end with a slash"},
    {"https://git.example.com//", "empty segment"},
    {"https://git.example.com//a/", "empty segment"},
    {"https://git.example.com/a//b/", "empty segment"},
    {"https://git.example.com/./", "dots"},
    {"https://git.example.com/../", "dots"},
    {"https://git.example.com/..", "dots"},
    {"https://git.example.com/a/../b/", "dots"},
    {"https://git.example.com/a/..;x/b/", "dots"},
    {"https://git.example.com/a/.;/b/", "dots"},
    {"https://git.example.com/a/?", "may hold only"},
    {"https://git.example.com/a/?b=c/", "may hold only"},
    {"https://git.example.com/a/#b/", "may hold only"},
    {"https://git.example.com?a", "query"},
    {"https://git.example.com#a", "query"},
    {"https://git.example.com/%61/", "may hold only"},
    {"https://git.example.com/%2e%2e/", "may hold only"},
    {"https://git.example.com/a\\b/", "may hold only"},
    {"https://git.example.com/a b/", "may hold only"},
    {"https://git.example.com/a\tb/", "may hold only"},
    {"https://git.example.com/\xc3\xa4/", "may hold only"},
    {"https://git.example.com/a\"/", "may hold only"},
};

TEST(configured_addresses_are_read_strictly)
{
    for (size_t i = 0; i < sizeof(configured) / sizeof(configured[0]); i++) {
        struct hosts hosts = {0};
        const char *reason = NULL;
        enum mp_err err = hosts_add(&hosts, configured[i].url, &reason);
        int fits = configured[i].reason ? err == MP_CONFIGURATION && hosts.count == 0 && reason &&
                                              strstr(reason, configured[i].reason)
                                        : err == MP_OK && hosts.count == 1;

        if (!fits)
            printf("# %s: %d %s\n", configured[i].url, (int)err, reason ? reason : "");
        CHECK(fits);
        hosts_free(&hosts);
    }
}

TEST(the_parts_are_told)
{
    struct address address = {0};
    const char *reason = NULL;

    CHECK(address_read(&address, "https://a.example:8443/b/c", "https", 443, &reason) == MP_OK);
    CHECK(strcmp(address.host, "a.example") == 0 && address.port == 8443);
    CHECK(strcmp(address.path, "/b/c") == 0);
    CHECK(address_read(&address, "http://127.0.0.1", "http", 80, &reason) == MP_OK);
    CHECK(strcmp(address.host, "127.0.0.1") == 0 && address.port == 80);
    CHECK(strcmp(address.path, "") == 0);
    CHECK(address_read(&address, "https://a", "http", 80, &reason) == MP_CONFIGURATION);
}

TEST(a_host_is_read_within_its_length)
{
    struct address address = {0};
    const char *reason = NULL;

    CHECK(address_read_host(&address, "a.b:12345", 6, 443, &reason) == MP_OK);
    CHECK(strcmp(address.host, "a.b") == 0 && address.port == 12);
    CHECK(address_read_host(&address, "a.b:1", 3, 443, &reason) == MP_OK && address.port == 443);
    CHECK(address_read_host(&address, "", 0, 443, &reason) == MP_CONFIGURATION);
    CHECK(address_read_host(&address, "a\0b", 3, 443, &reason) == MP_CONFIGURATION);
    CHECK(address_read_host(&address, "[::1]", 4, 443, &reason) == MP_CONFIGURATION);
}

TEST(a_server_is_a_host_and_always_a_port)
{
    static const struct {
        const char *url;
        const char *server; /* "": refused */
    } rows[] = {
        {"https://a.example/t", "a.example:443"},
        {"https://a.example:443", "a.example:443"},
        {"https://a.example:8443/t", "a.example:8443"},
        {"http://127.0.0.1/t", "127.0.0.1:80"},
        {"http://127.0.0.1:81/", "127.0.0.1:81"},
        {"https://[0:0::1]/t", "[::1]:443"},
        {"https://" H253 ":65535/", H253 ":65535"},
        {"https://u@a.example/t", ""},
        {"https://a.example/?q", ""},
        {"ftp://a.example/", ""},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char server[ADDRESS_SERVER_SIZE] = "x";

        CHECK(address_server(rows[i].url, server) ==
              (rows[i].server[0] ? MP_OK : MP_CONFIGURATION));
        CHECK(strcmp(server, rows[i].server) == 0);
    }
}

TESTS(T(a_server_is_a_host_and_always_a_port), T(configured_addresses_are_read_strictly),
      T(the_parts_are_told), T(a_host_is_read_within_its_length))

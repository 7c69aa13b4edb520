/* links: broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o broker/hosts.o broker/address.o */
/* Each key, both ways. */
#include "tests/unit/config_case.h"

#define PIN_A "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define PIN_B "sha256//+/09azAZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

TEST(every_key_of_an_account_changes_its_field)
{
    struct config *config = right("[account 0]\n"
                                  "token_endpoint = https://[::1]:8443/oauth/token\n"
                                  "client_id = a b=c#d;e\n"
                                  "client_secret = credential:client-secret\n"
                                  "client_auth = basic_raw\n"
                                  "scope = one two:three\n"
                                  "tenant = T 1\n"
                                  "source_system = rivermine\n"
                                  "allow_users = alice @staff @Domain_Users \t bob.b-c_1\n"
                                  "hosts = https://a \t https://b:8443/c/\n"
                                  "ca = /etc/ssl/my ca.pem\n"
                                  "ca_fingerprint = " PIN_A " \t" PIN_B "\n"
                                  "client_certificate = /etc/c.pem\n"
                                  "client_key = sealed:k\n"
                                  "proxy = https://[::1]:3128\n"
                                  "proxy_credentials = credential:p\n"
                                  "connect_timeout = 60\n"
                                  "timeout = 120\n"
                                  "refresh_margin = 0\n"
                                  "default_lifetime = 86400\n"
                                  "introspection_endpoint = https://[0::1]:8443/introspect\n"
                                  "revocation_endpoint = https://[::1]:8443/revoke\n"
                                  "authorization_endpoint = https://[::1]:8443/authorize\n"
                                  "browser_flow = implicit\n"
                                  "redirect_port = 65535\n"
                                  "validate = introspect\n"
                                  "require_tenant = T 2\n"
                                  "require_platform = command\n"
                                  "require_identity_provider = pcv edge\n"
                                  "require_identifier = %u@x%%%r%%\n"
                                  "require_scope = one three\n"
                                  "account_without_login = deny\n"
                                  "[account 1]\n"
                                  "token_endpoint = http://127.0.0.1:8080/token https://a/t\n"
                                  "insecure_loopback = yes\n"
                                  "client_auth = none\n"
                                  "client_id = x\n"
                                  "connect_timeout = 1\n"
                                  "timeout = 2\n"
                                  "refresh_margin = 3600\n"
                                  "default_lifetime = 1\n"
                                  "username = command://svc a\n"
                                  "password = sealed:p.1\n"
                                  "validate = url\n"
                                  "validate_url = http://127.0.0.1:81\n"
                                  "account_without_login = allow\n"
                                  "accept_unvalidated = no\n");
    const struct config_account *one = config_account(config, "0");
    const struct config_account *other = config_account(config, "1");

    NEED(one && other);
    CHECK(strcmp(one->home, "https://[::1]:8443/oauth/token") == 0);
    CHECK(strcmp(one->client_id, "a b=c#d;e") == 0);
    CHECK(strcmp(one->ca_fingerprint, PIN_A ";" PIN_B) == 0);
    CHECK(strcmp(one->client_certificate, "/etc/c.pem") == 0);
    CHECK(one->client_key.kind == CONFIG_SECRET_SEALED && strcmp(one->client_key.value, "k") == 0);
    CHECK(strcmp(one->proxy, "https://[::1]:3128") == 0);
    CHECK(one->proxy_credentials.kind == CONFIG_SECRET_CREDENTIAL);
    CHECK(strcmp(other->token_endpoints[1], "https://a/t") == 0 && !other->token_endpoints[2]);
    CHECK(one->client_secret.kind == CONFIG_SECRET_CREDENTIAL);
    CHECK(strcmp(one->client_secret.value, "client-secret") == 0);
    CHECK(one->client_auth == PROTO_AUTH_BASIC_RAW);
    CHECK(strcmp(one->scope, "one two:three") == 0 && strcmp(one->tenant, "T 1") == 0);
    CHECK(strcmp(one->source_system, "rivermine") == 0);
    CHECK(strcmp(one->allow_users[0], "alice") == 0 && strcmp(one->allow_users[1], "@staff") == 0);
    CHECK(strcmp(one->allow_users[2], "@Domain_Users") == 0);
    CHECK(strcmp(one->allow_users[3], "bob.b-c_1") == 0 && !one->allow_users[4]);
    CHECK(one->hosts.count == 2 && one->hosts.entries[1].port == 8443);
    CHECK(strcmp(one->ca, "/etc/ssl/my ca.pem") == 0);
    CHECK(one->connect_timeout_ms == 60000 && one->timeout_ms == 120000);
    CHECK(strcmp(one->introspection_endpoint, "https://[0::1]:8443/introspect") == 0);
    CHECK(strcmp(one->revocation_endpoint, "https://[::1]:8443/revoke") == 0);
    CHECK(strcmp(one->authorization_endpoint, "https://[::1]:8443/authorize") == 0);
    CHECK(one->is_implicit == 1 && one->redirect_port == 65535);
    CHECK(!other->authorization_endpoint && !other->is_implicit && !other->redirect_port);
    CHECK(one->validate == PROTO_VALIDATE_INTROSPECT && !one->validate_url);
    CHECK(strcmp(one->require_tenant, "T 2") == 0);
    CHECK(strcmp(one->require_platform, "command") == 0);
    CHECK(strcmp(one->require_identity_provider, "pcv edge") == 0);
    CHECK(strcmp(one->require_identifier, "%u@x%%%r%%") == 0);
    CHECK(strcmp(one->require_scope, "one three") == 0);
    CHECK(one->deny_without_login == 1 && !one->user_map && !config_is_service(one));
    CHECK(!one->username && one->password.kind == CONFIG_SECRET_NONE);
    CHECK(other->validate == PROTO_VALIDATE_URL && !other->deny_without_login);
    CHECK(strcmp(other->validate_url, "http://127.0.0.1:81/") == 0);
    CHECK(strcmp(other->username, "command://svc a") == 0 && config_is_service(other));
    CHECK(other->password.kind == CONFIG_SECRET_SEALED);
    CHECK(strcmp(other->password.value, "p.1") == 0 && !other->accept_unvalidated);
    CHECK(!other->introspection_endpoint && !other->revocation_endpoint);
    CHECK(!other->require_tenant && !other->require_platform && !other->require_identifier);
    CHECK(!other->require_identity_provider && !other->require_scope);
    CHECK(one->refresh_margin_s == 0 && one->default_lifetime_s == 86400);
    CHECK(!one->insecure_loopback && other->insecure_loopback == 1);
    CHECK(strcmp(other->home, "http://127.0.0.1:8080/token") == 0);
    CHECK(other->client_auth == PROTO_AUTH_NONE && other->client_secret.kind == CONFIG_SECRET_NONE);
    CHECK(!other->source_system && other->connect_timeout_ms == 1000 && other->timeout_ms == 2000);
    CHECK(other->refresh_margin_s == 3600 && other->default_lifetime_s == 1);
    config_free(&config);
}

/* Values refused, in the fifth line of an account or the second of [mobproc]. */
static const struct {
    const char *key;
    const char *values[16];
    const char *reason;
} refused[] = {
    {"minimum_uid",
     {"0", "-1", "+5", "05", "5x", "x", "0x10", "1e3", "1 000", "1,000", "5.0", "4294967294",
      "4294967295", "99999999999999999999", "\xd9\xa1"},
     "must be a decimal number from 1 to 4294967293"},
    {"maximum_uid",
     {"0", "4294967294", "-2", "5 x"},
     "must be a decimal number from 1 to 4294967293"},
    {"guard_failures",
     {"0", "17", "-1", "two", "2 # tries"},
     "must be a decimal number from 1 to 16"},
    {"guard_window",
     {"0", "3601", "60s", "60 s", "1m"},
     "must be a decimal number of seconds from 1 to 3600"},
    {"forget",
     {"always", "Never", "last_session", "never ever", "0"},
     "must be never or last-session"},
    {"login_account",
     {"A", "a b", "-a", ".a", "../a", "a/b", "[a]", "\xc3\xa4",
      "a2345678901234567890123456789012345678901234567890123456789012345"},
     "must be the name of an account: [a-z0-9][a-z0-9._-]{0,63}"},
    {"environment",
     {"prod", "Production", "test", "production,qa", "production qa"},
     "must be production or qa"},
    {"client_auth",
     {"post", "BODY", "basic-raw", "mtls"},
     "must be body, basic, basic_raw, none or tls"},
    {"source_system",
     {"Command", "command://", "tangoe"},
     "must be command, rivermine or platform"},
    {"insecure_loopback", {"true", "1", "on", "YES", "nope"}, "must be yes or no"},
    {"connect_timeout",
     {"0", "61", "-1", "5s", "0.5"},
     "must be a decimal number of seconds from 1 to 60"},
    {"timeout", {"1", "121", "x"}, "must be a decimal number of seconds from 2 to 120"},
    {"refresh_margin", {"-1", "3601", "1h"}, "must be a decimal number of seconds from 0 to 3600"},
    {"default_lifetime",
     {"0", "86401", "1d"},
     "must be a decimal number of seconds from 1 to 86400"},
    {"client_id", {"t\xc3\xa4", "a\xe2\x80\x8b"}, "may hold printable ASCII characters only"},
    {"tenant", {"t\xc3\xa4", "a\tb"}, "may hold printable ASCII characters only"},
    {"scope",
     {"a  b", "a\"b", "a\\b"},
     "must be words with one blank between them, without \" and \\ (RFC 6749 section 3.3)"},
    {"scope", {"\xc3\xa4", "a\tb"}, "may hold printable ASCII characters only"},
    {"ca", {"ca.pem", "./ca.pem", "~/ca.pem"}, "must be an absolute path"},
    {"ca",
     {"/", "/etc/", "//etc", "/a//b", "/a/./b", "/a/../b", "/a/.", "/a/..", "/..", "/."},
     "must be a path without '//', '/./', '/../' or a final slash"},
    {"token_endpoint",
     {"oauth.example/token", "ftp://oauth.example/token", "HTTPS://oauth.example/token",
      "http://oauth.example/token", "http://127.0.0.2/token", "http://127.0.0.1.evil.example/t",
      "http://localhost/token", "http://[::1]/token", "https:oauth.example/t"},
     "it must begin with https://"},
    {"token_endpoint",
     {"https://oauth.example", "https://oauth.example:8443"},
     "the path is missing: https://host/path"},
    {"token_endpoint",
     {"https://user:hunter2@oauth.example/token", "https://a@b/t",
      "http://127.0.0.1@evil.example/t"},
     "a user name before the host is refused"},
    {"token_endpoint",
     {"https://oauth.example?a=b", "https://oauth.example#a", "https://oauth.example\\token"},
     "a query, fragment or back-slash is refused"},
    {"token_endpoint",
     {"https://o/t?a=b", "https://o/t#a", "https://o/%74", "https://o/t\xc3\xa4", "https://o/a\\b"},
     "the path may hold only letters, digits and -._~!$&'()*+,;=:@ (no query, fragment or "
     "percent-encoding)"},
    {"token_endpoint",
     {"https://o/a/../t", "https://o/./t", "https://o/.."},
     "the path has a segment of dots"},
    {"token_endpoint", {"https://o//t"}, "the path has an empty segment"},
    {"token_endpoint", {"https://o/a b", "https://o/t http://p/t"}, "it must begin with https://"},
    {"token_endpoint", {"https://o/t https://o/t"}, "the same address stands there twice"},
    {"token_endpoint",
     {"https://o/1 https://o/2 https://o/3 https://o/4 https://o/5 https://o/6 https://o/7 "
      "https://o/8 https://o/9"},
     "there are more than 8"},
    {"ca_fingerprint",
     {"sha256//", "AA:BB", "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "sha1//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=;x", "/etc/pin.pem"},
     "must be sha256// and the 44 base64 characters*"},
    {"issuer",
     {"http://127.0.0.1", "http://o", "o.example", "file:///etc/passwd"},
     "it must begin with https://"},
    {"issuer", {"https://\xc3\xb6.example", "https://xn--\xc3\xb6"}, "the host may hold only*"},
    {"issuer", {"https://o?x", "https://o#x"}, "a query, fragment or back-slash is refused"},
    {"client_certificate", {"c.pem", "file:/c.pem"}, "must be an absolute path"},
    {"client_key", {"/etc/k.pem", "-----BEGIN"}, "a secret does not belong into this file*"},
    {"proxy",
     {"proxy:3128", "socks5://p:1", "//p:1", "http://p", "http://p:1/", "https://p:1/x"},
     "must be http://host:port or https://host:port"},
    {"proxy",
     {"http://u:hunter2@p:1", "https://u@p:1"},
     "a name and a password belong into proxy_credentials"},
    {"proxy", {"http://P:1"}, "the host must be in lower case"},
    {"proxy", {"http://p:0"}, "the port must be a number from 1 to 65535"},
    {"proxy_credentials", {"user:hunter2"}, "a secret does not belong into this file*"},
    {"token_endpoint", {"https://O/t"}, "the host must be in lower case"},
    {"token_endpoint", {"https://o./t"}, "the host has an empty label or a trailing dot"},
    {"token_endpoint",
     {"https://\xc3\xb6/t", "https://a_b/t"},
     "the host may hold only a-z, 0-9, hyphens and dots"},
    {"token_endpoint",
     {"https://o:0/t", "https://o:65536/t", "https://o:/t"},
     "the port must be a number from 1 to 65535"},
    {"hosts", {"http://a/"}, "address 1: it must begin with https://"},
    {"hosts",
     {"https://a https://b,https://c"},
     "address 2: the host may hold only a-z, 0-9, hyphens and dots"},
    {"hosts", {"https://a https://a:443/"}, "address 2: it is listed twice"},
    {"hosts", {"https://a/b"}, "address 1: the path prefix must end with a slash"},
    {"hosts", {"https://user:hunter2@a/"}, "address 1: a user name before the host is refused"},
    {"client_secret", {"file:s", "file:", "file:./s", "file://etc"}, "*"},
    {"client_secret",
     {"credential:", "credential:a/b", "credential:../a", "credential:."},
     "after credential: must be a plain file name"},
    {"client_secret",
     {"hunter2", "/etc/secret", "File:/s", "Sealed:a", "env:A", "file", "\"hunter2\""},
     "a secret does not belong into this file: write it to a file of mode 0640 or stricter and say "
     "file:/absolute/path, credential:NAME or sealed:NAME"},
    {"client_secret",
     {"sealed:", "sealed:A", "sealed:../a", "sealed:a/b", "sealed:.a", "sealed:a b",
      "sealed:a2345678901234567890123456789012345678901234567890123456789012345"},
     "after sealed: must be a name: [a-z0-9][a-z0-9._-]{0,63}"},
    {"password", {"hunter2"}, "a secret does not belong into this file*"},
    {"password", {"sealed:", "sealed:A"}, "after sealed: must be a name*"},
    {"password", {"file:s"}, "must be an absolute path"},
    {"username", {"\xc3\xa4"}, "may hold printable ASCII characters only"},
    {"validate",
     {"on", "bearer", "Off", "introspection", "yes", "validate_bearer,off"},
     "must be validate_bearer, introspect, url or off"},
    {"accept_unvalidated", {"true", "Yes", "1"}, "must be yes or no"},
    {"account_without_login", {"yes", "Deny", "ignore"}, "must be allow or deny"},
    {"user_map", {"users", "./users", "~/users"}, "must be an absolute path"},
    {"user_map", {"/etc/../users"}, "must be a path without*"},
    {"require_tenant", {"t\xc3\xa4", "a\tb"}, "may hold printable ASCII characters only"},
    {"require_platform", {"t\xc3\xa4"}, "may hold printable ASCII characters only"},
    {"require_identity_provider", {"t\xc3\xa4"}, "may hold printable ASCII characters only"},
    {"require_identifier", {"t\xc3\xa4"}, "may hold printable ASCII characters only"},
    {"require_identifier",
     {"%", "%%%", "%x", "%U", "100%", "%n%s", "%%%x", "%u%", "% u", "%*u", "%%%%%"},
     "after a percent sign stands u (the local name), r (the remote name) or another percent "
     "sign"},
    {"require_scope",
     {"a  b", "a\"b", "a\\b"},
     "must be words with one blank between them, without \" and \\ (RFC 6749 section 3.3)"},
    {"introspection_endpoint",
     {"ftp://o/t", "http://o/t", "o/t", "http://127.0.0.1.evil.example/t"},
     "it must begin with https://"},
    {"introspection_endpoint", {"https://o"}, "the path is missing: https://host/path"},
    {"revocation_endpoint", {"http://o/t", "http://localhost/t"}, "it must begin with https://"},
    {"revocation_endpoint", {"https://o"}, "the path is missing: https://host/path"},
    {"authorization_endpoint", {"http://o/t", "o/t"}, "it must begin with https://"},
    {"authorization_endpoint", {"https://o/a?prompt=login"}, "the path may hold only*"},
    {"browser_flow", {"Code", "token", "device", "yes"}, "must be code or implicit"},
    {"redirect_port", {"-1", "65536", "08750", "any"}, "must be a decimal number from 0 to 65535"},
    {"validate_url",
     {"http://tngo-prod-oauth-ping-validator.cloudhub.io", "http://localhost/",
      "http://127.0.0.1.evil.example/"},
     "it must begin with https://"},
    {"validate_url", {"https://v?access_token="}, "a query, fragment or back-slash is refused"},
    {"validate_url", {"https://v/?access_token="}, "the path may hold only*"},
    {"validate_url", {"https://u@v/"}, "a user name before the host is refused"},
    {"allow_users", {"* alice", "alice *", "* *"}, "'*' means everybody: it stands alone"},
    {"allow_users", {"alice, bob"}, "'alice,' is neither a local user name*"},
    {"allow_users", {"Alice"}, "'Alice' is neither a local user name*"},
    {"allow_users", {"alice -x"}, "'-x' is neither a local user name*"},
    {"allow_users", {"@"}, "'@' is neither a local user name*"},
    {"allow_users", {"@@staff"}, "'@@staff' is neither a local user name*"},
    {"allow_users", {"@-x"}, "'@-x' is neither a local user name*"},
    {"allow_users", {"a:b"}, "'a:b' is neither a local user name*"},
    {"allow_users", {"command://a"}, "'command://a' is neither a local user name*"},
    {"allow_users", {"**"}, "'**' is neither a local user name*"},
    {"allow_users", {"al*"}, "'al*' is neither a local user name*"},
    {"allow_users", {"%staff"}, "'%staff' is neither a local user name*"},
    {"allow_users", {"!a"}, "'!a' is neither a local user name*"},
    {"allow_users", {"*bypass*"}, "'*bypass*' is neither a local user name*"},
    {"allow_users", {"\xc3\xa4"}, "'\\xc3\\xa4' is neither a local user name*"},
    {"allow_users", {"#a"}, "'#a' is neither a local user name*"},
};

TEST(every_key_refuses_nonsense_with_its_line_and_name)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        for (const char *const *value = refused[i].values; *value; value++) {
            char text[1024];
            char wanted[1024];

            row_text(text, sizeof(text), refused[i].key, *value);
            snprintf(wanted, sizeof(wanted), "5: %s: %s\n", refused[i].key, refused[i].reason);
            CHECK(wrong(text, wanted));
            CHECK(!strstr(told, "hunter2"));
        }
    }
}

TEST(every_key_refuses_an_empty_value_and_a_second_one)
{
    static const struct {
        const char *key;
        const char *value;
    } rows[] = {
        {"login_account", "a"},
        {"minimum_uid", "1000"},
        {"maximum_uid", "2000"},
        {"guard_failures", "2"},
        {"guard_window", "60"},
        {"forget", "never"},
        {"environment", "qa"},
        {"token_endpoint", "https://a/t"},
        {"issuer", "https://a"},
        {"insecure_loopback", "no"},
        {"client_id", "x"},
        {"client_secret", "file:/s"},
        {"client_auth", "body"},
        {"scope", "x"},
        {"tenant", "x"},
        {"source_system", "command"},
        {"allow_users", "x"},
        {"hosts", "https://a"},
        {"introspection_endpoint", "https://oauthqa.tangoe.com/i"},
        {"revocation_endpoint", "https://oauthqa.tangoe.com/r"},
        {"authorization_endpoint", "https://oauthqa.tangoe.com/a"},
        {"browser_flow", "implicit"},
        {"redirect_port", "8750"},
        {"user_map", "/dev/null/none"},
        {"username", "x"},
        {"password", "file:/s"},
        {"validate", "introspect"},
        {"validate_url", "https://v"},
        {"accept_unvalidated", "yes"},
        {"require_tenant", "x"},
        {"require_platform", "x"},
        {"require_identity_provider", "x"},
        {"require_identifier", "x"},
        {"require_scope", "x"},
        {"account_without_login", "deny"},
        {"ca", "/ca"},
        {"ca_fingerprint", "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {"client_certificate", "/c"},
        {"client_key", "file:/k"},
        {"proxy", "https://p:1"},
        {"proxy_credentials", "sealed:p"},
        {"connect_timeout", "5"},
        {"timeout", "10"},
        {"refresh_margin", "60"},
        {"default_lifetime", "300"},
    };

    snprintf(map_path, sizeof(map_path), "/dev/null/none");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char value[256];
        char text[1024];
        char wanted[1024];

        row_text(text, sizeof(text), rows[i].key, "");
        snprintf(wanted, sizeof(wanted), "5: %s: the value is empty\n", rows[i].key);
        CHECK(wrong(text, wanted));
        snprintf(value, sizeof(value), "%s\n%s = %s\n", rows[i].value, rows[i].key, rows[i].value);
        row_text(text, sizeof(text), rows[i].key, value);
        snprintf(wanted, sizeof(wanted), "6: %s: is set twice (the first: line 5)\n%s", rows[i].key,
                 strcmp(rows[i].key, "login_account") == 0 ? "8: [account a] lacks*\n"
                 : strcmp(rows[i].key, "user_map") == 0    ? "MAP:0: Not a directory\n"
                                                           : "");
        CHECK(wrong(text, wanted));
    }
}

TEST(values_have_the_length_that_messages_can_carry)
{
    static const struct {
        const char *key;
        size_t most;
    } rows[] = {
        {"client_id", 1024},
        {"tenant", 255}, /* or no claim could equal it */
        {"scope", 1024},
        {"username", 1024},
        {"require_scope", 1024},
        {"require_tenant", 255},
        {"require_platform", 255},
        {"require_identity_provider", 255},
        {"require_identifier", 255},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char value[1026];
        char text[1400];
        char wanted[100];
        struct config *config = NULL;

        memset(value, 'a', sizeof(value));
        value[rows[i].most] = '\0';
        row_text(text, sizeof(text), rows[i].key, value);
        config = right(text);
        config_free(&config);
        value[rows[i].most] = 'a';
        value[rows[i].most + 1] = '\0';
        row_text(text, sizeof(text), rows[i].key, value);
        snprintf(wanted, sizeof(wanted), "5: %s: is longer than %zu bytes\n", rows[i].key,
                 rows[i].most);
        CHECK(wrong(text, wanted));
    }
}

TESTS(T(every_key_of_an_account_changes_its_field),
      T(every_key_refuses_nonsense_with_its_line_and_name),
      T(every_key_refuses_an_empty_value_and_a_second_one),
      T(values_have_the_length_that_messages_can_carry))

/* links: broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o broker/hosts.o broker/address.o */
/* Keys that belong together or exclude each other, and how much they hold. */
#include "tests/unit/config_case.h"

#include "lib/proto.h"

#define PIN "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

/* An account that is right but for one key of that many bytes, made of pieces and then filled up.
 */
static int is_refused_as_too_long(const char *key, const char *piece, const char *filling,
                                  size_t length)
{
    char text[3 * PROTO_MAX_TEXT];
    size_t used = (size_t)snprintf(text, sizeof(text), ACCOUNT "%s = %s", key, piece);
    size_t end = used + length - strlen(piece);

    while (used < end)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", filling);
    snprintf(text + used, sizeof(text) - used, "\n");
    return wrong(text, strcmp(key, "proxy") == 0 ? "5: proxy: is too long\n"
                                                 : "5: ca_fingerprint: is too long\n");
}

TEST(what_cannot_be_said_to_a_courier_is_refused)
{
    CHECK(is_refused_as_too_long("proxy", "http://p", "p", PROTO_MAX_TEXT + 1));
    CHECK(is_refused_as_too_long("ca_fingerprint", PIN, " " PIN, PROTO_MAX_TEXT + 60));
}

TEST(a_certificate_has_a_key_and_a_key_a_certificate)
{
    CHECK(wrong(ACCOUNT "client_certificate = /c\n", "5: client_certificate: needs client_key\n"));
    CHECK(wrong(ACCOUNT "client_key = file:/k\n", "5: client_key: needs client_certificate\n"));
}

TEST(credentials_for_a_proxy_need_one)
{
    CHECK(wrong(ACCOUNT "proxy_credentials = file:/p\n", "5: proxy_credentials: needs proxy\n"));
}

TEST(who_is_known_by_a_certificate_has_one)
{
    CHECK(wrong("[account a]\nenvironment = qa\nclient_id = id\nclient_auth = tls\n",
                "4: client_auth = tls needs client_certificate\n"));
}

TEST(a_plain_endpoint_on_this_machine_has_neither_tls_nor_a_proxy)
{
    static const char text[] = "[account a]\n"
                               "token_endpoint = http://127.0.0.1:8080/token\n"
                               "insecure_loopback = yes\n"
                               "client_id = id\n"
                               "client_secret = file:/s\n"
                               "ca_fingerprint = " PIN "\n"
                               "client_certificate = /c\n"
                               "client_key = file:/k\n"
                               "proxy = http://p:1\n";
    static const char *const told_of =
        "6: ca_fingerprint: has no meaning for a token endpoint at http://127.0.0.1\n"
        "7: client_certificate: has no meaning for a token endpoint at http://127.0.0.1\n"
        "9: proxy: has no meaning for a token endpoint at http://127.0.0.1\n";

    CHECK(wrong(text, told_of));
}

TESTS(T(what_cannot_be_said_to_a_courier_is_refused),
      T(a_certificate_has_a_key_and_a_key_a_certificate), T(credentials_for_a_proxy_need_one),
      T(who_is_known_by_a_certificate_has_one),
      T(a_plain_endpoint_on_this_machine_has_neither_tls_nor_a_proxy))

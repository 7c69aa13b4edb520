/* links: broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o broker/hosts.o broker/address.o */
/* What the keys of endpoints, validation, policy and service accounts mean together. */
#include "broker/sealed.h"
#include "tests/unit/config_case.h"

#define OFF_TENANT                                                                                \
    "require_tenant (from tenant) cannot be checked with validate = off: validate the token, or " \
    "say accept_unvalidated = yes to let everybody in whose password is right, whatever the "     \
    "tenant\n"
#define SERVICE ACCOUNT "username = svc\npassword = file:/p\n" /* the next line is 7 */
#define ELSEWHERE                                   \
    "[account a]\n"                                 \
    "token_endpoint = https://ping.example:444/t\n" \
    "client_id = id\n"                              \
    "client_secret = file:/s\n"

static int same(const char *one, const char *other)
{
    return one && other && strcmp(one, other) == 0;
}

/* --- endpoints --- */

TEST(an_environment_fills_in_the_endpoints_beside_the_token_endpoint)
{
    static const struct {
        const char *environment;
        const char *introspect;
        const char *revoke;
    } rows[] = {
        {"production", "https://oauth.tangoe.com/as/introspect.oauth2",
         "https://oauth.tangoe.com/as/revoke_token.oauth2"},
        {"qa", "https://oauthqa.tangoe.com/as/introspect.oauth2",
         "https://oauthqa.tangoe.com/as/revoke_token.oauth2"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[200];
        struct config *config = NULL;

        snprintf(text, sizeof(text),
                 "[account a]\nenvironment = %s\nclient_id = x\nclient_auth = none\n",
                 rows[i].environment);
        config = right(text);
        CHECK(same(config->accounts[0].introspection_endpoint, rows[i].introspect));
        CHECK(same(config->accounts[0].revocation_endpoint, rows[i].revoke));
        CHECK(!config->accounts[0].validate_url);
        config_free(&config);
    }
}

TEST(a_written_endpoint_wins_over_the_environment)
{
    struct config *config =
        right(ACCOUNT "introspection_endpoint = https://oauthqa.tangoe.com/i\n"
                      "revocation_endpoint = https://oauthqa.tangoe.com:443/r\n");

    CHECK(same(config->accounts[0].introspection_endpoint, "https://oauthqa.tangoe.com/i"));
    CHECK(same(config->accounts[0].revocation_endpoint, "https://oauthqa.tangoe.com:443/r"));
    config_free(&config);
}

TEST(a_token_endpoint_fills_in_nothing)
{
    struct config *config = right(ELSEWHERE);

    CHECK(!config->accounts[0].introspection_endpoint);
    CHECK(!config->accounts[0].revocation_endpoint);
    config_free(&config);
}

#define ISSUER "[account a]\nclient_id = x\nclient_auth = none\nissuer = https://ping.example\n"

TEST(an_issuer_stands_for_endpoints_on_its_own_server)
{
    struct config *config = right(ISSUER "validate = introspect\nbrowser_flow = code\n");
    char servers[CONFIG_SERVERS_SIZE];

    CHECK(same(config->accounts[0].home, "https://ping.example"));
    CHECK(!config->accounts[0].token_endpoints && !config->accounts[0].introspection_endpoint);
    CHECK(config_servers(&config->accounts[0], CONFIG_CLIENT_SECRET, servers) == MP_OK);
    CHECK(same(servers, "ping.example:443"));
    config_free(&config);
    config = right(ISSUER "token_endpoint = https://ping.example:443/t\n");
    CHECK(same(config->accounts[0].home, "https://ping.example:443/t"));
    config_free(&config);
    CHECK(wrong(ISSUER "token_endpoint = https://ping.example:444/t\n",
                "4: issuer: https://ping.example is not on the server of the token endpoint*\n"));
    CHECK(wrong(ISSUER "revocation_endpoint = https://other.example/t\n",
                "5: revocation_endpoint: https://other.example/t is not on the server*\n"));
    CHECK(wrong(ISSUER "environment = qa\n",
                "5: environment and issuer exclude each other (line 4)\n"
                "4: issuer: https://ping.example is not on the server of the token endpoint*\n"));
}

TEST(one_account_never_mixes_the_environments)
{
    static const char mixed[] = "[account a]\nclient_id = x\nclient_auth = none\n"
                                "token_endpoint = https://oauth.tangoe.com/t "
                                "https://oauthqa.tangoe.com:8443/t\n";
    static const char validator[] = "[account a]\nclient_id = x\nclient_auth = none\n"
                                    "environment = qa\nvalidate = url\nvalidate_url = "
                                    "https://tngo-prod-oauth-ping-validator.cloudhub.io\n";

    CHECK(wrong(mixed, "4: token_endpoint: https://oauthqa.tangoe.com:8443/t is of Tangoe's "
                       "environment qa, and this account is of production: what one issued does "
                       "not go to the other\n"));
    CHECK(wrong(validator, "6: validate_url: "
                           "https://tngo-prod-oauth-ping-validator.cloudhub.io/ is of Tangoe's "
                           "environment production, and this account is of qa*\n"));
}

TEST(credentials_go_to_the_server_of_the_token_endpoint_only)
{
    static const char *const keys[] = {"introspection_endpoint", "revocation_endpoint"};
    static const char *const others[] = {
        "https://ping.example/i",      "https://ping.example:443/i", "https://ping.exampl:444/i",
        "https://a.ping.example:444/", "https://oauth.tangoe.com/i",
    };

    for (size_t k = 0; k < 2; k++) {
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
            char text[300];
            char wanted[400];

            snprintf(text, sizeof(text), ELSEWHERE "%s = %s\n", keys[k], others[i]);
            snprintf(wanted, sizeof(wanted),
                     "5: %s: %s is not on the server of the token endpoint, "
                     "https://ping.example:444/t: scheme, host and port must be the same, because "
                     "the client's secret is sent there\n",
                     keys[k], others[i]);
            CHECK(wrong(text, wanted));
        }
    }
    CHECK(
        wrong(ACCOUNT "revocation_endpoint = https://oauth.tangoe.com/as/revoke_token.oauth2\n",
              "5: revocation_endpoint: https://oauth.tangoe.com/as/revoke_token.oauth2 is not on "
              "the server of the token endpoint, https://oauthqa.tangoe.com/as/token.oauth2:*\n"));
    /* one address in two spellings is one server */
    struct config *config = right("[account a]\ntoken_endpoint = https://[::1]/t\nclient_id = x\n"
                                  "client_auth = none\n"
                                  "revocation_endpoint = https://[0:0::1]:443/r\n");
    config_free(&config);
}

#define LOOPBACK                                                                         \
    "[account a]\ntoken_endpoint = http://127.0.0.1:81/t\nclient_id = x\nclient_auth = " \
    "none\ninsecure_loopback = yes\n" /* the next line is 6 */

TEST(the_scheme_belongs_to_the_server)
{
    struct config *config = right(LOOPBACK "revocation_endpoint = http://127.0.0.1:81/r\n"
                                           "introspection_endpoint = http://127.0.0.1:81/i\n");

    config_free(&config);
    CHECK(wrong(LOOPBACK "revocation_endpoint = https://127.0.0.1:81/r\n",
                "6: revocation_endpoint: https://127.0.0.1:81/r is not on the server*\n"));
    CHECK(wrong(LOOPBACK "introspection_endpoint = http://127.0.0.1/i\n",
                "6: introspection_endpoint: http://127.0.0.1/i is not on the server*\n"));
}

TEST(every_http_address_needs_the_permission)
{
    CHECK(wrong(ACCOUNT "validate = url\nvalidate_url = http://127.0.0.1:1/\n",
                "6: validate_url: it must begin with https:// (http://127.0.0.1 needs "
                "insecure_loopback = yes)\n"));
    CHECK(wrong(ACCOUNT "insecure_loopback = no\nrevocation_endpoint = http://127.0.0.1/\n",
                "6: revocation_endpoint: it must begin with https://*\n"
                "6: revocation_endpoint: http://127.0.0.1/ is not on the server*\n"));
    CHECK(wrong(ACCOUNT "introspection_endpoint = http://127.0.0.1/\n",
                "5: introspection_endpoint: it must begin with https://*\n"
                "5: introspection_endpoint: http://127.0.0.1/ is not on the server*\n"));
    CHECK(wrong(ACCOUNT "insecure_loopback = yes\nvalidate = url\nvalidate_url = http://v/\n",
                "7: validate_url: it must begin with https://\n"));
}

/* --- validation --- */

static enum proto_validation validation(const char *text)
{
    struct config *config = right(text);
    enum proto_validation found = config->accounts[0].validate;

    config_free(&config);
    return found;
}

TEST(every_validation_is_known)
{
    CHECK(validation(ACCOUNT) == PROTO_VALIDATE_BEARER);
    CHECK(validation(ACCOUNT "validate = validate_bearer\n") == PROTO_VALIDATE_BEARER);
    CHECK(validation(ACCOUNT "validate = introspect\n") == PROTO_VALIDATE_INTROSPECT);
    CHECK(validation(ACCOUNT "validate_url = https://v\nvalidate = url\n") == PROTO_VALIDATE_URL);
    CHECK(validation(ACCOUNT "validate = off\n") == PROTO_VALIDATE_OFF);
    CHECK(validation(SERVICE) == PROTO_VALIDATE_OFF);
    CHECK(validation(SERVICE "validate = validate_bearer\n") == PROTO_VALIDATE_BEARER);
}

TEST(a_validation_has_its_address)
{
    CHECK(wrong(ACCOUNT "validate = url\n", "5: validate = url needs validate_url\n"));
    CHECK(wrong(ACCOUNT "validate_url = https://v\n", "5: validate_url: needs validate = url\n"));
    CHECK(wrong(ACCOUNT "validate_url = https://v\nvalidate = off\n",
                "5: validate_url: needs validate = url\n"));
    CHECK(wrong(ELSEWHERE "validate = introspect\n",
                "5: validate = introspect needs introspection_endpoint\n"));
    CHECK(validation(ELSEWHERE "validate = introspect\n"
                               "introspection_endpoint = https://ping.example:444/i\n") ==
          PROTO_VALIDATE_INTROSPECT);
    /* one mistake, one message */
    CHECK(wrong(ACCOUNT "validate = url\nvalidate_url = x\n",
                "6: validate_url: it must begin with https://\n"));
    CHECK(wrong(ELSEWHERE "validate = introspect\nintrospection_endpoint = x\n",
                "6: introspection_endpoint: it must begin with https://\n"));
    CHECK(wrong(ACCOUNT "validate = x\nvalidate_url = https://v\n", "5: validate: must be*\n"));
}

TEST(the_tenant_is_required_unless_another_is)
{
    struct config *config = right(ACCOUNT "tenant = T\n");

    CHECK(same(config->accounts[0].require_tenant, "T"));
    config_free(&config);
    config = right(ACCOUNT "require_tenant = U\ntenant = T\n");
    CHECK(same(config->accounts[0].require_tenant, "U") && same(config->accounts[0].tenant, "T"));
    config_free(&config);
    config = right(ACCOUNT);
    CHECK(!config->accounts[0].require_tenant);
    config_free(&config);
}

TEST(a_service_account_requires_its_tenant_when_it_is_validated)
{
    struct config *config = right(SERVICE "tenant = T\n");

    CHECK(!config->accounts[0].require_tenant);
    config_free(&config);
    config = right(SERVICE "tenant = T\nvalidate = off\n");
    CHECK(!config->accounts[0].require_tenant);
    config_free(&config);
    config = right(SERVICE "tenant = T\nvalidate = introspect\n");
    CHECK(same(config->accounts[0].require_tenant, "T"));
    config_free(&config);
    CHECK(wrong(SERVICE "require_tenant = T\n",
                "7: require_tenant cannot be checked with validate = off*\n"));
}

TEST(what_cannot_be_checked_is_refused)
{
    static const char *const keys[] = {"require_tenant", "require_platform",
                                       "require_identity_provider", "require_identifier",
                                       "require_scope"};

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        char text[300];
        char wanted[200];

        snprintf(text, sizeof(text), ACCOUNT "validate = off\n%s = x\n", keys[i]);
        snprintf(wanted, sizeof(wanted), "6: %s cannot be checked with validate = off*\n", keys[i]);
        CHECK(wrong(text, wanted));
    }
    CHECK(wrong(ACCOUNT "tenant = T\nvalidate = off\n", "6: " OFF_TENANT));
    CHECK(wrong(ACCOUNT "tenant = T\nvalidate = off\naccept_unvalidated = no\n", "6: " OFF_TENANT));
}

TEST(an_administrator_may_accept_that_and_nothing_is_required_then)
{
    struct config *config = right(ACCOUNT "tenant = T\nvalidate = off\naccept_unvalidated = yes\n"
                                          "require_platform = x\nrequire_identity_provider = x\n"
                                          "require_identifier = x\nrequire_scope = x\n");
    const struct config_account *account = &config->accounts[0];

    CHECK(account->accept_unvalidated && same(account->tenant, "T"));
    CHECK(!account->require_tenant && !account->require_platform && !account->require_scope);
    CHECK(!account->require_identity_provider && !account->require_identifier);
    config_free(&config);
    config = right(ACCOUNT "tenant = T\nrequire_tenant = U\nvalidate = off\n"
                           "accept_unvalidated = yes\n");
    CHECK(!config->accounts[0].require_tenant);
    config_free(&config);
}

TEST(a_validation_is_never_passed_over)
{
    static const char *const ways[] = {"", "validate = validate_bearer\n",
                                       "validate = introspect\n",
                                       "validate = url\nvalidate_url = https://v\n"};
    struct config *config = right(SERVICE "accept_unvalidated = yes\n");

    config_free(&config);
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        char text[400];

        snprintf(text, sizeof(text), ACCOUNT "accept_unvalidated = yes\n%s", ways[i]);
        CHECK(wrong(text, "5: accept_unvalidated = yes needs validate = off*\n"));
        snprintf(text, sizeof(text), ACCOUNT "accept_unvalidated = no\n%s", ways[i]);
        config = right(text);
        config_free(&config);
    }
}

/* --- service accounts --- */

TEST(a_service_account_has_a_name_and_a_password)
{
    struct config *config = right(SERVICE "allow_users = alice @staff\n");
    const struct config_account *account = &config->accounts[0];

    CHECK(config_is_service(account) && same(account->username, "svc"));
    CHECK(account->password.kind == CONFIG_SECRET_FILE && same(account->password.value, "/p"));
    CHECK(same(account->allow_users[1], "@staff"));
    config_free(&config);
    config = right(ACCOUNT);
    CHECK(!config_is_service(&config->accounts[0]));
    config_free(&config);
    CHECK(wrong(ACCOUNT "username = svc\n", "5: username: [account a] lacks password\n"));
    CHECK(wrong(ACCOUNT "password = file:/p\n", "5: password: [account a] lacks username\n"));
}

TEST(a_service_account_logs_nobody_in)
{
    CHECK(wrong("[mobproc]\nlogin_account = a\n" SERVICE "allow_users = x\n",
                "2: login_account: [account a] has a username of its own: a service account logs "
                "nobody in\n"));
    CHECK(wrong("[mobproc]\nlogin_account = a\n" SERVICE, "2: login_account: [account a] has*\n"));
}

TEST(a_service_account_has_one_name_and_no_local_one)
{
    snprintf(map_path, sizeof(map_path), "/dev/null/map");
    CHECK(wrong(SERVICE "source_system = command\n",
                "7: username and source_system exclude each other (line 5): username is sent as it "
                "is\n"));
    CHECK(wrong(SERVICE "source_system = platform\n",
                "7: username and source_system exclude each other (line 5)*\n"));
    CHECK(wrong(ACCOUNT "source_system = command\nusername = x\npassword = file:/p\n",
                "6: username and source_system exclude each other (line 5)*\n"));
    CHECK(wrong(SERVICE "user_map = /dev/null/map\n",
                "7: username and user_map exclude each other (line 5)*\nMAP:0: Not a directory\n"));
    CHECK(wrong(SERVICE "validate = introspect\nrequire_identifier = x.%u\n",
                "8: require_identifier: %u is no name in a service account*\n"));
    struct config *config = right(SERVICE "validate = introspect\nrequire_identifier = x.%r\n");

    config_free(&config);
    map_path[0] = '\0';
}

/* --- sealed secrets --- */

#define SEALED(secret)                                                            \
    "[account a]\nenvironment = qa\nclient_id = id\nclient_secret = sealed:one\n" \
    "[account b]\nclient_id = id\n" secret "\n" /* the line of `secret` is 7 */

TEST(a_sealed_secret_has_one_use_and_one_host)
{
    enum config_use use = CONFIG_USES;
    char servers[CONFIG_SERVERS_SIZE];
    struct config *config =
        right(SEALED("client_secret = sealed:one\nenvironment = qa\nusername = u\n"
                     "password = sealed:two\n"));

    CHECK(config->accounts[0].client_secret.kind == CONFIG_SECRET_SEALED);
    CHECK(config_sealed(config, "one", &use) == &config->accounts[0]);
    CHECK(use == CONFIG_CLIENT_SECRET);
    CHECK(config_sealed(config, "two", &use) == &config->accounts[1]);
    CHECK(use == CONFIG_PASSWORD);
    CHECK(!config_sealed(config, "three", &use) && !config_sealed(config, "", &use));
    CHECK(config_servers(&config->accounts[0], CONFIG_PASSWORD, servers) == MP_OK);
    CHECK(same(servers, "oauthqa.tangoe.com:443"));
    CHECK(config_servers(&config->accounts[0], CONFIG_PROXY_CREDENTIALS, servers) ==
          MP_CONFIGURATION);
    config_free(&config);
    CHECK(wrong(SEALED("client_secret = sealed:one\nenvironment = production"),
                "7: client_secret: sealed:one is the client_secret of [account a] for "
                "oauthqa.tangoe.com:443: a sealed secret is bound to one use and to its host, so "
                "seal another for oauth.tangoe.com:443\n"));
    CHECK(wrong(SEALED("password = sealed:one\nusername = u\nenvironment = qa\nclient_auth = none"),
                "7: password: sealed:one is the client_secret of [account a] for*\n"));
    CHECK(wrong(SEALED("password = sealed:two\nclient_secret = sealed:two\nusername = u\n"
                       "environment = qa"),
                "7: password: sealed:two is the client_secret of [account b] for*\n"));
    CHECK(wrong(SEALED("client_secret = sealed:one\n"
                       "token_endpoint = https://oauthqa.tangoe.com:8443/t"),
                "7: client_secret: sealed:one is the client_secret of [account a] for*\n"));
}

/* --- user_map --- */

TEST(a_user_map_is_loaded_with_the_configuration)
{
    char text[400];
    struct config *config = NULL;

    put_map("alice command://a.smith\nbob bob2\n", 0644);
    snprintf(text, sizeof(text), ACCOUNT "source_system = command\nuser_map = %s\n", map_path);
    config = right(text);
    CHECK(same(config->accounts[0].user_map_path, map_path));
    CHECK(same(usermap_remote(config->accounts[0].user_map, "alice"), "command://a.smith"));
    CHECK(same(config->accounts[0].source_system, "command"));
    config_free(&config);
    drop_map();
    config = right(ACCOUNT);
    CHECK(!config->accounts[0].user_map && !config->accounts[0].user_map_path);
    config_free(&config);
}

TEST(errors_of_a_user_map_have_its_file_and_line)
{
    char text[400];

    put_map("# a map\nalice a\nbob\nALICE c\n", 0644);
    snprintf(text, sizeof(text), ACCOUNT "user_map = %s\ntenat = x\n", map_path);
    CHECK(wrong(text, "6: tenat: unknown key\n"
                      "MAP:3: a line is: a local name, blanks, a remote name\n"
                      "MAP:4: the local name 'ALICE' is in line 2 too (case does not count)\n"));
    snprintf(text, sizeof(text), ACCOUNT "user_map = %s\n", map_path);
    CHECK(wrong(text, "MAP:3:*\nMAP:4:*\n"));
    NEED(chmod(map_path, 0666) == 0);
    CHECK(wrong(text, "MAP:0: mode 0666 is too open: remove 0022\n"));
    unlink(map_path);
    CHECK(wrong(text, "MAP:0: No such file or directory\n"));
    drop_map();
}

TEST(at_most_50_errors_are_told_with_those_of_a_map)
{
    char text[400];
    char map[200] = "";

    for (int i = 0; i < 60; i++)
        strcat(map, "x\n");
    put_map(map, 0600);
    snprintf(text, sizeof(text), ACCOUNT "user_map = %s\n", map_path);
    put(text, strlen(text));
    load(MP_CONFIGURATION);
    drop();
    CHECK(messages == 51);
    CHECK(strstr(told, "MAP:50:") && !strstr(told, "MAP:51:") && strstr(told, "0: and more\n"));
    drop_map();
}

TEST(the_sign_in_page_is_beside_the_token_endpoint_or_on_its_server)
{
    struct config *config = right(ACCOUNT "redirect_port = 8750\n");
    const struct config_account *account = &config->accounts[0];

    CHECK(strcmp(account->authorization_endpoint,
                 "https://oauthqa.tangoe.com/as/authorization.oauth2") == 0);
    CHECK(!account->is_implicit && account->redirect_port == 8750);
    config_free(&config);
    CHECK(wrong(ACCOUNT "authorization_endpoint = https://evil.example/as/authorization.oauth2\n",
                "5: authorization_endpoint: https://evil.example/as/authorization.oauth2 is not on "
                "the server of the token endpoint, https://oauthqa.tangoe.com/as/token.oauth2: "
                "scheme, host and port must be the "
                "same, because people type their passwords there\n"));
}

TEST(a_browser_needs_a_sign_in_page)
{
    static const char start[] = "[account a]\ntoken_endpoint = https://a/t\nclient_id = x\n"
                                "client_auth = none\n";
    char text[400];

    snprintf(text, sizeof(text), "%sbrowser_flow = code\nredirect_port = 1\n", start);
    CHECK(wrong(text, "5: browser_flow: needs authorization_endpoint\n"
                      "6: redirect_port: needs authorization_endpoint\n"));
    snprintf(text, sizeof(text), "%sauthorization_endpoint = https://a/a\nredirect_port = 1\n",
             start);
    config_free(&(struct config *){right(text)});
}

TEST(a_token_from_the_browser_is_validated)
{
    CHECK(wrong(ACCOUNT "browser_flow = implicit\nvalidate = off\n",
                "5: browser_flow = implicit: *\n"));
    config_free(&(struct config *){right(ACCOUNT "browser_flow = code\nvalidate = off\n")});
}

TESTS(T(an_environment_fills_in_the_endpoints_beside_the_token_endpoint),
      T(a_written_endpoint_wins_over_the_environment), T(a_token_endpoint_fills_in_nothing),
      T(an_issuer_stands_for_endpoints_on_its_own_server),
      T(one_account_never_mixes_the_environments),
      T(credentials_go_to_the_server_of_the_token_endpoint_only),
      T(the_scheme_belongs_to_the_server), T(every_http_address_needs_the_permission),
      T(every_validation_is_known), T(a_validation_has_its_address),
      T(the_tenant_is_required_unless_another_is),
      T(a_service_account_requires_its_tenant_when_it_is_validated),
      T(what_cannot_be_checked_is_refused),
      T(an_administrator_may_accept_that_and_nothing_is_required_then),
      T(a_validation_is_never_passed_over), T(a_service_account_has_a_name_and_a_password),
      T(a_service_account_logs_nobody_in), T(a_service_account_has_one_name_and_no_local_one),
      T(a_sealed_secret_has_one_use_and_one_host), T(a_user_map_is_loaded_with_the_configuration),
      T(errors_of_a_user_map_have_its_file_and_line),
      T(at_most_50_errors_are_told_with_those_of_a_map),
      T(the_sign_in_page_is_beside_the_token_endpoint_or_on_its_server),
      T(a_browser_needs_a_sign_in_page), T(a_token_from_the_browser_is_validated))

/* links: broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/trusted_file.o broker/hosts.o broker/address.o */
/* What sections and keys mean together. */
#include "tests/unit/config_case.h"

TEST(the_example_of_the_design_is_read)
{
    struct config *config = right("# comment\n"
                                  "[mobproc]\n"
                                  "login_account = tangoe\n"
                                  "\n"
                                  "[account tangoe]\n"
                                  "environment = production\n"
                                  "client_id = 376af94124f4400e9227c89937c12354\n"
                                  "client_secret = file:/etc/mobproc/secrets.d/tangoe\n"
                                  "scope = MOBPROC\n"
                                  "tenant = XYZ\n"
                                  "source_system = command\n"
                                  "allow_users = *\n"
                                  "hosts = https://tngo-mobproc.cloudhub.io/mobproc/\n");
    const struct config_account *account = config_account(config, "tangoe");

    NEED(account);
    CHECK(config_login_account(config) == account && config->account_count == 1);
    CHECK(account->line == 5 && strcmp(account->name, "tangoe") == 0);
    CHECK(strcmp(account->home, "https://oauth.tangoe.com/as/token.oauth2") == 0);
    CHECK(strcmp(account->client_id, "376af94124f4400e9227c89937c12354") == 0);
    CHECK(account->client_secret.kind == CONFIG_SECRET_FILE);
    CHECK(strcmp(account->client_secret.value, "/etc/mobproc/secrets.d/tangoe") == 0);
    CHECK(strcmp(account->scope, "MOBPROC") == 0 && strcmp(account->tenant, "XYZ") == 0);
    CHECK(strcmp(account->source_system, "command") == 0);
    CHECK(strcmp(account->allow_users[0], "*") == 0 && !account->allow_users[1]);
    CHECK(account->hosts.count == 1 && strcmp(account->hosts.entries[0].prefix, "/mobproc/") == 0);
    config_free(&config);
    CHECK(!config);
    config_free(&config);
}

TEST(defaults_are_those_documented)
{
    struct config *config = right(ACCOUNT);
    const struct config_account *account = &config->accounts[0];

    CHECK(!config->login_account && !config_login_account(config));
    CHECK(config->minimum_uid == 1000 && config->maximum_uid == 60000);
    CHECK(config->guard_failures == 2 && config->guard_window_s == 60);
    CHECK(config->forget_last_session == 0);
    CHECK(config->connect_ahead == CONFIG_AHEAD_LOCAL);
    CHECK(account->client_auth == PROTO_AUTH_BODY && !account->insecure_loopback);
    CHECK(!account->scope && !account->tenant && !account->source_system && !account->ca);
    CHECK(!account->allow_users && account->hosts.count == 0);
    CHECK(account->connect_timeout_ms == 5000 && account->timeout_ms == 10000);
    CHECK(account->refresh_margin_s == 60 && account->default_lifetime_s == 300);
    CHECK(!config_account(config, "b"));
    config_free(&config);
}

TEST(the_order_of_the_file_does_not_matter)
{
    struct config *config = right("[account a]\n"
                                  "timeout = 3\n"
                                  "insecure_loopback = yes\n"
                                  "allow_users = x\n"
                                  "client_auth = none\n"
                                  "client_id = x\n"
                                  "token_endpoint = http://127.0.0.1/t\n"
                                  "[mobproc]\n"
                                  "login_account = a\n"
                                  "maximum_uid = 10\n"
                                  "minimum_uid = 5\n");

    CHECK(config_login_account(config) == &config->accounts[0]);
    config_free(&config);
}

TEST(a_short_timeout_shortens_the_default_time_to_connect)
{
    struct config *config = right(ACCOUNT "timeout = 3\n");

    CHECK(config->accounts[0].timeout_ms == 3000);
    CHECK(config->accounts[0].connect_timeout_ms == 3000);
    config_free(&config);
    CHECK(wrong(ACCOUNT "timeout = 3\nconnect_timeout = 4\n",
                "6: connect_timeout: must not be longer than timeout (3 seconds)\n"));
    CHECK(wrong(ACCOUNT "connect_timeout = 11\n",
                "5: connect_timeout: must not be longer than timeout (10 seconds)\n"));
}

TEST(unknown_keys_are_refused)
{
    CHECK(wrong(ACCOUNT "tenat = x\n", "5: tenat: unknown key\n"));
    CHECK(wrong("[mobproc]\nconnect_behind = local\n" ACCOUNT, "2: connect_behind: unknown key\n"));
    CHECK(wrong(ACCOUNT "browser_flows = code\n", "5: browser_flows: unknown key\n"));
    CHECK(wrong("[mobproc]\nvalidate = off\n" ACCOUNT, "2: validate: belongs into*\n"));
    CHECK(wrong("[mobproc]\ntenant = x\n" ACCOUNT, "2: tenant: belongs into [account NAME]\n"));
    CHECK(wrong(ACCOUNT "forget = never\n", "5: forget: belongs into [mobproc]\n"));
    CHECK(wrong("tenant = x\n" ACCOUNT, "1: tenant: stands before the first [section]\n"));
}

TEST(sections_are_known_and_stand_once)
{
    CHECK(wrong(ACCOUNT "[mobproc]\n[mobproc]\nx = y\n",
                "6: a second [mobproc] (the first: line 5) is not read\n"));
    CHECK(wrong(ACCOUNT "[account  a]\nx = y\n",
                "5: a second [account a] (the first: line 1) is not read\n"));
    CHECK(wrong(ACCOUNT "[other]\nx = y\n", "5: an unknown section, which is not read*\n"));
    CHECK(wrong(ACCOUNT "[Mobproc]\n", "5: an unknown section, which is not read*\n"));
    CHECK(wrong(ACCOUNT "[account]\n", "5: an unknown section, which is not read*\n"));
    CHECK(wrong(ACCOUNT "[accounts b]\n", "5: an unknown section, which is not read*\n"));
    CHECK(wrong(ACCOUNT "[mobproc x]\n", "5: an unknown section, which is not read*\n"));
    CHECK(wrong(ACCOUNT "[]\n", "5: an unknown section, which is not read*\n"));
    CHECK(wrong(ACCOUNT "[account B]\n", "5: the name of an account must be*\n"));
    CHECK(wrong(ACCOUNT "[account b c]\n", "5: the name of an account must be*\n"));
    CHECK(wrong(ACCOUNT "[account ../b]\n", "5: the name of an account must be*\n"));
    CHECK(wrong(ACCOUNT "[account .b]\n", "5: the name of an account must be*\n"));
    CHECK(wrong(ACCOUNT "[account b\nx = y\n", "5: a section is written [name]*\n"));
}

TEST(a_file_without_an_account_is_refused)
{
    CHECK(wrong("", "0: there is no [account NAME] section\n"));
    CHECK(wrong("\n# nothing\n", "0: there is no [account NAME] section\n"));
    CHECK(wrong("[mobproc]\nforget = never", "0: there is no [account NAME] section\n"));
}

TEST(at_most_64_accounts_are_read)
{
    static char text[65 * 100];
    struct config *config = NULL;
    size_t used = 0;

    for (int i = 0; i < 65; i++) {
        if (i == 64) {
            config = right(text);
            CHECK(config->account_count == 64);
            CHECK(config_account(config, "n63") == &config->accounts[63]);
            config_free(&config);
        }
        used += (size_t)snprintf(text + used, sizeof(text) - used,
                                 "[account n%d]\nenvironment = qa\nclient_id = x\n"
                                 "client_secret = file:/s\n",
                                 i);
    }
    CHECK(wrong(text, "257: there are more than 64 accounts\n"));
}

TEST(an_account_is_complete)
{
    CHECK(wrong("[account a]\nclient_secret = file:/s\n",
                "1: [account a] lacks environment (production, qa), token_endpoint or issuer\n"
                "1: [account a] lacks client_id\n"));
    CHECK(wrong("\n[account a]\nenvironment = qa\nclient_id = x\n",
                "2: [account a] lacks client_secret (a client without one needs client_auth = "
                "none or tls)\n"));
    CHECK(wrong("[account a]\nenvironment = qa\nclient_id = x\nclient_auth = basic\n",
                "4: [account a] lacks client_secret*\n"));
    CHECK(wrong(ACCOUNT "client_auth = none\n",
                "5: client_auth = none and client_secret exclude each other (line 4)\n"));
    CHECK(wrong(ACCOUNT "token_endpoint = https://a/t\n",
                "5: environment and token_endpoint exclude each other (line 2)\n"));
    CHECK(wrong("[account a]\ntoken_endpoint = https://a/t\nenvironment = qa\nclient_id = x\n"
                "client_secret = file:/s\n",
                "3: environment and token_endpoint exclude each other (line 2)\n"));
}

TEST(http_needs_the_loopback_and_its_permission)
{
    static const char text[] = "[account a]\ntoken_endpoint = http://127.0.0.1:80/t\n"
                               "client_id = x\nclient_auth = none\n";
    char more[200];

    CHECK(wrong(text, "2: token_endpoint: it must begin with https:// (http://127.0.0.1 needs "
                      "insecure_loopback = yes)\n"));
    snprintf(more, sizeof(more), "%sinsecure_loopback = no\n", text);
    CHECK(wrong(more, "2: token_endpoint: it must begin with https://*\n"));
    CHECK(wrong("[account a]\ntoken_endpoint = http://a.example/t\n"
                "client_id = x\nclient_auth = none\ninsecure_loopback = yes\n",
                "2: token_endpoint: it must begin with https://\n"));
}

TEST(a_login_account_exists_and_says_who_may_log_in)
{
    struct config *config = right(LOGIN "allow_users = alice\n");

    config_free(&config);
    CHECK(wrong(LOGIN, "3: [account a] lacks allow_users (names, @group or *), without which "
                       "nobody may log in\n"));
    CHECK(wrong("[mobproc]\nlogin_account = b\n" ACCOUNT,
                "2: login_account: there is no [account b]\n"));
}

TEST(the_uid_range_is_not_empty)
{
    CHECK(wrong("[mobproc]\nminimum_uid = 2001\nmaximum_uid = 2000\n" ACCOUNT,
                "3: minimum_uid is greater than maximum_uid\n"));
    CHECK(wrong("[mobproc]\nminimum_uid = 60001\n" ACCOUNT,
                "2: minimum_uid is greater than maximum_uid\n"));
    CHECK(wrong("[mobproc]\nmaximum_uid = 999\n" ACCOUNT,
                "2: minimum_uid is greater than maximum_uid\n"));
}

TEST(two_accounts_do_not_claim_one_address)
{
    CHECK(wrong(ACCOUNT "hosts = https://x https://y/z/\n"
                        "[account b]\nenvironment = qa\nclient_id = x\nclient_secret = file:/s\n"
                        "hosts = https://y:443/z/\n",
                "10: hosts: [account a] has https://y/z/ too\n"));
}

TEST(every_key_of_mobproc_changes_its_field)
{
    struct config *config = right("[mobproc]\n"
                                  "minimum_uid = 500\n"
                                  "maximum_uid = 4294967293\n"
                                  "guard_failures = 16\n"
                                  "guard_window = 3600\n"
                                  "forget = last-session\n"
                                  "connect_ahead = all\n"
                                  "login_account = b.c-d_1\n"
                                  "[account b.c-d_1]\n"
                                  "environment = qa\nclient_id = x\nclient_secret = file:/s\n"
                                  "allow_users = x\n");

    CHECK(config->minimum_uid == 500 && config->maximum_uid == 4294967293u);
    CHECK(config->guard_failures == 16 && config->guard_window_s == 3600);
    CHECK(config->forget_last_session == 1);
    CHECK(config->connect_ahead == CONFIG_AHEAD_ALL);
    CHECK(config_login_account(config) == &config->accounts[0]);
    config_free(&config);
    config = right("[mobproc]\nforget = never\nminimum_uid = 1\nmaximum_uid = 1\n" ACCOUNT);
    CHECK(config->forget_last_session == 0 && config->minimum_uid == config->maximum_uid);
    config_free(&config);
}

TEST(every_client_auth_is_known)
{
    static const struct {
        const char *word;
        enum proto_client_auth auth;
    } rows[] = {{"body", PROTO_AUTH_BODY},
                {"basic", PROTO_AUTH_BASIC},
                {"basic_raw", PROTO_AUTH_BASIC_RAW}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[256];
        struct config *config = NULL;

        snprintf(text, sizeof(text), ACCOUNT "client_auth = %s\n", rows[i].word);
        config = right(text);
        CHECK(config->accounts[0].client_auth == rows[i].auth);
        config_free(&config);
    }
}

TEST(the_environments_are_those_of_tangoe)
{
    struct config *config = right(ACCOUNT);

    CHECK(strcmp(config->accounts[0].home, "https://oauthqa.tangoe.com/as/token.oauth2") == 0);
    config_free(&config);
}

TESTS(T(every_key_of_mobproc_changes_its_field), T(every_client_auth_is_known),
      T(the_environments_are_those_of_tangoe), T(the_example_of_the_design_is_read),
      T(defaults_are_those_documented), T(the_order_of_the_file_does_not_matter),
      T(a_short_timeout_shortens_the_default_time_to_connect), T(unknown_keys_are_refused),
      T(sections_are_known_and_stand_once), T(a_file_without_an_account_is_refused),
      T(at_most_64_accounts_are_read), T(an_account_is_complete),
      T(http_needs_the_loopback_and_its_permission),
      T(a_login_account_exists_and_says_who_may_log_in), T(the_uid_range_is_not_empty),
      T(two_accounts_do_not_claim_one_address))

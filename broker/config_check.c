#include <stdlib.h>
#include <string.h>

#include "broker/config_draft.h"

static int mobproc_line_of(const struct config_draft *draft, const char *key)
{
    int index = config_key_find(CONFIG_MOBPROC, key);

    return index < 0 ? 0 : draft->lines[0][index];
}

static int later(int one, int other)
{
    return one > other ? one : other;
}

static void check_client(struct config_draft *draft, size_t i)
{
    const struct config_account *account = &draft->config->accounts[i];
    int auth = config_line(draft, i, "client_auth");
    int secret = config_line(draft, i, "client_secret");
    const char *without = account->client_auth == PROTO_AUTH_NONE  ? "none"
                          : account->client_auth == PROTO_AUTH_TLS ? "tls"
                                                                   : NULL;

    if (!config_line(draft, i, "client_id"))
        config_complain(draft, account->line, "[account %s] lacks client_id", account->name);
    if (without && secret)
        config_complain(draft, later(auth, secret),
                        "client_auth = %s and client_secret exclude each other (line %d)", without,
                        auth < secret ? auth : secret);
    if (!without && !secret)
        config_complain(draft, auth ? auth : account->line,
                        "[account %s] lacks client_secret (a client without one needs "
                        "client_auth = none or tls)",
                        account->name);
}

/* A shorter timeout shortens the default time to connect, but never one that was written. */
static void check_timeouts(struct config_draft *draft, size_t i)
{
    struct config_account *account = &draft->config->accounts[i];
    int connect = config_line(draft, i, "connect_timeout");

    if (account->connect_timeout_ms <= account->timeout_ms)
        return;
    if (connect)
        config_complain(draft, connect,
                        "connect_timeout: must not be longer than timeout (%d seconds)",
                        account->timeout_ms / 1000);
    else
        account->connect_timeout_ms = account->timeout_ms;
}

static void check_hosts(struct config_draft *draft, size_t i)
{
    struct config_account *account = &draft->config->accounts[i];

    for (size_t k = 0; k < i; k++) {
        struct config_account *other = &draft->config->accounts[k];
        char *url = NULL;

        if (hosts_overlap(&account->hosts, &other->hosts, &url))
            config_complain(draft, config_line(draft, i, "hosts"), "hosts: [account %s] has %s too",
                            other->name, url ? url : "one of these addresses");
        free(url);
    }
}

static void check_login_account(struct config_draft *draft)
{
    const struct config *config = draft->config;
    int line = mobproc_line_of(draft, "login_account");
    const struct config_account *login = config_login_account(config);

    if (!config->login_account)
        return;
    if (!login)
        config_complain(draft, line, "login_account: there is no [account %s]",
                        config->login_account);
    else if (config_is_service(login))
        config_complain(draft, line,
                        "login_account: [account %s] has a username of its own: a service account "
                        "logs nobody in",
                        login->name);
    else if (!config_line(draft, (size_t)(login - config->accounts), "allow_users"))
        config_complain(draft, login->line,
                        "[account %s] lacks allow_users (names, @group or *), without which nobody "
                        "may log in",
                        login->name);
}

void config_check(struct config_draft *draft)
{
    const struct config *config = draft->config;

    if (config->account_count == 0 && draft->err == MP_OK)
        config_complain(draft, 0, "there is no [account NAME] section");
    if (config->minimum_uid > config->maximum_uid)
        config_complain(
            draft,
            later(mobproc_line_of(draft, "minimum_uid"), mobproc_line_of(draft, "maximum_uid")),
            "minimum_uid is greater than maximum_uid");
    check_login_account(draft);
    for (size_t i = 0; i < config->account_count; i++) {
        config_check_endpoints(draft, i);
        config_check_environment(draft, i);
        check_client(draft, i);
        config_check_secrets(draft, i);
        config_check_transport(draft, i);
        check_timeouts(draft, i);
        config_check_service(draft, i);
        config_check_validation(draft, i);
        config_check_browser(draft, i);
        check_hosts(draft, i);
    }
}

/* links: broker/config.o broker/config_keys.o broker/config_values.o broker/config_lists.o broker/config_check.o broker/config_endpoints.o broker/config_environment.o broker/config_secrets.o broker/config_uses.o broker/config_transport.o broker/config_policy.o broker/usermap.o broker/ini.o broker/utf8.o broker/hosts.o broker/address.o */
/*
 * broker/config with broker/ini: a configuration is whole or refused with a reason, and a refusal
 * is one clean line. The input is mobproc.conf; after a first NUL byte, every user_map.
 */
#include "broker/config.h"

#include "tests/fuzz/trusted_bytes.h"

static int reports;

static void report(void *owner, const char *message)
{
    MUST(owner == &reports);
    MUST(message[0] && strlen(message) < 8192);
    for (const char *c = message; *c; c++)
        MUST((unsigned char)*c >= 0x20 && *c != 0x7f);
    reports++;
}

static void check_account(const struct config *config, const struct config_account *account)
{
    MUST(proto_is_account_name(account->name));
    MUST(config_account(config, account->name) == account);
    MUST(account->token_endpoints && account->token_endpoints[0] && account->client_id);
    for (char **url = account->token_endpoints; *url; url++)
        MUST(strncmp(*url, "https://", 8) == 0 ||
             (account->insecure_loopback && strncmp(*url, "http://127.0.0.1", 16) == 0));
    MUST(!account->tenant || proto_is_header_text(account->tenant));
    MUST(proto_is_header_text(account->client_id));
    MUST(account->timeout_ms > 0 && account->connect_timeout_ms > 0);
    MUST(account->refresh_margin_s >= 0 && account->default_lifetime_s > 0);
    MUST((account->username != NULL) == (account->password.kind != CONFIG_SECRET_NONE));
    MUST(account->validate != PROTO_VALIDATE_OFF || account->accept_unvalidated ||
         (!account->require_tenant && !account->require_platform &&
          !account->require_identity_provider && !account->require_identifier &&
          !account->require_scope));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const uint8_t *end = length ? memchr(bytes, 0, length) : NULL;
    size_t first = end ? (size_t)(end - bytes) : length;
    struct config *config = NULL;
    enum mp_err err = MP_OK;

    trusted_bytes[0] = (struct trusted_bytes){"mobproc.conf", bytes, first};
    trusted_bytes[1] =
        (struct trusted_bytes){"", end ? end + 1 : bytes, end ? length - first - 1 : 0};
    reports = 0;
    err = config_load(&config, "/fuzz/mobproc.conf", 1, report, &reports);
    MUST(err == MP_OK || err == MP_CONFIGURATION);
    MUST((err == MP_OK) == (config != NULL) && (err == MP_OK) == (reports == 0));
    for (size_t i = 0; config && i < config->account_count; i++)
        check_account(config, &config->accounts[i]);
    if (config && config->login_account)
        MUST(config_login_account(config) && !config_is_service(config_login_account(config)));
    config_free(&config);
    MUST(!config);
    return 0;
}

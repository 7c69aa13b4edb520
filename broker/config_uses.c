/* What the secrets of an account are used for, and where each may go. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "broker/address.h"
#include "broker/config.h"

static const struct {
    const char *name;
    size_t at;
} uses[CONFIG_USES] = {
    [CONFIG_CLIENT_SECRET] = {"client_secret", offsetof(struct config_account, client_secret)},
    [CONFIG_PASSWORD] = {"password", offsetof(struct config_account, password)},
    [CONFIG_CLIENT_KEY] = {"client_key", offsetof(struct config_account, client_key)},
    [CONFIG_PROXY_CREDENTIALS] = {"proxy_credentials",
                                  offsetof(struct config_account, proxy_credentials)},
};

const char *config_use_name(enum config_use use)
{
    return uses[use].name;
}

const struct config_secret *config_secret(const struct config_account *account, enum config_use use)
{
    return (const struct config_secret *)((const char *)account + uses[use].at);
}

/* Is this server one of those already named? */
static int is_named(const char *servers, const char *server)
{
    size_t length = strlen(server);

    for (const char *at = strstr(servers, server); at; at = strstr(at + 1, server))
        if ((at == servers || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return 1;
    return 0;
}

static enum mp_err add_server(char *servers, const char *url)
{
    char server[ADDRESS_SERVER_SIZE];
    enum mp_err err = address_server(url, server);
    size_t used = strlen(servers);

    if (err == MP_OK && !is_named(servers, server))
        snprintf(servers + used, CONFIG_SERVERS_SIZE - used, "%s%s", used ? " " : "", server);
    return err;
}

enum mp_err config_servers(const struct config_account *account, enum config_use use,
                           char servers[static CONFIG_SERVERS_SIZE])
{
    enum mp_err err = MP_CONFIGURATION;

    servers[0] = '\0';
    if (use == CONFIG_PROXY_CREDENTIALS)
        return account->proxy ? add_server(servers, account->proxy) : err;
    if (account->home)
        err = add_server(servers, account->home);
    for (char **url = account->token_endpoints; err == MP_OK && url && *url; url++)
        err = add_server(servers, *url);
    return err;
}

const struct config_account *config_sealed(const struct config *config, const char *name,
                                           enum config_use *use)
{
    for (size_t i = 0; i < config->account_count; i++) {
        for (*use = 0; *use < CONFIG_USES; (*use)++) {
            const struct config_secret *secret = config_secret(&config->accounts[i], *use);

            if (secret->kind == CONFIG_SECRET_SEALED && strcmp(secret->value, name) == 0)
                return &config->accounts[i];
        }
    }
    return NULL;
}

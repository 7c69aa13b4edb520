/* Tangoe's two environments: what one of them issued is never shown to the other. */
#include <string.h>

#include "broker/address.h"
#include "broker/config_draft.h"

static const struct {
    const char *host;
    const char *environment;
} hosts[] = {
    {"oauth.tangoe.com", "production"},
    {"tngo-prod-oauth-ping-validator.cloudhub.io", "production"},
    {"oauthqa.tangoe.com", "qa"},
    {"tngo-qa-oauth-ping-validator.cloudhub.io", "qa"},
};

/* NULL for a server of somebody else. */
static const char *environment_of(const char *url)
{
    struct address address = {0};
    const char *reason = NULL;

    if (!url || address_read(&address, url, "https", 443, &reason) != MP_OK)
        return NULL;
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        if (strcmp(address.host, hosts[i].host) == 0)
            return hosts[i].environment;
    return NULL;
}

static void look(struct config_draft *draft, size_t i, const char *key, const char *url,
                 const char **first)
{
    const char *environment = environment_of(url);

    if (!*first)
        *first = environment;
    else if (environment && strcmp(environment, *first) != 0)
        config_complain(draft, config_line(draft, i, key),
                        "%s: %.180s is of Tangoe's environment %s, and this account is of %s: what "
                        "one issued does not go to the other",
                        key, url, environment, *first);
}

void config_check_environment(struct config_draft *draft, size_t i)
{
    const struct config_account *account = &draft->config->accounts[i];
    const char *first = NULL;

    for (char **url = account->token_endpoints; url && *url; url++)
        look(draft, i, "token_endpoint", *url, &first);
    look(draft, i, "issuer", account->issuer, &first);
    look(draft, i, "validate_url", account->validate_url, &first);
}

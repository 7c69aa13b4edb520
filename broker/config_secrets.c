/* Where secrets are kept: single values, and what the references of a configuration mean together.
 */
#include <limits.h>
#include <string.h>

#include "broker/address.h"
#include "broker/config_draft.h"
#include "broker/config_values.h"
#include "broker/sealed.h"

/* --- single values --- */

static enum mp_err check_credential(const char *name, char *problem, size_t size)
{
    if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') || strlen(name) > NAME_MAX)
        return config_refuse(problem, size, "after credential: must be a plain file name");
    return MP_OK;
}

static enum mp_err check_sealed(const char *name, char *problem, size_t size)
{
    if (!proto_is_account_name(name))
        return config_refuse(problem, size,
                             "after sealed: must be a name: [a-z0-9][a-z0-9._-]{0,63}");
    return MP_OK;
}

static const struct {
    const char *prefix;
    enum config_secret_kind kind;
    enum mp_err (*check)(const char *rest, char *problem, size_t size);
} kinds[] = {
    {"file:", CONFIG_SECRET_FILE, config_check_path},
    {"credential:", CONFIG_SECRET_CREDENTIAL, check_credential},
    {"sealed:", CONFIG_SECRET_SEALED, check_sealed},
};

/* A literal secret may stand in `value`: it is never quoted. */
enum mp_err config_set_secret(const struct config_key *key UNUSED, void *field, const char *value,
                              char *problem, size_t size)
{
    struct config_secret *secret = field;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const char *rest = value + strlen(kinds[i].prefix);
        enum mp_err err = MP_OK;

        if (strncmp(value, kinds[i].prefix, strlen(kinds[i].prefix)) != 0)
            continue;
        err = kinds[i].check(rest, problem, size);
        if (err == MP_OK)
            err = config_keep(&secret->value, rest);
        if (err == MP_OK)
            secret->kind = kinds[i].kind;
        return err;
    }
    return config_refuse(problem, size,
                         "a secret does not belong into this file: write it to a file of mode 0640 "
                         "or stricter and say file:/absolute/path, credential:NAME or sealed:NAME");
}

/* --- together --- */

static const char *const uses[] = {SEALED_CLIENT_SECRET, SEALED_PASSWORD};
#define USES (sizeof(uses) / sizeof(uses[0]))

/* What `use` of an account refers to when it is sealed, else NULL. */
static const char *sealed_name(const struct config_account *account, size_t use)
{
    const struct config_secret *secret = use == 0 ? &account->client_secret : &account->password;

    return secret->kind == CONFIG_SECRET_SEALED ? secret->value : NULL;
}

const struct config_account *config_sealed(const struct config *config, const char *name,
                                           const char **kind)
{
    for (size_t i = 0; i < config->account_count; i++) {
        for (size_t use = 0; use < USES; use++) {
            const char *here = sealed_name(&config->accounts[i], use);

            if (here && strcmp(here, name) == 0) {
                *kind = uses[use];
                return &config->accounts[i];
            }
        }
    }
    return NULL;
}

/* One sealed secret is bound to one kind and one host: two could never both open. */
static void check_use(struct config_draft *draft, size_t i, size_t use)
{
    const struct config_account *account = &draft->config->accounts[i];
    const char *name = sealed_name(account, use);
    const struct config_account *first = NULL;
    const char *kind = NULL;
    char hosts[2][ADDRESS_SERVER_SIZE] = {"", ""};

    if (!name)
        return;
    first = config_sealed(draft->config, name, &kind);
    if (!first || !first->token_endpoint || !account->token_endpoint ||
        address_server(first->token_endpoint, hosts[0]) != MP_OK ||
        address_server(account->token_endpoint, hosts[1]) != MP_OK)
        return;
    if (strcmp(kind, uses[use]) != 0 || strcmp(hosts[0], hosts[1]) != 0)
        config_complain(draft, config_line(draft, i, uses[use]),
                        "%s: sealed:%s is the %s of [account %s] for %s: a sealed secret is bound "
                        "to one use and one host, so seal another for %s",
                        uses[use], name, kind, first->name, hosts[0], hosts[1]);
}

void config_check_secrets(struct config_draft *draft, size_t i)
{
    for (size_t use = 0; use < USES; use++)
        check_use(draft, i, use);
}

/* Where secrets are kept: single values, and what the references of a configuration mean together.
 */
#include <limits.h>
#include <string.h>

#include "broker/config_draft.h"
#include "broker/config_values.h"

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

/* One sealed secret is bound to one use and its servers: two could never both open. */
static void check_use(struct config_draft *draft, size_t i, enum config_use use)
{
    const struct config_account *account = &draft->config->accounts[i];
    const struct config_secret *secret = config_secret(account, use);
    const struct config_account *first = NULL;
    enum config_use first_use = use;
    char servers[2][CONFIG_SERVERS_SIZE];

    if (secret->kind != CONFIG_SECRET_SEALED)
        return;
    first = config_sealed(draft->config, secret->value, &first_use);
    if (!first || config_servers(first, first_use, servers[0]) != MP_OK ||
        config_servers(account, use, servers[1]) != MP_OK)
        return;
    if (first_use != use || strcmp(servers[0], servers[1]) != 0)
        config_complain(draft, config_line(draft, i, config_use_name(use)),
                        "%s: sealed:%s is the %s of [account %s] for %.100s: a sealed secret is "
                        "bound to one use and to its host, so seal another for %.100s",
                        config_use_name(use), secret->value, config_use_name(first_use),
                        first->name, servers[0], servers[1]);
}

void config_check_secrets(struct config_draft *draft, size_t i)
{
    for (enum config_use use = 0; use < CONFIG_USES; use++)
        check_use(draft, i, use);
}

#include "broker/mapping.h"

#include <stdio.h>
#include <string.h>

int mapping_needs_groups(const struct config_account *account)
{
    for (char **allowed = account->allow_users; allowed && *allowed; allowed++)
        if ((*allowed)[0] == '@')
            return 1;
    return 0;
}

static int is_in_group(const struct nss_user *user, const char *group)
{
    for (char **g = user->groups; g && *g; g++)
        if (strcmp(*g, group) == 0)
            return 1;
    return 0;
}

static int is_allowed(const struct config_account *account, const struct nss_user *user)
{
    for (char **allowed = account->allow_users; allowed && *allowed; allowed++) {
        const char *entry = *allowed;

        if (strcmp(entry, "*") == 0)
            return 1;
        if (entry[0] == '@' ? is_in_group(user, entry + 1) : strcmp(entry, user->name) == 0)
            return 1;
    }
    return 0;
}

/* The remote name of a user: from the map, else source system and local name; 0 when he has none.
 */
static int find_remote_name(char out[PROTO_MAX_TEXT + 1], const struct config_account *account,
                            const char *local_name)
{
    const char *system = account->source_system;
    const char *mapped = account->user_map ? usermap_remote(account->user_map, local_name) : NULL;
    int length = 0;

    if (!mapped && !proto_is_local_name(local_name))
        return 0;
    if (mapped)
        length = snprintf(out, PROTO_MAX_TEXT + 1, "%s", mapped);
    else
        length = snprintf(out, PROTO_MAX_TEXT + 1, "%s%s%s", system ? system : "",
                          system ? "://" : "", local_name);
    if (length <= 0 || length > PROTO_MAX_TEXT)
        return 0;
    return mapped || !account->user_map || !usermap_has_remote(account->user_map, out);
}

enum mp_err mapping_holder(struct holder *holder, const struct config *config,
                           const struct config_account *account, const struct nss_user *user)
{
    *holder = (struct holder){.uid = (uid_t)-1};
    if (config_is_service(account)) {
        /* root manages it, and could read it anyway */
        if (user->uid != 0 && !is_allowed(account, user))
            return MP_UNMAPPED;
        holder->is_service = 1;
        snprintf(holder->remote_name, sizeof(holder->remote_name), "%s", account->username);
        holder->uid = user->uid;
        return MP_OK;
    }
    if (user->uid == 0 || user->uid < config->minimum_uid || user->uid > config->maximum_uid)
        return MP_UNMAPPED;
    if (!is_allowed(account, user) || !find_remote_name(holder->remote_name, account, user->name))
        return MP_UNMAPPED;
    memcpy(holder->local_name, user->name, sizeof(holder->local_name));
    holder->uid = user->uid;
    return MP_OK;
}

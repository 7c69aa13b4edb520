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

enum mp_err mapping_holder(struct holder *holder, const struct config *config,
                           const struct config_account *account, const struct nss_user *user)
{
    const char *system = account->source_system;
    int length = 0;

    *holder = (struct holder){.uid = (uid_t)-1};
    if (user->uid == 0 || user->uid < config->minimum_uid || user->uid > config->maximum_uid)
        return MP_UNMAPPED;
    if (!proto_is_local_name(user->name) || !is_allowed(account, user))
        return MP_UNMAPPED;
    length = snprintf(holder->remote_name, sizeof(holder->remote_name), "%s%s%s",
                      system ? system : "", system ? "://" : "", user->name);
    if (length < 0 || (size_t)length >= sizeof(holder->remote_name))
        return MP_UNMAPPED;
    memcpy(holder->local_name, user->name, sizeof(holder->local_name));
    holder->uid = user->uid;
    return MP_OK;
}

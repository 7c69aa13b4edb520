#include "broker/select.h"

#include <string.h>

#include "broker/held.h"

/* The address of a request; `host` is NULL when it has none. */
struct address {
    char scheme[17];
    char host[301];
    char path[4097];
    int has_path;
};

/* The accounts that fit best so far. */
struct choice {
    const struct config_account *accounts[CONFIG_MAX_ACCOUNTS];
    size_t count;
    int match; /* length of the prefix that they share */
    int fits;  /* did any account serve the address, mapped or not? */
};

static enum mp_err read_address(const struct wire_message *message, struct address *address)
{
    enum mp_err err = wire_text(message, PROTO_SCHEME, address->scheme, sizeof(address->scheme));

    if (err == MP_OK)
        err = wire_text(message, PROTO_HOST, address->host, sizeof(address->host));
    if (err == MP_OK)
        err = wire_text(message, PROTO_PATH, address->path, sizeof(address->path));
    address->has_path = wire_find(message, PROTO_PATH) != NULL;
    return err;
}

static int match(const struct config_account *account, const struct address *address, int is_asked)
{
    if (!is_asked)
        return 0;
    return hosts_match(&account->hosts, address->scheme, address->host,
                       address->has_path ? address->path : NULL);
}

static int holds_record(struct broker *broker, const struct config_account *account,
                        const struct holder *holder)
{
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err err = held_read(broker, account, holder, &record, &generation);

    record_free(&record);
    return err == MP_OK || err == MP_SYSTEM ||
           err == MP_NOMEM; /* who cannot tell must not say no */
}

/* Collects the mapped accounts with the longest match. */
static void collect(const struct config *config, const struct address *address, int is_asked,
                    const struct nss_user *user, struct choice *choice)
{
    choice->match = -1;
    for (size_t i = 0; i < config->account_count; i++) {
        const struct config_account *account = &config->accounts[i];
        struct holder holder;
        int length = match(account, address, is_asked);

        if (length < 0)
            continue;
        choice->fits = 1;
        if (length < choice->match || mapping_holder(&holder, config, account, user) != MP_OK)
            continue;
        if (length > choice->match)
            choice->count = 0;
        choice->match = length;
        choice->accounts[choice->count++] = account;
    }
}

/* Keeps only those accounts for which the user holds a record; one alone need not be looked at. */
static void keep_held(struct broker *broker, const struct config *config,
                      const struct nss_user *user, struct choice *choice)
{
    size_t kept = 0;

    if (choice->count < 2)
        return;
    for (size_t i = 0; i < choice->count; i++) {
        struct holder holder;

        if (mapping_holder(&holder, config, choice->accounts[i], user) == MP_OK &&
            (holder.is_service || holds_record(broker, choice->accounts[i], &holder)))
            choice->accounts[kept++] = choice->accounts[i];
    }
    choice->count = kept;
}

static const struct config_account *named(const struct choice *choice, const char *name)
{
    for (size_t i = 0; name && i < choice->count; i++)
        if (strcmp(choice->accounts[i]->name, name) == 0)
            return choice->accounts[i];
    return NULL;
}

static enum mp_err decide(const struct config *config, const struct choice *choice,
                          const char *preferred, const struct config_account **account)
{
    if (choice->count == 0)
        return choice->fits ? MP_NO_RECORD : MP_NO_ACCOUNT;
    *account = named(choice, preferred);
    if (!*account)
        *account = named(choice, config->login_account);
    if (!*account && choice->count == 1)
        *account = choice->accounts[0];
    return *account ? MP_OK : MP_AMBIGUOUS;
}

enum mp_err select_account(struct broker *broker, const struct request *request,
                           const struct nss_user *user, const struct config_account **account,
                           struct holder *holder)
{
    const struct config *config = request->settings->config;
    struct address address = {0};
    struct choice choice = {0};
    char name[PROTO_MAX_ACCOUNT + 1];
    char preferred[PROTO_MAX_ACCOUNT + 1];
    int is_asked = wire_find(&request->message, PROTO_HOST) != NULL;
    enum mp_err err = wire_text(&request->message, PROTO_ACCOUNT, name, sizeof(name));

    *account = NULL;
    if (err == MP_OK)
        err = wire_text(&request->message, PROTO_PREFERRED, preferred, sizeof(preferred));
    if (err == MP_OK)
        err = read_address(&request->message, &address);
    if (err != MP_OK)
        return err;
    if (name[0]) {
        *account = config_account(config, name);
        if (!*account || match(*account, &address, is_asked) < 0)
            return MP_NO_ACCOUNT;
    } else {
        collect(config, &address, is_asked, user, &choice);
        keep_held(broker, config, user, &choice);
        err = decide(config, &choice, preferred, account);
    }
    return err == MP_OK ? mapping_holder(holder, config, *account, user) : err;
}

enum mp_err select_own_account(struct broker *broker, const struct request *request,
                               const struct nss_user *user, const struct config_account **account,
                               struct holder *holder)
{
    enum mp_err err = select_account(broker, request, user, account, holder);

    return err == MP_OK && holder->is_service && request->caller.uid != 0 ? MP_FORBIDDEN : err;
}

enum mp_err select_login_account(const struct request *request,
                                 const struct config_account **account)
{
    const struct config *config = request->settings->config;
    char name[PROTO_MAX_ACCOUNT + 1];
    enum mp_err err = wire_text(&request->message, PROTO_ACCOUNT, name, sizeof(name));

    if (err == MP_OK) {
        *account = name[0] ? config_account(config, name) : config_login_account(config);
        err = *account && !config_is_service(*account) ? MP_OK : MP_NO_ACCOUNT;
    }
    return err;
}

#include "broker/discovery.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/address.h"

/* Of one account: of its issuer, if the configuration still names that one. */
struct entry {
    char account[PROTO_MAX_ACCOUNT + 1]; /* "": free */
    char issuer[PROTO_MAX_TEXT + 1];
    struct endpoints endpoints;
};

struct discovery {
    struct entry *entries[CONFIG_MAX_ACCOUNTS];
};

enum mp_err discovery_new(struct discovery **discovery)
{
    *discovery = calloc(1, sizeof(**discovery));
    return *discovery ? MP_OK : MP_NOMEM;
}

void discovery_forget_all(struct discovery *discovery)
{
    for (size_t i = 0; discovery && i < CONFIG_MAX_ACCOUNTS; i++) {
        free(discovery->entries[i]);
        discovery->entries[i] = NULL;
    }
}

void discovery_free(struct discovery **discovery)
{
    discovery_forget_all(*discovery);
    free(*discovery);
    *discovery = NULL;
}

static int is_of(const struct entry *entry, const struct config_account *account)
{
    return entry && account->issuer && strcmp(entry->account, account->name) == 0 &&
           strcmp(entry->issuer, account->issuer) == 0;
}

/* The place of an account, or a free one, or NULL: then nothing is remembered. */
static struct entry **find(struct discovery *discovery, const struct config_account *account)
{
    struct entry **free_place = NULL;

    for (size_t i = 0; i < CONFIG_MAX_ACCOUNTS; i++) {
        if (is_of(discovery->entries[i], account))
            return &discovery->entries[i];
        if (!discovery->entries[i])
            free_place = &discovery->entries[i];
    }
    return free_place;
}

static const struct endpoints *found(const struct discovery *discovery,
                                     const struct config_account *account)
{
    for (size_t i = 0; i < CONFIG_MAX_ACCOUNTS; i++)
        if (is_of(discovery->entries[i], account))
            return &discovery->entries[i]->endpoints;
    return NULL;
}

/* --- from a courier --- */

static enum mp_err read_one(const struct wire_message *message, uint16_t tag, const char *server,
                            char *endpoint)
{
    char own[ADDRESS_SERVER_SIZE] = "";
    enum mp_err err = wire_text(message, tag, endpoint, PROTO_MAX_TEXT + 1);

    if (err != MP_OK || !endpoint[0])
        return err;
    if (strncmp(endpoint, "https://", 8) != 0 || address_server(endpoint, own) != MP_OK ||
        strcmp(own, server) != 0)
        return MP_PROTOCOL;
    return MP_OK;
}

enum mp_err discovery_read(const struct wire_message *message, const struct config_account *account,
                           struct endpoints *endpoints)
{
    char server[ADDRESS_SERVER_SIZE] = "";
    enum mp_err err = account->issuer ? address_server(account->issuer, server) : MP_OK;

    if (err == MP_OK)
        err = read_one(message, PROTO_ENDPOINT, server, endpoints->token);
    if (err == MP_OK)
        err = read_one(message, PROTO_INTROSPECTION_ENDPOINT, server, endpoints->introspection);
    if (err == MP_OK)
        err = read_one(message, PROTO_REVOCATION_ENDPOINT, server, endpoints->revocation);
    if (err == MP_OK)
        err = read_one(message, PROTO_AUTHORIZATION_ENDPOINT, server, endpoints->authorization);
    return err;
}

void discovery_learn(struct discovery *discovery, const struct config_account *account,
                     const struct endpoints *endpoints, enum mp_err err)
{
    struct entry **place = account->issuer ? find(discovery, account) : NULL;

    if (!place)
        return;
    if (err == MP_OUTAGE) {
        free(*place);
        *place = NULL;
    } else if (endpoints->token[0] || endpoints->introspection[0] || endpoints->revocation[0] ||
               endpoints->authorization[0]) {
        if (!*place)
            *place = calloc(1, sizeof(**place));
        if (!*place)
            return;
        snprintf((*place)->account, sizeof((*place)->account), "%s", account->name);
        snprintf((*place)->issuer, sizeof((*place)->issuer), "%s", account->issuer);
        (*place)->endpoints = *endpoints;
    }
}

/* --- for a job --- */

static const char *choose(const struct discovery *discovery, const struct config_account *account,
                          const char *configured, size_t at)
{
    const struct endpoints *endpoints = configured ? NULL : found(discovery, account);
    const char *url = endpoints ? (const char *)endpoints + at : "";

    return configured ? configured : url[0] ? url : NULL;
}

const char *discovery_token(const struct discovery *discovery, const struct config_account *account)
{
    const char *first = account->token_endpoints ? account->token_endpoints[0] : NULL;

    return choose(discovery, account, first, offsetof(struct endpoints, token));
}

const char *discovery_introspection(const struct discovery *discovery,
                                    const struct config_account *account)
{
    return choose(discovery, account, account->introspection_endpoint,
                  offsetof(struct endpoints, introspection));
}

const char *discovery_revocation(const struct discovery *discovery,
                                 const struct config_account *account)
{
    return choose(discovery, account, account->revocation_endpoint,
                  offsetof(struct endpoints, revocation));
}

const char *discovery_authorization(const struct discovery *discovery,
                                    const struct config_account *account)
{
    return choose(discovery, account, account->authorization_endpoint,
                  offsetof(struct endpoints, authorization));
}

int discovery_is_open(const struct discovery *discovery, const struct config_account *account)
{
    return account->issuer && !found(discovery, account);
}

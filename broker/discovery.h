/*
 * Which endpoints an issuer's document names (RFC 8414, OpenID Connect Discovery 1.0). A courier
 * reads it with the first job that lacks one; what it found is kept in memory, one entry an account
 * of the configuration, until a reload or until a job there ends as an outage.
 */
#ifndef MOBPROC_BROKER_DISCOVERY_H
#define MOBPROC_BROKER_DISCOVERY_H

#include "broker/config.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/wire.h"

/* Start with {0}: "" is what the document does not name. */
struct endpoints {
    char token[PROTO_MAX_TEXT + 1];
    char introspection[PROTO_MAX_TEXT + 1];
    char revocation[PROTO_MAX_TEXT + 1];
    char authorization[PROTO_MAX_TEXT + 1];
};

struct discovery;

/* MP_OK, MP_NOMEM. */
enum mp_err discovery_new(struct discovery **discovery) MUST_CHECK;
void discovery_free(struct discovery **discovery);

/* Of all accounts; NULL is accepted. */
void discovery_forget_all(struct discovery *discovery);

/*
 * Reads them from a courier's answer. Each is judged like one in the configuration, and must stand
 * on the issuer's server. MP_OK, also when there is none; MP_PROTOCOL.
 */
enum mp_err discovery_read(const struct wire_message *message, const struct config_account *account,
                           struct endpoints *endpoints) MUST_CHECK;

/* Remembers what a job of this account brought, or forgets the account after an outage. */
void discovery_learn(struct discovery *discovery, const struct config_account *account,
                     const struct endpoints *endpoints, enum mp_err err);

/* What is used for each: of the configuration, else found, else NULL. */
const char *discovery_token(const struct discovery *discovery,
                            const struct config_account *account);
const char *discovery_introspection(const struct discovery *discovery,
                                    const struct config_account *account);
const char *discovery_revocation(const struct discovery *discovery,
                                 const struct config_account *account);
const char *discovery_authorization(const struct discovery *discovery,
                                    const struct config_account *account);

/* May the issuer's document name what is not there? 0: it was read already, or there is none. */
int discovery_is_open(const struct discovery *discovery, const struct config_account *account);

#endif

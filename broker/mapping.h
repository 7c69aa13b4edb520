/*
 * From a local user to his remote name: who may use an account, and as whom. The source system
 * comes from the configuration alone; a local name never chooses one.
 */
#ifndef MOBPROC_BROKER_MAPPING_H
#define MOBPROC_BROKER_MAPPING_H

#include <sys/types.h>

#include "broker/config.h"
#include "broker/nss.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"

/* A local user as the holder of an account's record. Plain data. */
struct holder {
    uid_t uid;
    char local_name[PROTO_MAX_NAME + 1];
    char remote_name[PROTO_MAX_TEXT + 1];
};

/*
 * MP_OK; MP_UNMAPPED when the uid is outside the configured range (uid 0 always is), the name is
 * not a plain local name, or allow_users does not name the user.
 */
enum mp_err mapping_holder(struct holder *holder, const struct config *config,
                           const struct config_account *account,
                           const struct nss_user *user) MUST_CHECK;

/* Does allow_users name a group, so that the user's groups must be known? */
int mapping_needs_groups(const struct config_account *account);

#endif

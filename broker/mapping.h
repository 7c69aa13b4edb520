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

/* The holder of an account's record: a local user, or the account itself. Plain data. */
struct holder {
    int is_service; /* the record belongs to the account; everybody listed may get its token */
    uid_t uid;      /* of the user who asks; a service's holder is the same for all of them */
    char local_name[PROTO_MAX_NAME + 1];
    char remote_name[PROTO_MAX_TEXT + 1];
};

/*
 * MP_OK; MP_UNMAPPED when the uid is outside the configured range (uid 0 always is), allow_users
 * does not name the user, or he has no remote name: a name that is not plain needs a line in the
 * user_map, and a remote name that the map gives to somebody else is never made from another name.
 */
enum mp_err mapping_holder(struct holder *holder, const struct config *config,
                           const struct config_account *account,
                           const struct nss_user *user) MUST_CHECK;

/* Does allow_users name a group, so that the user's groups must be known? */
int mapping_needs_groups(const struct config_account *account);

#endif

/*
 * Local users as the system knows them (NSS), asked for in a short-lived child: a name service that
 * hangs never hangs the broker. Answers are kept for NAMES_KEEP_S seconds, so that `get` forks
 * nothing when it is called often; everyone who asks the same meanwhile joins one child.
 */
#ifndef MOBPROC_BROKER_NAMES_H
#define MOBPROC_BROKER_NAMES_H

#include <sys/types.h>

#include "broker/config.h"
#include "broker/loop.h"
#include "broker/nss.h"
#include "lib/attr.h"
#include "lib/err.h"

#define NAMES_KEEP_S 30
#define NAMES_MAX_CHILDREN 16 /* that look something up */

struct names; /* owns its cache and its children */

/*
 * Receives the answer, perhaps before names_find returns. `user` is NULL unless MP_OK, and valid
 * only during the call. MP_UNMAPPED: no such user. MP_OUTAGE: the name service did not answer.
 * MP_SYSTEM: it could not tell. MP_BUSY: too many children, also of those that were killed and do
 * not end. MP_NOMEM.
 */
typedef void names_found(void *owner, enum mp_err err, const struct nss_user *user);

enum mp_err names_new(struct names **names, struct loop *loop) MUST_CHECK;

/* Kills the children; their callbacks do not run. */
void names_free(struct names **names);

/*
 * Looks a user up by name, or by uid when `name` is NULL. `config` says which groups are of
 * interest (its `allow_users`); it is used before this returns only.
 */
void names_find(struct names *names, const struct config *config, const char *name, uid_t uid,
                names_found *found, void *owner);

/* After SIGCHLD: children that were killed have ended. */
void names_reap(struct names *names);

/* Forgets what is kept; after a reload. */
void names_forget(struct names *names);

#endif

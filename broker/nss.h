/*
 * One question to the name service (nsswitch.conf(5)), answered by a child process.
 */
#ifndef MOBPROC_BROKER_NSS_H
#define MOBPROC_BROKER_NSS_H

#include <sys/types.h>

#include "broker/config.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define NSS_DEADLINE_MS 5000

/* One local user. Owns its group list. */
struct nss_user {
    uid_t uid;
    char name[PROTO_MAX_NAME + 1];
    char **groups; /* NULL-terminated: those groups of the user that the configuration names */
};

/* Frees the list and zeroes the struct. */
void nss_user_clear(struct nss_user *user);

/*
 * Forks a child that looks up `name`, or `uid` when `name` is NULL, and the user's membership of
 * the groups in `config`. It answers with one packet on *fd and exits; without a packet when the
 * name service cannot tell. The caller closes *fd and reaps *pid. MP_OK, MP_SYSTEM.
 */
enum mp_err nss_ask(const struct config *config, const char *name, uid_t uid, int *fd,
                    pid_t *pid) MUST_CHECK;

/*
 * Reads the child's packet into `user`, which the caller clears in any case.
 * MP_OK; MP_UNMAPPED (no such user); MP_SYSTEM (nonsense); MP_NOMEM.
 */
enum mp_err nss_understand(const struct secret *packet, struct nss_user *user) MUST_CHECK;

#endif

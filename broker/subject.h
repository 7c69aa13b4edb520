/*
 * About whom a request is: the caller himself, or the user whom root names. Identity comes from
 * the kernel; a name or uid in a message is believed from root only.
 */
#ifndef MOBPROC_BROKER_SUBJECT_H
#define MOBPROC_BROKER_SUBJECT_H

#include "broker/broker.h"
#include "broker/client.h"
#include "broker/nss.h"

/* `user` is NULL unless MP_OK, and valid only during the call. */
typedef void subject_found(struct broker *broker, struct request *request, enum mp_err err,
                           const struct nss_user *user);

/*
 * For the caller's own records. With `allow_target`, root may name another user in PROTO_TARGET;
 * a target from anybody else, or where none is allowed, is MP_FORBIDDEN.
 */
void subject_of_records(struct broker *broker, struct request *request, int allow_target,
                        subject_found *found);

/*
 * For a login: PROTO_USER, at the account that select_login_account() finds. Root may name anybody,
 * with the uid that it resolved (the name service is asked only if the account allows groups);
 * anybody else names himself, or is MP_FORBIDDEN.
 */
void subject_of_login(struct broker *broker, struct request *request, subject_found *found);

#endif

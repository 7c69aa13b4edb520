/*
 * Which account a request means: the one it names, the one that serves an address, or the only one
 * that makes sense. Never a guess between equals.
 */
#ifndef MOBPROC_BROKER_SELECT_H
#define MOBPROC_BROKER_SELECT_H

#include "broker/broker.h"
#include "broker/mapping.h"
#include "lib/attr.h"

/*
 * Reads PROTO_ACCOUNT, or PROTO_SCHEME, PROTO_HOST, PROTO_PATH, and PROTO_PREFERRED of the request.
 * Of the accounts that fit, the longest prefix wins; among equals the preferred one, then the login
 * account, then the only one left. On MP_OK *account belongs to the request's settings and `holder`
 * is the user in it.
 * MP_NO_ACCOUNT (no such account, or none serves the address); MP_UNMAPPED (the named account does
 * not allow the user); MP_NO_RECORD (accounts fit, but the user holds none); MP_AMBIGUOUS.
 */
enum mp_err select_account(struct broker *broker, const struct request *request,
                           const struct nss_user *user, const struct config_account **account,
                           struct holder *holder) MUST_CHECK;

/*
 * The same for what changes or shows a record: a service account's is root's to manage, anybody
 * else who is listed may only get() and see its status: MP_FORBIDDEN.
 */
enum mp_err select_own_account(struct broker *broker, const struct request *request,
                               const struct nss_user *user, const struct config_account **account,
                               struct holder *holder) MUST_CHECK;

/*
 * The account of a login: PROTO_ACCOUNT or the login account. MP_OK, MP_NO_ACCOUNT; a service
 * account logs nobody in, which is MP_NO_ACCOUNT too.
 */
enum mp_err select_login_account(const struct request *request,
                                 const struct config_account **account) MUST_CHECK;

#endif

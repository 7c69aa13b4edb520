/*
 * Signing in with a browser (RFC 8252): the broker makes the authorization request and finishes
 * what comes back; the helper listens, opens the browser and carries it here. The identity must be
 * the caller's own: a code or token of somebody else is refused whatever else is right about it.
 */
#ifndef MOBPROC_BROKER_AUTHORIZATION_H
#define MOBPROC_BROKER_AUTHORIZATION_H

#include "broker/claims.h"
#include "broker/config.h"
#include "broker/mapping.h"
#include "broker/signins.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* With the port as an unsigned number (RFC 8252, 7.3). */
#define AUTHORIZATION_REDIRECT_URI "http://127.0.0.1:%u/callback"

/*
 * The authorization request of a sign-in at `endpoint` (RFC 6749 4.1.1 and 4.2.1, RFC 7636 4.3),
 * which the caller frees. MP_OK; MP_TOO_LONG; MP_NOMEM; MP_INTERNAL.
 */
enum mp_err authorization_url(const struct signin *signin, const char *endpoint,
                              struct secret **url) MUST_CHECK;

/*
 * Is this http://127.0.0.1:PORT/callback (RFC 8252, 7.3), with the account's own port when it has
 * one? Plain decimal digits, nothing before or behind.
 */
int authorization_is_redirect_uri(const struct config_account *account, const char *uri);

/*
 * Are the claims the holder's own? require_identifier decides when the account has one (policy.h
 * has compared it). Otherwise the identifier is the holder's remote name, or what stands behind
 * "://" in it and the platform is no other source system.
 */
int authorization_is_own(const struct config_account *account, const struct holder *holder,
                         const struct claims *claims);

#endif

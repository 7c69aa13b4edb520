/*
 * May the identity behind a token log in here? The claims of a validated token against the
 * require_* keys. Decided before anything is sealed, and again in the account stage.
 */
#ifndef MOBPROC_BROKER_POLICY_H
#define MOBPROC_BROKER_POLICY_H

#include "broker/claims.h"
#include "broker/config.h"
#include "broker/mapping.h"
#include "lib/attr.h"
#include "lib/err.h"

/*
 * MP_OK only when every required claim is there and equal. Else MP_POLICY, and *why names the key
 * for the log (static). An account with validate = off requires nothing: the configuration sees to
 * that. A token of another client is refused whenever the validation names one.
 */
enum mp_err policy_check(const struct config_account *account, const struct holder *holder,
                         const struct claims *claims, const char **why) MUST_CHECK;

/*
 * Is this scope of a token more than the account asks for (RFC 6749 3.3, 5.1)? 0 when the server
 * did not say, and when the account asks for none in particular.
 */
int policy_is_wider(const struct config_account *account, const char *scope);

#endif

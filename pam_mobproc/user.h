/* Whom the host asks for: a name that the machine knows, and never root. */
#ifndef MOBPROC_PAM_USER_H
#define MOBPROC_PAM_USER_H

#include <security/pam_modules.h>
#include <sys/types.h>

#include "lib/attr.h"
#include "lib/proto.h"

struct user {
    char name[PROTO_MAX_NAME + 1];
    uid_t uid;
};

/*
 * Reads the host's user and looks it up. Where the host has set none, libpam asks for it if
 * `may_ask` (login(1) leaves that to the first module after a wrong password); it is libpam that
 * stores the answer: this module never writes PAM_USER.
 *   PAM_SUCCESS       *user is known to NSS by exactly this name, and is not uid 0
 *   PAM_USER_UNKNOWN  no name; "root" or any name of uid 0; unknown to NSS; over PROTO_MAX_NAME
 *                     bytes; with a control byte, space, ':', '/' or '\'; or NSS answers with
 *                     another spelling (then two names would share one login)
 *   PAM_CONV_ERR      libpam asked and got no answer
 *   PAM_BUF_ERR, PAM_SYSTEM_ERR  NSS could not tell: no memory, or what it asks is away
 */
int user_find(pam_handle_t *pamh, int may_ask, struct user *user) MUST_CHECK;

/* Is the uid within both bounds, and not the overflow uid that stands for "no user"? */
int user_in_range(const struct user *user, uid_t minimum, uid_t maximum);

/* Is PAM_USER still this name? A conversation or another module may have changed it. */
int user_is_still(pam_handle_t *pamh, const struct user *user);

#endif

/* What each stage does once visit_begin() said that the user may be ours. All return PAM codes. */
#ifndef MOBPROC_PAM_STAGES_H
#define MOBPROC_PAM_STAGES_H

#include "lib/attr.h"
#include "pam_mobproc/visit.h"

/*
 * Password, then `login`. PAM_SUCCESS only for an answer that admits. A typed password is left in
 * PAM_AUTHTOK when the modules after this one will run (success, or the two codes that the shipped
 * line ignores), so that nobody types it twice.
 */
int stage_authenticate(struct visit *visit) MUST_CHECK;

/*
 * PAM_SUCCESS when a login with a password is on record and policy holds; PAM_IGNORE when the user
 * is mapped but did not log in through this module (ssh key, cron).
 */
int stage_account(struct visit *visit) MUST_CHECK;

/*
 * Counted by the broker, for root's hosts only; any other gets PAM_IGNORE. open puts
 * MOBPROC_ACCOUNT into the PAM environment.
 */
int stage_open_session(struct visit *visit) MUST_CHECK;
int stage_close_session(struct visit *visit) MUST_CHECK;

/*
 * PAM_AUTHTOK_ERR and a sentence for a mapped user, PAM_IGNORE for an unmapped one. While the
 * broker cannot be asked it is not known whose the user is: that is PAM_AUTHINFO_UNAVAIL, which
 * the password line in pam_mobproc(8) ignores, so that a local user can still change his password.
 */
int stage_password(struct visit *visit) MUST_CHECK;

#endif

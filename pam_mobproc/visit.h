/*
 * One visit of the host: one call of an entry point, whom it is about and with which arguments.
 * Nothing outlives it: sshd authenticates in another process than it opens the session in.
 */
#ifndef MOBPROC_PAM_VISIT_H
#define MOBPROC_PAM_VISIT_H

#include <security/pam_modules.h>

#include "lib/attr.h"
#include "pam_mobproc/args.h"
#include "pam_mobproc/codes.h"
#include "pam_mobproc/user.h"

/* It owns nothing. Start with {0}. */
struct visit {
    pam_handle_t *pamh;
    unsigned flags; /* PAM_SILENT, PAM_PRELIM_CHECK and the like */
    enum stage stage;
    struct args args;
    struct user user;
    const char *reason; /* static; one word for the log: why not, or NULL */
};

/*
 * Answers what needs no broker, in this order: uid 0 (before the arguments are looked at: a
 * misspelt line must not lock root out), the arguments, the uid range.
 *   PAM_SUCCESS         go on: the user may be one of ours
 *   code_not_ours()     uid 0, outside the range, unknown to NSS, or no name to send
 *   PAM_SERVICE_ERR     an argument was refused; logged
 *   PAM_CONV_ERR        libpam asked for the user's name in vain (authenticate only)
 *   code_for()          MP_NOMEM or MP_SYSTEM: NSS could not tell who that is
 */
int visit_begin(struct visit *visit, pam_handle_t *pamh, int flags, enum stage stage, int argc,
                const char **argv) MUST_CHECK;

/* Logs the outcome: refusals and failures always, the rest with `debug`. Returns `code`. */
int visit_end(const struct visit *visit, int code) MUST_CHECK;

/* Shows a sentence to the person, unless the host or the administrator wants silence. */
void visit_tell(const struct visit *visit, const char *text);

#endif

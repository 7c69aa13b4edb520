/* mobproc-check: the stack that is gone through. */
#ifndef MOBPROC_PAM_CHECK_STACK_H
#define MOBPROC_PAM_CHECK_STACK_H

#include <security/pam_appl.h>

#include "lib/attr.h"

#define CHECK_SERVICE "mobproc-check"

/* Which stack. Owns nothing. */
struct check_stack {
    const char *service;   /* of the machine; NULL: a private one with nothing but our module */
    const char *directory; /* of that service, instead of /etc/pam.d; or NULL */
    const char *socket;    /* for our module in the private one, instead of the system's; or NULL */
};

/*
 * Begins a transaction. The private service stands in a folder of mode 0700 of its own, which is
 * gone when this returns: libpam has read it by then. Each of its lines hands the module's own code
 * on as the stack's ([default=ok]); what the shipped lines make of that code is for the reader.
 * The module is the one beside this program (a build tree), else libpam's. PAM_SUCCESS with a
 * handle in *pamh for pam_end(3), or a PAM code after one line on standard error.
 */
int check_start(const struct check_stack *stack, const char *user, const struct pam_conv *conv,
                pam_handle_t **pamh) MUST_CHECK;

#endif

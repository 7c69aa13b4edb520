/* mobproc-check: what libpam's modules say and ask, answered without a person. */
#ifndef MOBPROC_PAM_CHECK_CONVERSATION_H
#define MOBPROC_PAM_CHECK_CONVERSATION_H

#include <security/pam_appl.h>

#include "lib/secret.h"

/* Who is checked. Owns nothing. */
struct check_person {
    const char *name;
    const struct secret *password;
};

/*
 * A conversation of pam_conv(3) for a struct check_person: a question without echo gets the
 * password, one with echo the name, and what is only said becomes a line `message TEXT` on standard
 * output, escaped.
 */
int check_converse(int count, const struct pam_message **messages, struct pam_response **responses,
                   void *person);

#endif

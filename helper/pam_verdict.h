/* What libpam would make of a stack if its modules answered thus: the walk of Linux-PAM's dispatch.
 */
#ifndef MOBPROC_HELPER_PAM_VERDICT_H
#define MOBPROC_HELPER_PAM_VERDICT_H

#include "helper/pam_control.h"
#include "helper/pam_stack.h"

/* What a module answers. Called for each line that is reached; a line with a problem refuses. */
typedef enum pam_code pam_answer(void *owner, const struct pam_line *line);

struct pam_verdict {
    int admits;  /* the stack ends with PAM_SUCCESS */
    int decider; /* the line that made it refuse, or that ended it; -1: the end was reached */
    int jumper;  /* the last line that jumped before that; -1: none */
};

struct pam_verdict pam_verdict(const struct pam_stack *stack, pam_answer *answer, void *owner);

#endif

/* Is a stack with our line in it right? On paper, see pam_scenarios.h; nothing is run. */
#ifndef MOBPROC_HELPER_ROLLOUT_PROOF_H
#define MOBPROC_HELPER_ROLLOUT_PROOF_H

#include "helper/pam_stack.h"

/* NULL when every scenario comes out right; else what does not (static). */
const char *rollout_proof_complaint(struct pam_stack *stack) MUST_CHECK;

/* The same for both stages of a file in PAM_DIRECTORY, which must name our module in both. */
const char *rollout_proof_of_service(const char *auth_file, const char *account_file) MUST_CHECK;

/* The smallest jump of our auth line with which the stack is right. NULL, or what is not (static).
 */
const char *rollout_proof_find_jump(struct pam_stack *stack, int *jump) MUST_CHECK;

#endif

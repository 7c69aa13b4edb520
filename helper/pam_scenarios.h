/*
 * Does a stack with pam_mobproc.so in it do what it should? Each scenario is one thing that can
 * happen (a wrong password, root, a broker that is away), run through the stack on paper.
 *
 * Other modules answer like this: pam_deny refuses, pam_permit agrees, the modules that know local
 * passwords answer as the scenario says, what may end the stack early (`sufficient`) does not
 * apply, a condition (one that jumps) is tried both ways, and the rest agrees.
 */
#ifndef MOBPROC_HELPER_PAM_SCENARIOS_H
#define MOBPROC_HELPER_PAM_SCENARIOS_H

#include "helper/findings.h"
#include "helper/pam_stack.h"

#define PAM_OUR_MODULE "pam_mobproc.so"

/* Is this a line of ours? */
int pam_is_ours(const struct pam_line *line);

/* Is this a module that checks passwords of this machine or of another directory? */
int pam_is_local(const struct pam_line *line);

/* The place of our first line in the stack, or -1. */
int pam_find_ours(const struct pam_stack *stack);

/*
 * Judges an auth or account stack that holds a line of ours, and adds what is wrong to `findings`
 * under `what`, with the edit that mends it where one can be found. The stack is left as it was.
 */
void pam_scenarios_run(struct pam_stack *stack, struct findings *findings, const char *what);

#endif

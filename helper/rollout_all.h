/*
 * All services at once, through the distribution's own tool: pam-auth-update with the profile
 * mobproc (Debian), or authselect with the feature with-mobproc (Fedora, RHEL). What the tool made
 * of it is proven like a single service.
 */
#ifndef MOBPROC_HELPER_ROLLOUT_ALL_H
#define MOBPROC_HELPER_ROLLOUT_ALL_H

#include "lib/attr.h"

/* 0, or the exit code after saying why there is no such tool here or something stands in its way.
 */
int rollout_all_check(int *has_lines) MUST_CHECK;

/* Keeps copies of the files that the tool writes. The exit code. */
int rollout_all_keep(void) MUST_CHECK;

/* Lets the tool put the lines in. When the result is not right they are out again. The exit code.
 */
int rollout_all_apply(void) MUST_CHECK;

/* Is what stands in the stacks that the tool writes still right? NULL, or what is not (static). */
const char *rollout_all_complaint(void) MUST_CHECK;

/* Lets the tool take them out; where it leaves some, the copies are put back. The exit code. */
int rollout_all_restore(void) MUST_CHECK;

#endif

/* Whose local passwords would count no more with the lines in? The broker knows, by allow_users. */
#ifndef MOBPROC_HELPER_ROLLOUT_PEOPLE_H
#define MOBPROC_HELPER_ROLLOUT_PEOPLE_H

#include "lib/attr.h"

/*
 * Asks the broker at `socket`, or the system's, about everybody with a local password. 0 when it
 * names none of them, or cannot be asked, which is said; else the exit code after saying who they
 * are and what `mobproc enable --service NAME` needs to be typed with all the same.
 */
int rollout_people_check(const char *socket, const char *name) MUST_CHECK;

#endif

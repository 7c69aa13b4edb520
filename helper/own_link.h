/* A symbolic link of the person's own, by which a tool finds a program of ours. */
#ifndef MOBPROC_HELPER_OWN_LINK_H
#define MOBPROC_HELPER_OWN_LINK_H

#include "lib/attr.h"

/*
 * Makes HOME/`below` a link to `target`, and says so; one that is there already is fine. Refused: a
 * folder that others can change, and anything else of that name. Exit code.
 */
int own_link_make(const char *below, const char *target) MUST_CHECK;

#endif

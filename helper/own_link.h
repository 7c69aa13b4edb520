/* A symbolic link of the person's own, by which a tool finds a program of ours. */
#ifndef MOBPROC_HELPER_OWN_LINK_H
#define MOBPROC_HELPER_OWN_LINK_H

#include <limits.h>

#include "lib/attr.h"

/* What was made, so that it can be undone. Plain data; start with {0}. */
struct own_link {
    char path[PATH_MAX]; /* "": nothing */
};

/*
 * Makes HOME/`below` a link to `target`; one that is there already is fine. Refused: a folder that
 * others can change, and anything else of that name. Exit code.
 */
int own_link_make(const char *below, const char *target, struct own_link *made) MUST_CHECK;

/* Takes a link away that was made; errors are ignored, and its folders stay. */
void own_link_undo(const struct own_link *made);

#endif

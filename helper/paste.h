/*
 * mobproc login --browser --paste: for a machine without a browser. The person opens the address on
 * another one, where the way back leads nowhere, and pastes the address that it ended at.
 */
#ifndef MOBPROC_HELPER_PASTE_H
#define MOBPROC_HELPER_PASTE_H

#include "helper/signin.h"
#include "lib/attr.h"

#define PASTE_MAX 20480 /* bytes of a pasted address: a token and its company, percent-encoded */
#define PASTE_TRIES 3

/* Does it all for a sign-in that was prepared; says what came of it. Returns the exit code. */
int paste_login(struct signin *signin) MUST_CHECK;

#endif

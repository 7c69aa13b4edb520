/*
 * mobproc login --browser: waits on 127.0.0.1 for what the sign-in page sends back (RFC 8252, 7.3).
 * The browser is sent there by a page of ours that works once, so that neither the authorization
 * request nor its state is ever in anybody's arguments.
 */
#ifndef MOBPROC_HELPER_BROWSER_H
#define MOBPROC_HELPER_BROWSER_H

#include "helper/arguments.h"
#include "lib/attr.h"

#define BROWSER_WAIT_S 120      /* without --timeout */
#define BROWSER_MAX_FOREIGN 100 /* answers of other sign-ins that are refused; one more ends it */

/* Does it all, and says on standard error what came of it. Returns the exit code. */
int browser_login(const struct arguments *arguments) MUST_CHECK;

#endif

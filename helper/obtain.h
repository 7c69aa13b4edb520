/* What token, headers and curl begin with: the token that the arguments ask for. */
#ifndef MOBPROC_HELPER_OBTAIN_H
#define MOBPROC_HELPER_OBTAIN_H

#include "helper/arguments.h"
#include "helper/fetch.h"
#include "lib/attr.h"

/*
 * Fetches the token of ACCOUNT, or without one of the account that the broker chooses
 * (MOBPROC_ACCOUNT is a hint), with at least --min-ttl left. Says on standard error what went
 * wrong. Returns the exit code; free `fetched` in any case.
 */
int obtain(const struct arguments *arguments, struct fetched *fetched) MUST_CHECK;

#endif

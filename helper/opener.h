/*
 * Opens an address in the person's browser: the program that BROWSER names with its absolute path,
 * else xdg-open(1) where there is a display. The address must not be a secret for long: any local
 * user can read the arguments of a process.
 */
#ifndef MOBPROC_HELPER_OPENER_H
#define MOBPROC_HELPER_OPENER_H

#include "lib/attr.h"

/* Starts it and does not wait. 1 when something was started, 0 when there is nothing to start. */
int opener_start(const char *address) MUST_CHECK;

#endif

/* Has mobprocd judge a configuration: the program that will read it knows best. */
#ifndef MOBPROC_HELPER_CHECKUP_H
#define MOBPROC_HELPER_CHECKUP_H

#include "lib/attr.h"

/* Runs `mobprocd --check --config PATH`, with its words on standard error. 0, or the exit code. */
int checkup_run(const char *config) MUST_CHECK;

#endif

/* Has mobprocd judge a configuration: the program that will read it knows best. */
#ifndef MOBPROC_HELPER_CHECKUP_H
#define MOBPROC_HELPER_CHECKUP_H

#include <stddef.h>

#include "lib/attr.h"

#define CHECKUP_USER "mobproc" /* whom the system's broker runs as */
#define CHECKUP_NOT_RUN 127    /* there is no mobprocd that could be run to its end */
#define CHECKUP_MAX_WORDS 16384

/*
 * Runs `mobprocd --check --config PATH`: as `user`, unless NULL, when root asks (root could read a
 * secret that the broker cannot), with `credentials` as its CREDENTIALS_DIRECTORY, or
 * NULL. What it says, a line for each mistake, is put into `words`. 0, its exit code, or
 * CHECKUP_NOT_RUN with the reason in `words`, "" when it was ended.
 */
int checkup_run(const char *config, const char *user, const char *credentials, char *words,
                size_t size) MUST_CHECK;

#endif

/* The state directory: opened, and locked for one broker. */
#ifndef MOBPROC_BROKER_STATEDIR_H
#define MOBPROC_BROKER_STATEDIR_H

#include "lib/attr.h"

/*
 * Opens `path`, with its parents when `make_parents`, and takes its lock, waiting up to `wait_ms`
 * for a broker that is about to end. Both descriptors stay open as long as the broker lives.
 * 0, or -1 with a message on standard error.
 */
int statedir_open(const char *path, int make_parents, int wait_ms, int *state_fd,
                  int *lock_fd) MUST_CHECK;

#endif

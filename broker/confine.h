/*
 * What the broker can no longer do once it serves: start a program, open a socket to the network,
 * look into another process, write a file that is not its own. Children that it forks for name
 * lookups inherit this.
 */
#ifndef MOBPROC_BROKER_CONFINE_H
#define MOBPROC_BROKER_CONFINE_H

#include "lib/attr.h"
#include "lib/err.h"

/*
 * No program, no network, no other process (seccomp(2)). For good. MP_OK; MP_UNSUPPORTED when this
 * kernel has no seccomp; MP_SYSTEM.
 */
enum mp_err confine_calls(void) MUST_CHECK;

/*
 * Files are written, created and removed under `state` and in `runtime` ("": none) only
 * (landlock(7)); both must exist. MP_OK, MP_UNSUPPORTED, MP_SYSTEM.
 */
enum mp_err confine_files(const char *state, const char *runtime) MUST_CHECK;

#endif

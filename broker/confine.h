/*
 * What the broker can no longer do once it serves: start a program, open a socket to the network,
 * look into another process. Children that it forks for name lookups inherit this.
 */
#ifndef MOBPROC_BROKER_CONFINE_H
#define MOBPROC_BROKER_CONFINE_H

#include "lib/attr.h"
#include "lib/err.h"

/*
 * Installs the filter (seccomp(2)); it cannot be taken off again. MP_OK; MP_UNSUPPORTED when the
 * kernel has no seccomp, which is worth a line in the log; MP_SYSTEM.
 */
enum mp_err confine_broker(void) MUST_CHECK;

#endif

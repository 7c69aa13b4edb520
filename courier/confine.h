/*
 * What a child gives up before it reads a job. The implementation is chosen at build time;
 * confine_limits.c is the one that every kernel has. Filters on system calls and files belong
 * behind the same function.
 */
#ifndef MOBPROC_COURIER_CONFINE_H
#define MOBPROC_COURIER_CONFINE_H

#include "lib/attr.h"
#include "lib/err.h"

/*
 * No new privileges, no core, no tracing by the same uid, no file grows, few descriptors. For the
 * process and for good. MP_OK, or MP_SYSTEM with errno: then the process must not go on.
 */
enum mp_err confine_child(void) MUST_CHECK;

#endif

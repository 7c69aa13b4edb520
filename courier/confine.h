/*
 * What a child gives up. It meets bytes from the network, so it may do what one exchange needs and
 * nothing else: confine_limits.c, confine_calls.c, confine_files.c.
 */
#ifndef MOBPROC_COURIER_CONFINE_H
#define MOBPROC_COURIER_CONFINE_H

#include "courier/transport.h"
#include "lib/attr.h"
#include "lib/err.h"

/*
 * Before a job is read: not root, no new privileges, no core, no tracing, no file grows, few
 * descriptors. For the process and for good. MP_OK, or MP_SYSTEM with errno: then the process must
 * not go on. Root becomes uid and gid 65534.
 */
enum mp_err confine_child(void) MUST_CHECK;

/* Makes the filter of confine_calls(), once, before there are children. MP_OK, MP_SYSTEM. */
enum mp_err confine_prepare(void) MUST_CHECK;

/*
 * No program, no process, no listening, no second job, no file opened for writing, no look into
 * another process, no sockets but those of IP and of name services (seccomp(2)). MP_OK;
 * MP_UNSUPPORTED when the kernel has no seccomp; MP_SYSTEM.
 */
enum mp_err confine_calls(void) MUST_CHECK;

/*
 * Reads nothing but what a connection needs: libraries, what name services keep, and the
 * authorities of this transport (landlock(7)). MP_OK, MP_UNSUPPORTED, MP_SYSTEM.
 */
enum mp_err confine_files(const struct transport *transport) MUST_CHECK;

#endif

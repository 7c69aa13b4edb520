/*
 * Starts the user's private broker when nobody listens yet: `mobprocd --user --ready-fd 3`, from
 * the folder of the running program when it stands there (a build tree), else from
 * MOBPROC_LIBEXECDIR. PATH is never searched.
 *
 * It gets a session of its own, /dev/null for 0, 1 and 2, no other descriptor of ours, and of the
 * environment HOME and the XDG directories only. It writes one byte to descriptor 3 when it
 * listens.
 */
#ifndef MOBPROC_HELPER_START_H
#define MOBPROC_HELPER_START_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"

#define START_MS 5000 /* a broker that does not listen by then is given up */

/*
 * Starts it and waits until it listens or ends, at most START_MS. `runtime` becomes its
 * XDG_RUNTIME_DIR. MP_OK when it says that it listens, MP_CONFIGURATION when it cannot read the
 * user's (then each mistake has been said on standard error), MP_BROKER_ABSENT when it ended before
 * that (another one may hold the lock), MP_BROKER_HUNG, MP_NOMEM or MP_SYSTEM.
 */
enum mp_err start_private_broker(const char *runtime) MUST_CHECK;

/*
 * The same with arguments and an environment of the caller's choice, both ending with NULL; the
 * first argument is its name, and `--ready-fd 3` is among them. *pid is the child, to be waited
 * for.
 */
enum mp_err start_broker(char *const *arguments, char *const *environment, pid_t *pid) MUST_CHECK;

/* The broker's program, as said above: an absolute path, which may not exist. */
void start_find_program(char *out, size_t size);

#endif

/* The long-lived part of the courier: it accepts, checks who asks, and forks one child per job. */
#ifndef MOBPROC_COURIER_NURSERY_H
#define MOBPROC_COURIER_NURSERY_H

#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"

#define NURSERY_MAX_CHILDREN 32 /* more connections wait in the backlog */
#define NURSERY_STOP_MS 20000   /* after SIGTERM running children get that long */

/*
 * Is this descriptor a listening AF_UNIX SOCK_SEQPACKET socket? Sets *owner to the owner of its
 * socket file, or to (uid_t)-1 when it has none. MP_OK, MP_CONFIGURATION, MP_SYSTEM.
 */
enum mp_err nursery_inspect(int listener, uid_t *owner) MUST_CHECK;

/* May this uid give jobs? Our own uid and the socket's owner may; 65534 and -1 never. */
int nursery_admits(uid_t peer, uid_t owner);

/*
 * Serves until SIGTERM or SIGINT, then until the children are done. `work` runs in a confined
 * child that exits when it returns. MP_OK after a signal; MP_SYSTEM with errno when the listener
 * broke. Signal handlers and the mask of the process belong to the nursery from here on.
 */
enum mp_err nursery_serve(int listener, uid_t owner, void (*work)(int connection)) MUST_CHECK;

#endif

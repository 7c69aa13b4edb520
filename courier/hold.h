/*
 * A transfer that waits between the handshake and its first byte, for the rest of its request.
 */
#ifndef MOBPROC_COURIER_HOLD_H
#define MOBPROC_COURIER_HOLD_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"

struct hold {
    int fd;           /* readable when there is news */
    int64_t until_ms; /* it ends unless it is complete by then (lib/clock.h) */
    /*
     * Called for news, also while the connection is still being made. MP_OK: the request is
     * complete, and its exchange has until *deadline_ms. MP_INTERRUPTED: not yet. Any other error
     * ends the transfer with nothing sent.
     */
    enum mp_err (*complete)(void *owner, int64_t *deadline_ms);
    void *owner;
    int is_complete;
    int64_t deadline_ms; /* once it is complete */
};

/* Takes the news that made `fd` readable. 1, or 0 when the transfer must end. */
int hold_look(struct hold *hold) MUST_CHECK;

/*
 * Waits until the request is complete. 1 when it is and the server, to which we are connected from
 * our `own_port`, has not hung up; 0 otherwise.
 */
int hold_wait(struct hold *hold, int own_port) MUST_CHECK;

#endif

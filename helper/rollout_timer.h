/*
 * Takes back what nobody confirms: runs `mobproc disable --unconfirmed` when the time has come.
 *
 * Where systemd runs, it does so (a transient timer, which no end of a session takes with it); else
 * a process of our own waits, in a session of its own and without any file of the caller's. Neither
 * outlives the machine: for the next boot there is a unit, mobproc-rollback.service, in
 * /etc/systemd/system as long as something waits.
 */
#ifndef MOBPROC_HELPER_ROLLOUT_TIMER_H
#define MOBPROC_HELPER_ROLLOUT_TIMER_H

#include "lib/attr.h"

#define ROLLOUT_UNIT "mobproc-rollback"

/*
 * `command` is what the waiting process does then, without standard streams; it ends earlier when
 * is_waiting() says that nothing waits any more. 0, or the exit code after saying why: then nothing
 * waits.
 */
int rollout_timer_arm(unsigned seconds, int (*is_waiting)(void), int (*command)(void)) MUST_CHECK;

/* Nothing waits any more. A process that still does finds nothing to do. */
void rollout_timer_disarm(void);

#endif

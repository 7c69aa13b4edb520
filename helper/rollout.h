/* What enable, confirm and disable have in common. */
#ifndef MOBPROC_HELPER_ROLLOUT_H
#define MOBPROC_HELPER_ROLLOUT_H

#include "lib/attr.h"

/* Root only; with the lock of rollout_store.h in *lock. 0, or the exit code after saying why. */
int rollout_begin(int *lock) MUST_CHECK;

/* Takes the lines of `name`, a service or "all", out and forgets it. The exit code. */
int rollout_take_back(const char *name) MUST_CHECK;

/* The same for what nobody confirmed in time: a late `mobproc confirm` will be told. */
int rollout_expire(const char *name) MUST_CHECK;

/* Takes back whatever nobody confirmed in time; all that could be done is done. The exit code. */
int rollout_take_back_overdue(void) MUST_CHECK;

/* 1 when something waits to be confirmed. */
int rollout_is_waiting(void) MUST_CHECK;

/* Ends timers that wait for nothing any more: one who was killed in time may have left some. */
void rollout_tidy(void);

#endif

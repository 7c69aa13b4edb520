/*
 * The broker's poll loop: descriptors and timers with their callbacks, one thread. A callback may
 * add and remove any watch or timer, its own included.
 */
#ifndef MOBPROC_BROKER_LOOP_H
#define MOBPROC_BROKER_LOOP_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"

struct loop;
struct loop_watch; /* belongs to the loop until loop_unwatch */
struct loop_timer; /* belongs to the loop until it fires or loop_cancel */

typedef void loop_ready(void *owner, short revents); /* poll(2) */
typedef void loop_expired(void *owner);

enum mp_err loop_new(struct loop **loop) MUST_CHECK;
void loop_free(struct loop **loop);

/* Calls `ready` whenever poll(2) reports one of `events` (or an error) on `fd`. The descriptor
 * stays the caller's; unwatch before closing it. NULL when memory is short. */
struct loop_watch *loop_watch(struct loop *loop, int fd, short events, loop_ready *ready,
                              void *owner) MUST_CHECK;

/* Changes the events waited for; 0 waits for errors and hang-ups only. */
void loop_watch_events(struct loop_watch *watch, short events);

/* Ends a watch and sets the caller's pointer to NULL; NULL is accepted. */
void loop_unwatch(struct loop_watch **watch);

/* Calls `expired` once, at `deadline_ms` (lib/clock.h) or soon after. NULL when memory is short. */
struct loop_timer *loop_at(struct loop *loop, int64_t deadline_ms, loop_expired *expired,
                           void *owner) MUST_CHECK;

/* Cancels a timer that has not fired. A callback must forget its pointer when it runs. */
void loop_cancel(struct loop_timer **timer);

/* Waits for the next events and runs their callbacks; while memory is short, for a moment only.
 * MP_OK, MP_SYSTEM. */
enum mp_err loop_turn(struct loop *loop) MUST_CHECK;

#endif

/* The two clocks: one for deadlines, one for expiry. */
#ifndef MOBPROC_LIB_CLOCK_H
#define MOBPROC_LIB_CLOCK_H

#include <stdint.h>

/* Milliseconds that never jump (CLOCK_MONOTONIC). All deadlines are points on this clock. */
int64_t clock_monotonic_ms(void);

/* Seconds since 1970 (CLOCK_REALTIME). It can jump; only expiry and guard times use it. */
int64_t clock_utc(void);

/* Milliseconds from now to a deadline: 0 when it has passed, at most INT_MAX. */
int clock_left_ms(int64_t deadline_ms);

#endif

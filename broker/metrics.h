/*
 * Counts since the start of the broker, for PROTO_METRICS. Nothing here names a user: whoever reads
 * the numbers of a machine need not know who works there.
 */
#ifndef MOBPROC_BROKER_METRICS_H
#define MOBPROC_BROKER_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"

#define METRICS_BUCKETS 8
#define METRICS_MAX_TEXT 32768 /* bytes, with the NUL */

/* Start with {0}. */
struct metrics {
    uint64_t logins[MP_ERR_COUNT];        /* by result */
    uint64_t refreshes[MP_ERR_COUNT];     /* by result */
    uint64_t tokens;                      /* given out */
    uint64_t slower[METRICS_BUCKETS + 1]; /* answered logins, by the bucket they fall into */
    uint64_t total_ms;                    /* of those */
};

/* A login that the sign-in server answered after `ms` milliseconds. */
void metrics_answered(struct metrics *metrics, int64_t ms);

/* Text in Prometheus' exposition format that is being written. Start with {0} and a buffer. */
struct metrics_text {
    char *bytes;
    size_t size;
    size_t length;
    int is_full;
};

/* Adds a line, or sets `is_full`. Label values must need no escaping. */
void metrics_add(struct metrics_text *text, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds what is counted here. */
void metrics_write(const struct metrics *metrics, struct metrics_text *text);

#endif

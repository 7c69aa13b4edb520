/* Seconds as token replies say them: PingFederate sends numbers, others decimal strings. */
#ifndef MOBPROC_COURIER_LIFETIME_H
#define MOBPROC_COURIER_LIFETIME_H

#include <stdint.h>

#include "courier/json.h"
#include "lib/attr.h"

#define LIFETIME_MAX_SAID (INT64_C(1) << 31)
#define LIFETIME_MAX 86400 /* more is not believed */

/* 1 and *seconds when the member is an integer, or such a one in a string: "0", "7200"; else 0. */
int lifetime_read(const struct json *json, const char *key, int64_t *seconds) MUST_CHECK;

/* The seconds, cut to what is believed. */
uint64_t lifetime_believed(int64_t seconds);

#endif

/* Asks the right broker one thing, and starts the private one when it is the right one. */
#ifndef MOBPROC_HELPER_ASK_H
#define MOBPROC_HELPER_ASK_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/call.h"
#include "lib/err.h"
#include "lib/secret.h"

#define ASK_MS 30000 /* the longest wait for a result; `accepted` has a limit of its own */

/*
 * Sends `request` (call_request() and fields; it may be used up) to the broker that which_broker()
 * names for `socket` (the value of --socket or NULL). Result as call_broker(), or the error of
 * which_broker(). Only a request that never left this program is sent again, after a start.
 */
enum mp_err ask_broker(const char *socket, struct secret *request,
                       struct call_reply *reply) MUST_CHECK;

/* The same for a request that may take longer: waits up to `wait_ms` for the result. */
enum mp_err ask_broker_within(int64_t wait_ms, const char *socket, struct secret *request,
                              struct call_reply *reply) MUST_CHECK;

#endif

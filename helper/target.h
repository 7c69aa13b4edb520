/* What list, status, refresh and logout ask in common: an account, and for root whose. */
#ifndef MOBPROC_HELPER_TARGET_H
#define MOBPROC_HELPER_TARGET_H

#include "helper/arguments.h"
#include "lib/attr.h"
#include "lib/call.h"
#include "lib/err.h"
#include "lib/proto.h"

/*
 * Sends `operation` with ACCOUNT (NULL: none) and the TARGET of --user. The error of ask_broker();
 * MP_FORBIDDEN, and nothing is asked, when somebody but root gives --user. Free `reply` in any
 * case.
 */
enum mp_err target_ask(const struct arguments *arguments, enum proto_operation operation,
                       const char *account, struct call_reply *reply) MUST_CHECK;

#endif

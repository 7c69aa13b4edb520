/*
 * The caller's side of a call to the broker: connect, check who listens, ask, wait twice.
 * Safe inside a PAM host: no signal, no fork, no thread, no environment, no log.
 */
#ifndef MOBPROC_LIB_CALL_H
#define MOBPROC_LIB_CALL_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"
#include "lib/wire.h"

#define CALL_HINT_MS 50
#define CALL_SYSTEM_SOCKET "/run/mobproc/broker.sock"

/* A result. It owns the packet that the message points into. Start with {0}. */
struct call_reply {
    struct secret *packet;
    struct wire_message message;
};

/* Wipes and frees; may be called twice. */
void call_reply_free(struct call_reply *reply);

/* A new request that the caller frees, with its header written; NULL when memory is short. */
struct secret *call_request(enum proto_operation operation) MUST_CHECK;

/*
 * Connects, checks the socket's directory (lib/trust.h) and that the peer is root, the caller
 * itself or the owner of the socket file (inside a user namespace: lib/outside.h); only then sends
 * the request with PROTO_REMAINING_MS added, and waits for `accepted` and the result until
 * `deadline_ms` (lib/clock.h). Returns the PROTO_ERROR of the result, or MP_BROKER_ABSENT,
 * MP_BROKER_FOREIGN, MP_BROKER_HUNG, MP_PROTOCOL, MP_NOMEM, MP_SYSTEM. `reply` holds the result's
 * fields when one came, MP_OK or not; free it in any case.
 */
enum mp_err call_broker(const char *socket_path, int64_t deadline_ms, struct secret *request,
                        struct call_reply *reply) MUST_CHECK;

/*
 * The same connection and checks, for a request whose answer nobody waits for. Takes at most
 * CALL_HINT_MS, and that only while the broker is overrun. The descriptor, which the caller closes
 * once the hint does not matter any more: the broker may not have read it before. -1 for a failure.
 */
int call_hint(const char *socket_path, const struct secret *request) MUST_CHECK;

#endif

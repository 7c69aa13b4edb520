/*
 * One packet on an AF_UNIX SOCK_SEQPACKET socket: sent whole, received whole or refused. unix(7).
 */
#ifndef MOBPROC_LIB_PACKET_H
#define MOBPROC_LIB_PACKET_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * Waits until `deadline_ms` (lib/clock.h; 0 or the past: does not wait) and receives one packet
 * into a new buffer that the caller frees. *packet is NULL unless MP_OK is returned.
 *   MP_OK            a packet, or *packet = NULL at the end of file
 *   MP_INTERRUPTED   nothing came in time
 *   MP_PROTOCOL      longer than WIRE_MAX_PACKET, or it carried descriptors (they are closed)
 *   MP_SYSTEM, MP_NOMEM
 */
enum mp_err packet_receive(int fd, int64_t deadline_ms, struct secret **packet) MUST_CHECK;

/*
 * Sends one packet, waiting until the deadline for room; never raises SIGPIPE.
 *   MP_OK, MP_INTERRUPTED (no room in time), MP_SYSTEM (errno; EPIPE when the peer is gone)
 */
enum mp_err packet_send(int fd, int64_t deadline_ms, const struct secret *packet) MUST_CHECK;

#endif

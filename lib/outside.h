/*
 * A broker that is looked at from inside a user namespace, as podman without root makes one around
 * the helpers that it asks. There everybody of the machine who has no number in it is shown as one,
 * uid 65534 (user_namespaces(7)): root, the broker, and strangers alike; the caller himself is
 * often 0. What is shown as 65534 counts as "root, or the broker, of the machine outside" only
 * where all of this holds:
 *
 *   - /proc/self/uid_map says that this is not the machine's own namespace
 *   - the socket is CALL_SYSTEM_SOCKET: no other that an option or a variable names
 *   - nobody but its owner can write into any directory on the way, sticky or not. So the owner of
 *     each was chosen by the owner of the one above, and the first is the machine's: only root
 *     there, or the caller himself with mounts of his own, can put something at that path
 *   - the request only asks, and brings no secret along: get, list, status, validate, refresh.
 *     A password, a code or a token to be erased is never sent
 *
 * What it cannot see: a /run/mobproc that root outside has given to a stranger; and the caller's
 * own subordinate 65534, where his namespace maps that (podman does), which is the caller all the
 * same. The broker is not fooled by any of this: SO_PEERCRED tells it the caller's uid outside.
 */
#ifndef MOBPROC_LIB_OUTSIDE_H
#define MOBPROC_LIB_OUTSIDE_H

#include <sys/types.h>

#include "lib/attr.h"
#include "lib/secret.h"

/* user_namespaces(7): who has no number here; nobody's own. Another overflowuid is not known. */
#define OUTSIDE_UID ((uid_t)65534)

/*
 * May 65534 be root or the broker outside, for this request at this socket? All of the above; `uid`
 * is the caller's, as for trust_parent(). Reads /proc/self/uid_map.
 */
int outside_may_answer(const char *socket_path, uid_t uid, const struct secret *request) MUST_CHECK;

#endif

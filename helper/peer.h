/* Who is at the other end of a connection on the loopback interface? */
#ifndef MOBPROC_HELPER_PEER_H
#define MOBPROC_HELPER_PEER_H

#include "lib/attr.h"

/*
 * Does the socket at the other end of `fd` (TCP, both ends on this machine) belong to a user who is
 * neither the caller nor root? Asked of the kernel, sock_diag(7). 0 also when it cannot tell: this
 * is a further defence, not the one that decides.
 */
int peer_is_stranger(int fd) MUST_CHECK;

#endif

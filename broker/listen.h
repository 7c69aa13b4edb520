/* The socket that callers connect to: handed over by systemd, or bound by ourselves. */
#ifndef MOBPROC_BROKER_LISTEN_H
#define MOBPROC_BROKER_LISTEN_H

#include <sys/types.h>

#include "lib/attr.h"

/*
 * A listening AF_UNIX SOCK_SEQPACKET socket that systemd passed as descriptor 3 (LISTEN_PID,
 * LISTEN_FDS; sd_listen_fds(3)), made non-blocking and close-on-exec. -1 when none was passed,
 * -2 with a message on standard error when what was passed is something else.
 */
int listen_activated(void) MUST_CHECK;

/*
 * Binds and listens at `path`, which must stand in a directory that only root or we can change. A
 * dead socket of ours at that place is replaced; anything else refuses. The directory is made when
 * it is absent (mode `directory_mode`). -1 with a message on standard error.
 */
int listen_bind(const char *path, mode_t mode, mode_t directory_mode) MUST_CHECK;

#endif

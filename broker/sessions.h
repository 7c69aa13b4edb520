/*
 * Open login sessions of a user, so that `forget = last-session` knows the last one. An entry is
 * an empty file STATE/sessions/<uid>/<boot id>.<pid>.<start time>; entries of another boot, or of
 * a process that is gone or was replaced (proc(5), stat field 22), do not count and are removed.
 */
#ifndef MOBPROC_BROKER_SESSIONS_H
#define MOBPROC_BROKER_SESSIONS_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"

/* MP_OK, MP_STORAGE (also for a leader that does not live). `leader` is the process that opened the
 * session (SO_PEERCRED). */
enum mp_err sessions_open(int sessions_fd, uid_t uid, pid_t leader) MUST_CHECK;

/* When the leader's session was opened, in seconds since 1970; 0 when that cannot be told. */
int64_t sessions_opened_at(int sessions_fd, uid_t uid, pid_t leader);

/* Ends the leader's; *left says how many of the user's sessions are still open, and is never 0 when
 * that cannot be told. MP_OK, MP_STORAGE. */
enum mp_err sessions_close(int sessions_fd, uid_t uid, pid_t leader, int *left) MUST_CHECK;

/* The number of the user's open sessions; 0 when it cannot be told. */
int sessions_count(int sessions_fd, uid_t uid);

#endif

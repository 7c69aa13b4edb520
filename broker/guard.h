/*
 * The wrong-password guard: stays below the sign-in server's own lock-out, and survives a restart.
 * A unit is charged durably before a password is sent. It stays charged for `window` seconds if the
 * password was refused or nobody knows, and is given back otherwise. Tries with a remote host and
 * tries at this machine have budgets of their own.
 *
 * A name has one file in STATE/guard, called by a hash (broker/hash.h), of the times of its units.
 * A damaged one counts as used up for one window, from the moment it is found.
 */
#ifndef MOBPROC_BROKER_GUARD_H
#define MOBPROC_BROKER_GUARD_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"

#define GUARD_MAX_FAILURES 16

/* What a charge needs to be given back. Plain data, owns nothing. */
struct guard_unit {
    char file[65];
    int is_remote;
    int64_t charged_at; /* 0: nothing is charged */
};

/*
 * Charges a unit for one try of `remote_name` at `endpoint`: bytes that are compared as they are,
 * so give the canonical name. `failures` is 1..GUARD_MAX_FAILURES, `now` is clock_utc(). MP_OK;
 * MP_GUARD (budget used up, nothing charged; *wait_s says for how long); MP_STORAGE (could not be
 * made durable: send nothing); MP_SYSTEM (could not be read: the same); MP_NOMEM; MP_INTERNAL. A
 * clock that went back frees nothing early and locks nobody out for longer than `window`.
 */
enum mp_err guard_charge(int guard_fd, const char *endpoint, const char *remote_name, int is_remote,
                         int failures, int window_s, int64_t now, struct guard_unit *unit,
                         int *wait_s) MUST_CHECK;

/* Would a charge be refused at this moment? 1 also when that cannot be found out. */
int guard_is_used_up(int guard_fd, const char *endpoint, const char *remote_name, int is_remote,
                     int failures, int window_s, int64_t now);

/* Gives a charged unit back, once; a second call does nothing. Errors leave it charged. */
void guard_give_back(int guard_fd, struct guard_unit *unit, int64_t now, int window_s);

/* Removes the files of names without a unit younger than `window_s`; at start. */
void guard_sweep(int guard_fd, int64_t now, int window_s);

#endif

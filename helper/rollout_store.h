/*
 * What `mobproc enable` has done and not yet been told to keep: durable, for root alone, and not in
 * the broker's state, which is not needed to take the lines out again. For each service, or "all":
 *
 *   NAME.state    one line: `v1 confirmed`, or `v1 pending SECONDS BOOT`: taken back at that time
 *                 of this boot (CLOCK_BOOTTIME, seconds), or after the next one. Without `v1` it
 *                 means the same: it was written before there was a version
 *   NAME.WHAT     copies of files, mode 0600
 *
 * and beside them `expired`: the name of the last one that was taken back because nobody confirmed
 * it, until somebody enables or disables anything.
 *
 * A name is one that rollout_is_name() accepts.
 */
#ifndef MOBPROC_HELPER_ROLLOUT_STORE_H
#define MOBPROC_HELPER_ROLLOUT_STORE_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define ROLLOUT_DIRECTORY "/var/lib/mobproc-rollout"
#define ROLLOUT_ALL "all"
#define ROLLOUT_MAX_NAME 64
#define ROLLOUT_MAX_FILE 65536 /* bytes of a copy */

enum rollout_state {
    ROLLOUT_NONE,
    ROLLOUT_CONFIRMED,
    ROLLOUT_PENDING, /* its time has not come */
    ROLLOUT_OVERDUE, /* its time has come, the machine was started anew, or it cannot be read */
    ROLLOUT_LATER,   /* of a version that this program does not know: to be left alone */
};

/* Letters, digits, `_`, `-` and inner dots: at most ROLLOUT_MAX_NAME bytes. */
int rollout_is_name(const char *name);

/*
 * Makes the folder if need be and waits until no other mobproc is at it. MP_OK with a descriptor in
 * *lock, to be closed; MP_FORBIDDEN when the folder is not root's alone; MP_SYSTEM (errno).
 */
enum mp_err rollout_lock(int *lock) MUST_CHECK;

enum rollout_state rollout_state(const char *name);

/* Durable; `seconds` from now. MP_OK, MP_SYSTEM (errno). */
enum mp_err rollout_set_pending(const char *name, unsigned seconds) MUST_CHECK;
enum mp_err rollout_set_confirmed(const char *name) MUST_CHECK;

/* The trace of what was taken back: durable. MP_OK, MP_SYSTEM (errno). */
enum mp_err rollout_set_expired(const char *name) MUST_CHECK;
int rollout_expired(char name[static ROLLOUT_MAX_NAME + 1]); /* 1 when there is one */
void rollout_forget_expired(void);

/* Removes the state and then the copies. MP_OK, MP_SYSTEM (errno). */
enum mp_err rollout_forget(const char *name) MUST_CHECK;

/* A copy, durable. MP_OK, MP_SYSTEM (errno). */
enum mp_err rollout_keep(const char *name, const char *what,
                         const struct secret *contents) MUST_CHECK;

/* The caller frees it. Errors of durable_read(). */
enum mp_err rollout_kept(const char *name, const char *what, struct secret **out) MUST_CHECK;

/* Calls `visit` for each name that has a state, in alphabetical order, until it returns not 0. */
typedef int rollout_visit(void *owner, const char *name);
int rollout_each(rollout_visit *visit, void *owner);

#endif

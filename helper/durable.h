/* Files that are on the disk before anything relies on them. */
#ifndef MOBPROC_HELPER_DURABLE_H
#define MOBPROC_HELPER_DURABLE_H

#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * A new file in place of one of that name, durable but for its name; its mode is never wider than
 * it ends with. (uid_t)-1 and (gid_t)-1 leave the owner. MP_OK; MP_SYSTEM (errno).
 */
enum mp_err durable_new(const char *path, mode_t mode, uid_t owner, gid_t group,
                        const struct secret *contents) MUST_CHECK;

/* Makes the names in the folder of `path` durable. MP_OK; MP_SYSTEM (errno). */
enum mp_err durable_sync_parent(const char *path) MUST_CHECK;

/* durable_new() beside `path`, then in its place, names and all. As above; MP_TOO_LONG. */
enum mp_err durable_write(const char *path, mode_t mode, uid_t owner, gid_t group,
                          const struct secret *contents) MUST_CHECK;

/*
 * A whole regular file of at most `max` bytes, which the caller frees. Links are not followed.
 * MP_OK, MP_NO_RECORD (there is none), MP_TOO_LONG, MP_NOMEM, MP_SYSTEM (errno).
 */
enum mp_err durable_read(const char *path, size_t max, struct secret **out) MUST_CHECK;

#endif

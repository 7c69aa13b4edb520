/* A file that is put in place whole: a reader sees the old or the new one, and the old one is kept.
 */
#ifndef MOBPROC_HELPER_REPLACE_H
#define MOBPROC_HELPER_REPLACE_H

#include <limits.h>
#include <sys/types.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define REPLACE_KEPT ".old" /* behind the name of the file that was there before; .old.1, ... */
#define REPLACE_NO_GROUP ((gid_t)-1)

/* What was done, so that it can be undone. Plain data; start with {0}. */
struct replaced {
    char path[PATH_MAX]; /* "": nothing */
    char kept[PATH_MAX]; /* the name of what was there; "": nothing was */
};

/*
 * durable_write() with this mode, for this group or REPLACE_NO_GROUP; a file of that name becomes
 * NAME.old, or NAME.old.1 and so on where that is taken. MP_OK; MP_SYSTEM (errno; EEXIST when a
 * hundred are taken) and MP_TOO_LONG, with nothing changed.
 */
enum mp_err replace_file(struct replaced *replaced, const char *path, mode_t mode, gid_t group,
                         const struct secret *contents) MUST_CHECK;

/* Puts back what was there; errors are ignored. */
void replace_undo(struct replaced *replaced);

/*
 * Can nobody but root and the caller change what stands on the way to the absolute `path`, as far
 * as it exists? Results of trust_directory(), and MP_TOO_LONG.
 */
enum mp_err replace_check_place(const char *path) MUST_CHECK;

/* Makes the directories above `path`; MP_OK, MP_SYSTEM (errno). One that exists stays as it is. */
enum mp_err replace_make_parents(const char *path, mode_t mode, gid_t group) MUST_CHECK;

#endif

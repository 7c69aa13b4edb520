/*
 * Small files that survive a crash: a write is visible only when it is durable, and a reader sees
 * the old or the new contents, never a mixture. All names are relative to a directory descriptor;
 * nothing is opened through a symbolic link, a FIFO or a hard link with a second name.
 */
#ifndef MOBPROC_BROKER_STORE_H
#define MOBPROC_BROKER_STORE_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define STORE_MAX_FILE 131072 /* bytes */

/*
 * Opens, and makes when it is absent, a directory of mode 0700 that belongs to us, under
 * `parent_fd` (AT_FDCWD for a path). One with another owner or any group or other write bit is
 * refused. The caller closes *fd. MP_OK, MP_STORAGE (errno).
 */
enum mp_err store_directory(int parent_fd, const char *name, int *fd) MUST_CHECK;

/* The same without making it; MP_NO_RECORD when it is absent. */
enum mp_err store_existing_directory(int parent_fd, const char *name, int *fd) MUST_CHECK;

/*
 * Reads a whole file of mode 0600 that is ours, regular and has one name. The caller frees *out.
 * MP_OK, MP_NO_RECORD (absent), MP_STORAGE (anything else, also a file over `max` bytes), MP_NOMEM.
 */
enum mp_err store_read(int dir_fd, const char *name, size_t max, struct secret **out) MUST_CHECK;

/*
 * Replaces or creates a file: temporary file (0600, O_EXCL, ".tmp-..."), fsync, rename, fsync of
 * the directory. On any failure the old file stays and the temporary one is removed. A failed fsync
 * is final: its data is not written again through the same descriptor. MP_OK, MP_STORAGE (errno).
 */
enum mp_err store_write(int dir_fd, const char *name, const void *bytes, size_t length) MUST_CHECK;

/* Removes a file and makes that durable; an absent file is MP_OK. */
enum mp_err store_remove(int dir_fd, const char *name) MUST_CHECK;

/* Calls `visit` for each entry that is not hidden and not a temporary file, until it returns
 * non-zero. The order is the file system's. MP_OK, MP_STORAGE. */
enum mp_err store_each(int dir_fd, int (*visit)(void *owner, const char *name),
                       void *owner) MUST_CHECK;

/* Removes temporary files that a crash left behind. */
void store_sweep(int dir_fd);

#endif

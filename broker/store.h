/*
 * Small files that survive a crash: a write is visible only when it is durable, and a reader sees
 * the old or the new contents, never a mixture. All names are relative to a directory descriptor;
 * nothing is opened through a symbolic link, a FIFO or a hard link with a second name. A file's
 * name is one visible component of at most 250 bytes; anything else is MP_STORAGE with EINVAL.
 *
 * One process at a time may write (the broker's lock). It must ignore SIGXFSZ, so that a file size
 * limit is an error and not a death.
 */
#ifndef MOBPROC_BROKER_STORE_H
#define MOBPROC_BROKER_STORE_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define STORE_MAX_FILE 131072   /* bytes */
#define STORE_TEMPORARY ".tmp-" /* how the names of temporary files begin */

/*
 * Opens, and makes durably when it is absent, a directory of mode 0700 that belongs to us, under
 * `parent_fd` (AT_FDCWD for a path; the directories above it must exist). One with another owner or
 * any group or other write bit, and a symbolic link, is refused. The caller closes *fd (-1 on
 * failure). MP_OK, MP_STORAGE (errno), MP_SYSTEM (as store_read()).
 */
enum mp_err store_directory(int parent_fd, const char *name, int *fd) MUST_CHECK;

/* The same without making it; MP_NO_RECORD when it is absent. */
enum mp_err store_existing_directory(int parent_fd, const char *name, int *fd) MUST_CHECK;

/*
 * Reads a whole file of mode 0600 (or less) that is ours, regular and has one name. The caller
 * frees *out. MP_OK, MP_NO_RECORD (absent), MP_NOMEM, MP_STORAGE (errno: EPERM, EACCES or ELOOP for
 * a file of the wrong owner, mode or kind, EFBIG for one over `max` bytes), MP_SYSTEM (errno: the
 * system failed at this moment, as without a free descriptor; nobody knows what the file says).
 */
enum mp_err store_read(int dir_fd, const char *name, size_t max, struct secret **out) MUST_CHECK;

/*
 * The same for a file that was put there for us, as systemd does with credentials: it may belong to
 * root and have more names, its group may read it but not write, others nothing.
 */
enum mp_err store_read_credential(int dir_fd, const char *name, size_t max,
                                  struct secret **out) MUST_CHECK;

/*
 * Replaces or creates a file: temporary file (0600 whatever the umask, O_EXCL, ".tmp-NAME"), fsync,
 * rename, fsync of the directory. On a failure the temporary file is removed and the old one stays;
 * only when the last step fails, the new one is already visible, but a power loss may bring the old
 * one back. A failed fsync is final: its data is not written again through the same descriptor.
 * Whatever stood under the name (a link, a FIFO) loses the name and is not touched; a directory is
 * refused. MP_OK, MP_STORAGE (errno).
 */
enum mp_err store_write(int dir_fd, const char *name, const void *bytes, size_t length) MUST_CHECK;

/* The same for a name that must be free: MP_STORAGE with EEXIST when it is not. */
enum mp_err store_create(int dir_fd, const char *name, const void *bytes, size_t length) MUST_CHECK;

/* Gives a file another name, durably; whatever stood under that name is replaced. MP_OK, MP_STORAGE
 * (errno; it may have the new name already, but a power loss may bring the old one back). */
enum mp_err store_rename(int dir_fd, const char *from, const char *to) MUST_CHECK;

/* Removes a file, and its temporary one, and makes that durable; an absent file is MP_OK. */
enum mp_err store_remove(int dir_fd, const char *name) MUST_CHECK;

/* Calls `visit` for each entry that is not hidden (temporary files are), until it returns non-zero;
 * it may remove the entry. The order is the file system's. MP_OK, MP_STORAGE. */
enum mp_err store_each(int dir_fd, int (*visit)(void *owner, const char *name),
                       void *owner) MUST_CHECK;

/* Removes temporary files that a crash left behind. */
void store_sweep(int dir_fd);

#endif

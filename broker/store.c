#include "broker/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0600

/* Closes where an older error is still to be told. */
static void let_go(int fd)
{
    int error = errno;

    if (fd >= 0)
        close(fd);
    errno = error;
}

/* Some file systems (CIFS, FUSE) have no sync of a directory and say EINVAL: there is no more to
 * be had there. */
static int sync_directory(int fd)
{
    return fsync(fd) == 0 || errno == EINVAL ? 0 : -1;
}

/*
 * Why something could not be opened: because of what it is and stays, or because the system has no
 * descriptor, memory or working disk at this moment. The second says nothing about what is stored.
 */
static enum mp_err unreadable(void)
{
    static const int lasting[] = {EPERM, EACCES, ELOOP, ENOTDIR, EFBIG, ENXIO, EINVAL};

    for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
        if (errno == lasting[i])
            return MP_STORAGE;
    return errno == ENOENT ? MP_NO_RECORD : MP_SYSTEM;
}

/* --- directories --- */

enum mp_err store_existing_directory(int parent_fd, const char *name, int *fd)
{
    struct stat found;

    *fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*fd < 0)
        return unreadable();
    if (fstat(*fd, &found) == 0) {
        if (S_ISDIR(found.st_mode) && found.st_uid == geteuid() && !(found.st_mode & 0022))
            return MP_OK;
        errno = EPERM;
    }
    let_go(*fd);
    *fd = -1;
    return unreadable();
}

/* A file in a new directory is only as durable as the directory's own name. */
static int sync_parent(int fd)
{
    int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = -1;

    if (parent < 0)
        return -1;
    result = sync_directory(parent);
    let_go(parent);
    return result;
}

enum mp_err store_directory(int parent_fd, const char *name, int *fd)
{
    enum mp_err err = store_existing_directory(parent_fd, name, fd);
    mode_t mask = 0;
    int made = 0;

    if (err != MP_NO_RECORD)
        return err;
    mask = umask(0077); /* ours is process-wide, but the broker has one thread */
    made = mkdirat(parent_fd, name, 0700);
    umask(mask);
    if (made != 0)
        return MP_STORAGE;
    if (store_existing_directory(parent_fd, name, fd) != MP_OK || sync_parent(*fd) != 0) {
        int error = errno;

        unlinkat(parent_fd, name, AT_REMOVEDIR); /* so that the next try syncs again */
        errno = error;
        let_go(*fd);
        *fd = -1;
        return MP_STORAGE;
    }
    return MP_OK;
}

/* --- reading --- */

/* Names stay in their directory and never name a temporary file. */
static int is_plain(const char *name)
{
    if (name[0] != '\0' && name[0] != '.' && !strchr(name, '/') &&
        strlen(name) + strlen(STORE_TEMPORARY) <= NAME_MAX)
        return 1;
    errno = EINVAL;
    return 0;
}

static int is_private(const struct stat *found)
{
    return S_ISREG(found->st_mode) && found->st_uid == geteuid() && found->st_nlink == 1 &&
           !(found->st_mode & 07777 & ~(mode_t)FILE_MODE);
}

static int is_credential(const struct stat *found)
{
    return S_ISREG(found->st_mode) && (found->st_uid == 0 || found->st_uid == geteuid()) &&
           !(found->st_mode & 0027);
}

static enum mp_err read_bytes(int fd, size_t size, struct secret **out)
{
    struct secret *bytes = secret_new(size + 1); /* one more shows a file that grows */
    size_t length = 0;
    ssize_t got = 0;

    if (!bytes)
        return MP_NOMEM;
    do {
        got = read(fd, secret_bytes(bytes) + length, size + 1 - length);
        if (got > 0)
            length += (size_t)got;
    } while ((got > 0 && length <= size) || (got < 0 && errno == EINTR));
    if (got < 0 || length != size) {
        if (got >= 0)
            errno = EAGAIN;
        secret_free(&bytes);
        return MP_SYSTEM;
    }
    secret_set_length(bytes, length);
    *out = bytes;
    return MP_OK;
}

static enum mp_err read_file(int dir_fd, const char *name, size_t max,
                             int (*is_right)(const struct stat *), struct secret **out)
{
    enum mp_err err = MP_OK;
    struct stat found;
    int fd = -1;

    *out = NULL;
    if (!is_plain(name))
        return MP_STORAGE;
    /* without waiting: what stands there may be a FIFO */
    fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return unreadable();
    if (fstat(fd, &found) != 0) {
        err = MP_SYSTEM;
    } else if (!is_right(&found)) {
        err = MP_STORAGE;
        errno = EPERM;
    } else if ((uintmax_t)found.st_size > max) {
        err = MP_STORAGE;
        errno = EFBIG;
    } else {
        err = read_bytes(fd, (size_t)found.st_size, out);
    }
    let_go(fd);
    return err;
}

enum mp_err store_read(int dir_fd, const char *name, size_t max, struct secret **out)
{
    return read_file(dir_fd, name, max, is_private, out);
}

enum mp_err store_read_credential(int dir_fd, const char *name, size_t max, struct secret **out)
{
    return read_file(dir_fd, name, max, is_credential, out);
}

/* --- writing --- */

static int write_bytes(int fd, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        ssize_t put = write(fd, bytes, length);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            if (put == 0)
                errno = EIO;
            return -1;
        }
        bytes += put;
        length -= (size_t)put;
    }
    return 0;
}

/* Makes the temporary file, durable and closed; its mode is right at every instant. */
static int write_temporary(int dir_fd, const char *temporary, const void *bytes, size_t length)
{
    int fd = -1;

    /* what a crash left there: one broker holds the lock, so nobody is writing it now */
    if (unlinkat(dir_fd, temporary, 0) != 0 && errno != ENOENT)
        return -1;
    fd = openat(dir_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (fd < 0)
        return -1;
    if (fchmod(fd, FILE_MODE) != 0 || write_bytes(fd, bytes, length) != 0 || fsync(fd) != 0) {
        let_go(fd);
        return -1;
    }
    return close(fd);
}

static int move_over(int dir_fd, const char *temporary, const char *name)
{
    return renameat(dir_fd, temporary, dir_fd, name);
}

static int move_to_free_name(int dir_fd, const char *temporary, const char *name)
{
    struct stat found;

    if (renameat2(dir_fd, temporary, dir_fd, name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* a file system without it (NFS): the lock keeps other brokers away */
    if (fstatat(dir_fd, name, &found, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    return errno == ENOENT ? move_over(dir_fd, temporary, name) : -1;
}

static enum mp_err write_file(int dir_fd, const char *name, const void *bytes, size_t length,
                              int (*move)(int, const char *, const char *))
{
    char temporary[NAME_MAX + 1];

    if (!is_plain(name))
        return MP_STORAGE;
    if (length > STORE_MAX_FILE) {
        errno = EFBIG;
        return MP_STORAGE;
    }
    snprintf(temporary, sizeof(temporary), STORE_TEMPORARY "%s", name);
    if (write_temporary(dir_fd, temporary, bytes, length) != 0 ||
        move(dir_fd, temporary, name) != 0) {
        int error = errno;

        unlinkat(dir_fd, temporary, 0);
        errno = error;
        return MP_STORAGE;
    }
    return sync_directory(dir_fd) == 0 ? MP_OK : MP_STORAGE;
}

enum mp_err store_write(int dir_fd, const char *name, const void *bytes, size_t length)
{
    return write_file(dir_fd, name, bytes, length, move_over);
}

enum mp_err store_create(int dir_fd, const char *name, const void *bytes, size_t length)
{
    return write_file(dir_fd, name, bytes, length, move_to_free_name);
}

enum mp_err store_rename(int dir_fd, const char *from, const char *to)
{
    if (!is_plain(from) || !is_plain(to) || move_over(dir_fd, from, to) != 0)
        return MP_STORAGE;
    return sync_directory(dir_fd) == 0 ? MP_OK : MP_STORAGE;
}

enum mp_err store_remove(int dir_fd, const char *name)
{
    char temporary[NAME_MAX + 1];

    if (!is_plain(name))
        return MP_STORAGE;
    snprintf(temporary, sizeof(temporary), STORE_TEMPORARY "%s", name);
    if ((unlinkat(dir_fd, temporary, 0) != 0 && errno != ENOENT) ||
        (unlinkat(dir_fd, name, 0) != 0 && errno != ENOENT))
        return MP_STORAGE;
    /* also when it was gone: an earlier removal may not be durable yet */
    return sync_directory(dir_fd) == 0 ? MP_OK : MP_STORAGE;
}

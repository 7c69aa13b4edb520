#include "helper/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const struct secret *contents)
{
    const char *next = secret_text(contents);
    size_t left = secret_length(contents);

    while (left > 0) {
        ssize_t written = write(fd, next, left);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        next += written;
        left -= (size_t)written;
    }
    return 0;
}

enum mp_err durable_new(const char *path, mode_t mode, uid_t owner, gid_t group,
                        const struct secret *contents)
{
    int fd = -1;
    int error = 0;

    if (unlink(path) != 0 && errno != ENOENT)
        return MP_SYSTEM;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return MP_SYSTEM;
    if (((owner != (uid_t)-1 || group != (gid_t)-1) && fchown(fd, owner, group) != 0) ||
        fchmod(fd, mode) != 0 || write_all(fd, contents) != 0 || fsync(fd) != 0)
        error = errno;
    if (close(fd) != 0 && !error)
        error = errno;
    errno = error;
    return error ? MP_SYSTEM : MP_OK;
}

enum mp_err durable_sync_parent(const char *path)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    enum mp_err err = MP_SYSTEM;
    int fd = -1;

    snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return MP_SYSTEM;
    err = fsync(fd) == 0 || errno == EINVAL ? MP_OK : MP_SYSTEM;
    close(fd);
    return err;
}

enum mp_err durable_write(const char *path, mode_t mode, uid_t owner, gid_t group,
                          const struct secret *contents)
{
    char fresh[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    int length = snprintf(fresh, sizeof(fresh), "%.*s.%s.new", (int)(name - path), path, name);
    enum mp_err err = MP_TOO_LONG;
    int error = 0;

    if (length < 0 || length >= PATH_MAX)
        return MP_TOO_LONG;
    err = durable_new(fresh, mode, owner, group, contents);
    if (err == MP_OK && rename(fresh, path) == 0)
        return durable_sync_parent(path);
    error = errno;
    unlink(fresh);
    errno = error;
    return MP_SYSTEM;
}

enum mp_err durable_read(const char *path, size_t max, struct secret **out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat info = {0};
    struct secret *text = NULL;
    enum mp_err err = MP_SYSTEM;

    *out = NULL;
    if (fd < 0)
        return errno == ENOENT ? MP_NO_RECORD : MP_SYSTEM;
    errno = EINVAL;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        err = (size_t)info.st_size <= max ? MP_OK : MP_TOO_LONG;
    if (err == MP_OK) {
        text = secret_new(max + 1);
        err = text ? MP_OK : MP_NOMEM;
    }
    while (err == MP_OK) {
        size_t used = secret_length(text);
        ssize_t got = read(fd, secret_bytes(text) + used, max + 1 - used);

        if (got < 0 && errno != EINTR)
            err = MP_SYSTEM;
        if (got == 0)
            break;
        if (got > 0)
            secret_set_length(text, used + (size_t)got);
        if (secret_length(text) > max)
            err = MP_TOO_LONG;
    }
    close(fd);
    if (err != MP_OK)
        secret_free(&text);
    *out = text;
    return err;
}

#include "lib/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 64

static enum mp_err look(const struct stat *info, uid_t uid, int is_first)
{
    if (info->st_uid != 0 && info->st_uid != uid)
        return MP_BROKER_FOREIGN;
    if (!(info->st_mode & (S_IWGRP | S_IWOTH)))
        return MP_OK;
    return !is_first && info->st_mode & S_ISVTX ? MP_OK : MP_BROKER_FOREIGN;
}

/* Looks at `fd` and climbs to the root; closes it. Climbing by ".." follows no symbolic link. */
static enum mp_err climb(int fd, uid_t uid)
{
    struct stat child = {0};

    for (int depth = 0; depth < MAX_DEPTH; depth++) {
        struct stat info = {0};
        enum mp_err err = MP_OK;
        int parent = -1;

        if (fstat(fd, &info) != 0) {
            close(fd);
            return MP_SYSTEM;
        }
        if (depth > 0 && info.st_ino == child.st_ino && info.st_dev == child.st_dev) {
            close(fd);
            return MP_OK;
        }
        err = look(&info, uid, depth == 0);
        if (err == MP_OK)
            parent = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
        close(fd);
        if (err != MP_OK)
            return err;
        if (parent < 0)
            return MP_SYSTEM;
        child = info;
        fd = parent;
    }
    close(fd);
    return MP_BROKER_FOREIGN;
}

/* One step of the path as it is written: a link there must be root's or ours too. */
static enum mp_err look_at_step(const char *step, uid_t uid)
{
    struct stat link = {0};
    struct stat info = {0};

    if (lstat(step, &link) != 0 || stat(step, &info) != 0)
        return MP_SYSTEM;
    if (link.st_uid != 0 && link.st_uid != uid)
        return MP_BROKER_FOREIGN;
    return look(&info, uid, 0);
}

/* The links on the way could be turned elsewhere by whoever can write where they stand. */
static enum mp_err look_along(const char *path, uid_t uid)
{
    char step[PATH_MAX];
    enum mp_err err = MP_OK;

    if (strlen(path) >= sizeof(step)) {
        errno = ENAMETOOLONG;
        return MP_SYSTEM;
    }
    for (size_t i = 0; path[i] && err == MP_OK; i++) {
        step[i] = path[i];
        step[i + 1] = '\0';
        if (i > 0 && path[i] != '/' && (path[i + 1] == '/' || path[i + 1] == '\0'))
            err = look_at_step(step, uid);
    }
    return err;
}

enum mp_err trust_directory(const char *path, uid_t uid)
{
    enum mp_err err = look_along(path, uid);
    int fd = -1;

    if (err != MP_OK)
        return err;
    fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? MP_SYSTEM : climb(fd, uid);
}

enum mp_err trust_parent(const char *path, uid_t uid)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;

    if (!slash)
        return trust_directory(".", uid);
    if (length >= sizeof(parent)) {
        errno = ENAMETOOLONG;
        return MP_SYSTEM;
    }
    memcpy(parent, path, length);
    parent[length] = '\0';
    return trust_directory(length ? parent : "/", uid);
}

#include "lib/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LINKS 16 /* ELOOP in the kernel comes at 40 */
#define MAX_STEPS 256
#define NOBODY ((uid_t)-1) /* owns nothing */

/* One walk along a path: where it has come to, and what is left to go. */
struct walk {
    uid_t uid;
    uid_t outside; /* NOBODY, or who counts as root too */
    int fd;        /* O_PATH, the directory reached */
    int links;
    char left[PATH_MAX];
};

static enum mp_err is_owned(const struct stat *info, const struct walk *walk)
{
    uid_t owner = info->st_uid;

    return owner == 0 || owner == walk->uid || owner == walk->outside ? MP_OK : MP_BROKER_FOREIGN;
}

/* A directory on the way. The last one must not even be sticky; seen from inside, none. */
static enum mp_err look(const struct walk *walk, int is_last)
{
    struct stat info = {0};
    enum mp_err err = fstat(walk->fd, &info) == 0 ? is_owned(&info, walk) : MP_SYSTEM;
    int may_be_sticky = !is_last && walk->outside == NOBODY;

    if (err != MP_OK || !(info.st_mode & (S_IWGRP | S_IWOTH)))
        return err;
    return may_be_sticky && info.st_mode & S_ISVTX ? MP_OK : MP_BROKER_FOREIGN;
}

static enum mp_err go_to(struct walk *walk, int directory, const char *name)
{
    int fd = openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return MP_SYSTEM;
    if (walk->fd >= 0)
        close(walk->fd);
    walk->fd = fd;
    return MP_OK;
}

/* Puts the target of a link in front of what is left. */
static enum mp_err follow(struct walk *walk, const char *name)
{
    char target[PATH_MAX];
    char rest[PATH_MAX];
    ssize_t length = readlinkat(walk->fd, name, target, sizeof(target) - 1);
    int written = 0;

    if (length < 0)
        return MP_SYSTEM;
    if (++walk->links > MAX_LINKS) {
        errno = ELOOP;
        return MP_SYSTEM;
    }
    target[length] = '\0';
    memcpy(rest, walk->left, sizeof(rest));
    written = snprintf(walk->left, sizeof(walk->left), "%s/%s", target, rest);
    if (written < 0 || (size_t)written >= sizeof(walk->left)) {
        errno = ENAMETOOLONG;
        return MP_SYSTEM;
    }
    return target[0] == '/' ? go_to(walk, AT_FDCWD, "/") : MP_OK;
}

/* Takes the next name off what is left; 0 when nothing is. */
static int next_name(struct walk *walk, char name[NAME_MAX + 1])
{
    size_t skip = strspn(walk->left, "/");
    size_t length = strcspn(walk->left + skip, "/");

    if (length > NAME_MAX)
        length = NAME_MAX; /* no such name: the next step fails */
    memcpy(name, walk->left + skip, length);
    name[length] = '\0';
    memmove(walk->left, walk->left + skip + length, strlen(walk->left + skip + length) + 1);
    return length > 0;
}

static enum mp_err step(struct walk *walk, const char *name)
{
    struct stat info = {0};
    enum mp_err err = look(walk, 0);

    if (err != MP_OK)
        return err;
    if (fstatat(walk->fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return MP_SYSTEM;
    if (!S_ISLNK(info.st_mode))
        return go_to(walk, walk->fd, name);
    /* whoever owns a link in a sticky directory could turn it elsewhere after we looked */
    err = is_owned(&info, walk);
    return err == MP_OK ? follow(walk, name) : err;
}

static enum mp_err begin(struct walk *walk, const char *path)
{
    char here[PATH_MAX] = "";
    int written = 0;

    if (path[0] != '/' && !getcwd(here, sizeof(here)))
        return MP_SYSTEM;
    written = snprintf(walk->left, sizeof(walk->left), "%s/%s", here, path);
    if (written < 0 || (size_t)written >= sizeof(walk->left)) {
        errno = ENAMETOOLONG;
        return MP_SYSTEM;
    }
    return go_to(walk, AT_FDCWD, "/");
}

static enum mp_err go_along(const char *path, uid_t uid, uid_t outside)
{
    struct walk walk = {.uid = uid, .outside = outside, .fd = -1};
    char name[NAME_MAX + 1];
    enum mp_err err = begin(&walk, path);

    for (int i = 0; err == MP_OK && next_name(&walk, name); i++)
        err = i < MAX_STEPS ? step(&walk, name) : MP_BROKER_FOREIGN;
    if (err == MP_OK)
        err = look(&walk, 1);
    if (walk.fd >= 0)
        close(walk.fd);
    return err;
}

enum mp_err trust_directory(const char *path, uid_t uid)
{
    return go_along(path, uid, NOBODY);
}

enum mp_err trust_parent_outside(const char *path, uid_t uid, uid_t outside)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;

    if (!slash)
        return go_along(".", uid, outside);
    if (length >= sizeof(parent)) {
        errno = ENAMETOOLONG;
        return MP_SYSTEM;
    }
    memcpy(parent, path, length);
    parent[length] = '\0';
    return go_along(length ? parent : "/", uid, outside);
}

enum mp_err trust_parent(const char *path, uid_t uid)
{
    return trust_parent_outside(path, uid, NOBODY);
}

#include "broker/trusted_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/trust.h"

#define MAX_LINKS 16 /* on one path; ELOOP in the kernel comes at 40 */

static enum mp_err refuse(char *problem, size_t size, const char *reason)
{
    snprintf(problem, size, "%s", reason);
    return MP_CONFIGURATION;
}

static enum mp_err refuse_errno(char *problem, size_t size)
{
    return refuse(problem, size, strerror(errno));
}

/* Where the link `link` leads, as a path that the caller frees; NULL with errno. */
static char *follow(const char *link)
{
    const char *slash = strrchr(link, '/');
    char target[PATH_MAX];
    char *path = NULL;
    ssize_t length = readlink(link, target, sizeof(target) - 1);

    if (length < 0)
        return NULL;
    target[length] = '\0';
    if (target[0] == '/' || !slash)
        return strdup(target);
    if (asprintf(&path, "%.*s/%s", (int)(slash - link), link, target) < 0)
        return NULL;
    return path;
}

/* Follows the links at the end of a path, each in a trusted directory. The caller frees *real. */
static enum mp_err find_real(const char *path, uid_t uid, char **real)
{
    char *current = strdup(path);
    struct stat info = {0};
    enum mp_err err = current ? MP_OK : MP_NOMEM;

    for (int links = 0; err == MP_OK; links++) {
        char *target = NULL;

        err = links > MAX_LINKS ? MP_BROKER_FOREIGN : trust_parent(current, uid);
        if (err == MP_OK && lstat(current, &info) != 0)
            err = MP_SYSTEM;
        if (err != MP_OK || !S_ISLNK(info.st_mode))
            break;
        target = follow(current);
        free(current);
        current = target;
        err = current ? MP_OK : MP_SYSTEM;
    }
    if (err == MP_OK)
        *real = current;
    else
        free(current);
    return err;
}

/* Checks the way to the file and gives its real path, which the caller frees. */
static enum mp_err find(const char *path, const struct trusted_file_rules *rules, char **real,
                        char *problem, size_t size)
{
    struct stat info = {0};
    enum mp_err err = MP_OK;

    if (lstat(path, &info) != 0)
        return refuse_errno(problem, size);
    if (S_ISLNK(info.st_mode) && !rules->may_be_link)
        return refuse(problem, size, "is a symbolic link");
    err = find_real(path, rules->uid, real);
    if (err == MP_SYSTEM)
        return refuse_errno(problem, size);
    if (err == MP_BROKER_FOREIGN)
        return refuse(problem, size,
                      "a directory on its path belongs to somebody else or others may write to it");
    return err;
}

static enum mp_err look(const struct stat *info, const struct trusted_file_rules *rules,
                        char *problem, size_t size)
{
    mode_t excess = info->st_mode & rules->forbidden;

    if (!S_ISREG(info->st_mode))
        return refuse(problem, size, "is not a regular file");
    if (info->st_uid != 0 && info->st_uid != rules->uid)
        return refuse(problem, size, "belongs to somebody else than root and this program's user");
    if (excess) {
        snprintf(problem, size, "mode %04o is too open: remove %04o", info->st_mode & 07777u,
                 (unsigned)excess);
        return MP_CONFIGURATION;
    }
    if (info->st_nlink != 1)
        return refuse(problem, size, "has more than one name (hard links)");
    if (info->st_size < 0 || (size_t)info->st_size > rules->max) {
        snprintf(problem, size, "is longer than %zu bytes", rules->max);
        return MP_CONFIGURATION;
    }
    return MP_OK;
}

/* Reads all bytes of a file that fstat(2) said is `length` long; one more byte is a change. */
static enum mp_err read_all(int fd, size_t length, struct secret **bytes, char *problem,
                            size_t size)
{
    struct secret *buffer = secret_new(length + 1);
    size_t used = 0;

    if (!buffer)
        return MP_NOMEM;
    while (used <= length) {
        ssize_t got = read(fd, secret_bytes(buffer) + used, length + 1 - used);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            secret_free(&buffer);
            return refuse_errno(problem, size);
        }
        if (got == 0)
            break;
        used += (size_t)got;
    }
    if (used != length) {
        secret_free(&buffer);
        return refuse(problem, size, "changed while it was read");
    }
    secret_set_length(buffer, used);
    *bytes = buffer;
    return MP_OK;
}

enum mp_err trusted_file_read(const char *path, const struct trusted_file_rules *rules,
                              struct secret **bytes, char *problem, size_t size)
{
    struct stat info = {0};
    char *real = NULL;
    int fd = -1;
    enum mp_err err = MP_INTERNAL;

    *bytes = NULL;
    if (rules->max > TRUSTED_FILE_MAX) {
        snprintf(problem, size, "the rule allows too much");
        return MP_INTERNAL;
    }
    err = find(path, rules, &real, problem, size);
    if (err != MP_OK)
        goto done;
    fd = open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0) {
        err = refuse_errno(problem, size);
        goto done;
    }
    err = look(&info, rules, problem, size);
    if (err == MP_OK)
        err = read_all(fd, (size_t)info.st_size, bytes, problem, size);
done:
    if (fd >= 0)
        close(fd);
    free(real);
    return err;
}

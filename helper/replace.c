#include "helper/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/durable.h"
#include "lib/trust.h"

#define MAX_KEPT 100

/* Gives what is there a second name that nobody has, "" when nothing is there. */
static enum mp_err keep_old(const char *path, char kept[static PATH_MAX])
{
    for (int number = 0; number < MAX_KEPT; number++) {
        int length = number ? snprintf(kept, PATH_MAX, "%s" REPLACE_KEPT ".%d", path, number)
                            : snprintf(kept, PATH_MAX, "%s" REPLACE_KEPT, path);

        if (length < 0 || length >= PATH_MAX)
            return MP_TOO_LONG;
        if (link(path, kept) == 0)
            return MP_OK;
        if (errno == EEXIST)
            continue; /* the person's own, or one of an earlier time */
        kept[0] = '\0';
        return errno == ENOENT ? MP_OK : MP_SYSTEM;
    }
    return MP_SYSTEM;
}

enum mp_err replace_file(struct replaced *replaced, const char *path, mode_t mode, gid_t group,
                         const struct secret *contents)
{
    enum mp_err err = MP_TOO_LONG;
    int error = 0;

    if (strlen(path) >= PATH_MAX)
        return err;
    err = keep_old(path, replaced->kept);
    if (err != MP_OK)
        return err;
    memcpy(replaced->path, path, strlen(path) + 1);
    err = durable_write(path, mode, (uid_t)-1, group, contents);
    if (err == MP_OK)
        return MP_OK;
    error = errno;
    replace_undo(replaced);
    errno = error;
    return err;
}

void replace_undo(struct replaced *replaced)
{
    if (!replaced->path[0])
        return;
    if (!replaced->kept[0])
        unlink(replaced->path);
    else if (rename(replaced->kept, replaced->path) == 0)
        unlink(replaced->kept); /* two names of one file: rename(2) then left both */
    replaced->path[0] = '\0';
}

/* Only what was made here is changed: somebody may have put a link in its place since. */
static int make_directory(const char *path, mode_t mode, gid_t group)
{
    int fd = -1;
    int result = -1;
    int error = 0;

    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? 0 : -1;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if ((group == REPLACE_NO_GROUP || fchown(fd, (uid_t)-1, group) == 0) && fchmod(fd, mode) == 0)
        result = 0;
    error = errno;
    close(fd);
    errno = error;
    return result;
}

enum mp_err replace_make_parents(const char *path, mode_t mode, gid_t group)
{
    char parent[PATH_MAX];

    if (strlen(path) >= sizeof(parent))
        return MP_TOO_LONG;
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        memcpy(parent, path, (size_t)(slash - path));
        parent[slash - path] = '\0';
        if (make_directory(parent, mode, group) != 0)
            return MP_SYSTEM;
    }
    return MP_OK;
}

enum mp_err replace_check_place(const char *path)
{
    char folder[PATH_MAX];
    struct stat found;
    char *slash = NULL;

    if (strlen(path) >= sizeof(folder))
        return MP_TOO_LONG;
    memcpy(folder, path, strlen(path) + 1);
    do {
        slash = strrchr(folder, '/');
        if (slash)
            *slash = '\0';
    } while (slash && slash > folder && lstat(folder, &found) != 0 && errno == ENOENT);
    return trust_directory(folder[0] ? folder : "/", geteuid());
}

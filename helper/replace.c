#include "helper/replace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/durable.h"

/* "PATH" and a suffix; MP_TOO_LONG. */
static enum mp_err join(char out[PATH_MAX], const char *path, const char *suffix)
{
    int length = snprintf(out, PATH_MAX, "%s%s", path, suffix);

    return length > 0 && length < PATH_MAX ? MP_OK : MP_TOO_LONG;
}

/* Gives what is there a second name; 1 when something was there. */
static int keep_old(const char *path, const char *kept)
{
    struct stat found;

    if (lstat(path, &found) != 0)
        return errno == ENOENT ? 0 : -1;
    if (unlink(kept) != 0 && errno != ENOENT)
        return -1;
    return link(path, kept) == 0 ? 1 : -1;
}

enum mp_err replace_file(struct replaced *replaced, const char *path, mode_t mode, gid_t group,
                         const struct secret *contents)
{
    char fresh[PATH_MAX];
    char kept[PATH_MAX];
    int had_old = -1;
    int error = 0;

    if (join(fresh, path, ".new") != MP_OK || join(kept, path, REPLACE_KEPT) != MP_OK)
        return MP_TOO_LONG;
    if (durable_new(fresh, mode, (uid_t)-1, group, contents) == MP_OK)
        had_old = keep_old(path, kept);
    if (had_old < 0 || rename(fresh, path) != 0) {
        error = errno;
        unlink(fresh);
        errno = error;
        return MP_SYSTEM;
    }
    memcpy(replaced->path, path, strlen(path) + 1);
    replaced->had_old = had_old;
    if (durable_sync_parent(path) == MP_OK)
        return MP_OK;
    error = errno;
    replace_undo(replaced);
    errno = error;
    return MP_SYSTEM;
}

void replace_undo(struct replaced *replaced)
{
    char kept[PATH_MAX];

    if (!replaced->path[0])
        return;
    if (!replaced->had_old)
        unlink(replaced->path);
    else if (join(kept, replaced->path, REPLACE_KEPT) == MP_OK && rename(kept, replaced->path) != 0)
        return;
    replaced->path[0] = '\0';
}

static int make_directory(const char *path, mode_t mode, gid_t group)
{
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? 0 : -1;
    if (group != REPLACE_NO_GROUP && chown(path, (uid_t)-1, group) != 0)
        return -1;
    return chmod(path, mode);
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

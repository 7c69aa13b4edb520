/* The part of broker/store.h that looks at whole directories. */
#include "broker/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static enum mp_err walk(int dir_fd, int (*visit)(void *owner, const char *name), void *owner)
{
    /* a descriptor of its own, because the position in a directory is shared by dup() */
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry = NULL;
    int error = 0;

    if (!directory) {
        error = errno;
        if (fd >= 0)
            close(fd);
        errno = error;
        return MP_STORAGE;
    }
    for (;;) {
        errno = 0;
        entry = readdir(directory);
        if (!entry) {
            error = errno;
            break;
        }
        if (visit(owner, entry->d_name))
            break;
    }
    closedir(directory);
    errno = error;
    return error ? MP_STORAGE : MP_OK;
}

struct visitor {
    int (*visit)(void *owner, const char *name);
    void *owner;
};

static int visit_plain(void *owner, const char *name)
{
    const struct visitor *visitor = owner;

    return name[0] == '.' ? 0 : visitor->visit(visitor->owner, name);
}

enum mp_err store_each(int dir_fd, int (*visit)(void *owner, const char *name), void *owner)
{
    struct visitor visitor = {visit, owner};

    return walk(dir_fd, visit_plain, &visitor);
}

static int sweep_one(void *owner, const char *name)
{
    const int *dir_fd = owner;

    if (strncmp(name, STORE_TEMPORARY, strlen(STORE_TEMPORARY)) == 0)
        unlinkat(*dir_fd, name, 0);
    return 0;
}

void store_sweep(int dir_fd)
{
    /* not made durable: what a crash brings back is swept again */
    if (walk(dir_fd, sweep_one, &dir_fd) != MP_OK)
        return;
}

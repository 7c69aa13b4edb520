#include "broker/statedir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/store.h"
#include "lib/clock.h"

#define LOCK_STEP_MS 20

static int make_directories(const char *path)
{
    char part[PATH_MAX];
    size_t length = strlen(path);

    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(part, sizeof(part), "%.*s", (int)i, path);
        if (mkdir(part, 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return -1;
    }
    return 0;
}

static int take_lock(int state_fd, int wait_ms, int *lock_fd)
{
    int64_t deadline = clock_monotonic_ms() + wait_ms;

    *lock_fd = openat(state_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*lock_fd < 0)
        return -1;
    while (flock(*lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || clock_left_ms(deadline) == 0)
            return -1;
        poll(NULL, 0, LOCK_STEP_MS);
    }
    return 0;
}

int statedir_open(const char *path, int make_parents, int wait_ms, int *state_fd, int *lock_fd)
{
    if ((make_parents && make_directories(path) != 0) ||
        store_directory(AT_FDCWD, path, state_fd) != MP_OK) {
        fprintf(stderr, "mobprocd: %s: %s (it must be a directory of this user with mode 0700)\n",
                path, strerror(errno));
        return -1;
    }
    if (take_lock(*state_fd, wait_ms, lock_fd) == 0)
        return 0;
    if (errno == EWOULDBLOCK)
        fprintf(stderr, "mobprocd: %s: another broker uses this directory\n", path);
    else
        fprintf(stderr, "mobprocd: %s/lock: %s (it must be a file of this user)\n", path,
                strerror(errno));
    return -1;
}

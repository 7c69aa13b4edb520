/* A directory of its own for a test that writes files, and the small things done to files there. */
#ifndef MOBPROC_TESTS_SCRATCH_H
#define MOBPROC_TESTS_SCRATCH_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/check.h"

static char scratch_path[512];
static pid_t scratch_owner; /* 0: no directory is there */

static inline int scratch_remove_one(const char *path, const struct stat *found, int kind,
                                     struct FTW *walk)
{
    (void)found;
    (void)kind;
    (void)walk;
    return remove(path);
}

/* Also at the exit of a test that cannot go on, but not of its children. */
static inline void scratch_remove(void)
{
    if (scratch_owner == getpid())
        nftw(scratch_path, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    scratch_owner = 0;
}

/* Makes the directory and opens it; the caller closes the descriptor with scratch_end(). */
static inline int scratch_begin(void)
{
    const char *base = getenv("TMPDIR");
    int fd = -1;

    snprintf(scratch_path, sizeof(scratch_path), "%s/mobproc-unit-XXXXXX", base ? base : "/tmp");
    NEED(mkdtemp(scratch_path) != NULL);
    fd = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    NEED(fd >= 0);
    scratch_owner = getpid();
    atexit(scratch_remove);
    return fd;
}

static inline void scratch_end(int fd)
{
    close(fd);
    scratch_remove();
}

static inline void scratch_put(int dir_fd, const char *name, const void *bytes, size_t length,
                               mode_t mode)
{
    int fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    NEED(fd >= 0);
    NEED(write(fd, bytes, length) == (ssize_t)length);
    NEED(fchmod(fd, mode) == 0);
    NEED(close(fd) == 0);
}

/* The file's length, or -1 when it is not there. */
static inline ssize_t scratch_get(int dir_fd, const char *name, void *bytes, size_t size)
{
    int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;

    if (fd < 0)
        return -1;
    got = read(fd, bytes, size);
    NEED(got >= 0);
    close(fd);
    return got;
}

/* How many entries there are, hidden ones too. */
static inline int scratch_count(int dir_fd)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fdopendir(fd);
    int count = -2; /* . and .. */

    NEED(directory != NULL);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/* The process's open descriptors. */
static inline int scratch_descriptors(void)
{
    int fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = 0;

    NEED(fd >= 0);
    count = scratch_count(fd);
    close(fd);
    return count;
}

#endif

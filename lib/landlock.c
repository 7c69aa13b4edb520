#include "lib/landlock.h"

#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#define HAS_LANDLOCK 1
#endif
#endif

#ifdef HAS_LANDLOCK

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Older headers lack what came later; the kernel is asked which of them it knows. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

/* struct landlock_ruleset_attr as of now; an older kernel takes the rest of it when it is 0. */
struct attributes {
    uint64_t files;
    uint64_t network;
    uint64_t scoped;
};
#define SCOPE_ABSTRACT_SOCKETS (1ULL << 0)
#define SCOPE_SIGNALS (1ULL << 1)

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITING                                                                                    \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
/* what may be granted on something that is not a directory */
#define ON_A_FILE \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)

static uint64_t rights(unsigned access, long version)
{
    uint64_t bits = 0;

    if (access & LANDLOCK_READ)
        bits |= READING;
    if (access & LANDLOCK_WRITE) {
        bits |= WRITING;
        if (version >= 2)
            bits |= LANDLOCK_ACCESS_FS_REFER;
        if (version >= 3)
            bits |= LANDLOCK_ACCESS_FS_TRUNCATE;
    }
    return bits;
}

/* What is being made. */
struct ruleset {
    int fd;
    uint64_t handled;
    long version;
};

/* For the file or directory `name` below `directory_fd`, links followed. 0, or -1 with errno. */
static int allow_at(const struct ruleset *ruleset, int directory_fd, const char *name,
                    unsigned access)
{
    struct landlock_path_beneath_attr rule = {.allowed_access = rights(access, ruleset->version) &
                                                                ruleset->handled};
    struct stat info = {0};
    int result = -1;

    rule.parent_fd = openat(directory_fd, name, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP ? 0 : -1;
    if (fstat(rule.parent_fd, &info) == 0) {
        if (!S_ISDIR(info.st_mode))
            rule.allowed_access &= ON_A_FILE;
        result =
            (int)syscall(SYS_landlock_add_rule, ruleset->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(rule.parent_fd);
    return result;
}

static int allow_links(const struct ruleset *ruleset, const char *path, unsigned access)
{
    DIR *directory = opendir(path);
    struct dirent *entry = NULL;
    int result = 0;

    while (directory && result == 0 && (entry = readdir(directory)))
        if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN)
            result = strcmp(entry->d_name, "..") == 0
                         ? 0
                         : allow_at(ruleset, dirfd(directory), entry->d_name, access);
    if (directory)
        closedir(directory);
    return result;
}

/* 0, or -1 with errno. */
static int allow(const struct ruleset *ruleset, const struct landlock_path *path)
{
    if (!path->path[0])
        return 0;
    if (allow_at(ruleset, AT_FDCWD, path->path, path->access) != 0)
        return -1;
    return path->access & LANDLOCK_LINKS ? allow_links(ruleset, path->path, path->access) : 0;
}

enum mp_err landlock_confine(unsigned restricted, const struct landlock_path *paths, size_t count)
{
    struct attributes attributes = {0};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    struct ruleset ruleset = {.fd = -1, .version = version};
    enum mp_err err = MP_SYSTEM;

    if (version < 1)
        return MP_UNSUPPORTED;
    ruleset.handled = attributes.files = rights(restricted, version) | LANDLOCK_ACCESS_FS_EXECUTE;
    if (restricted & LANDLOCK_OTHERS && version >= 6)
        attributes.scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
    ruleset.fd = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (ruleset.fd < 0)
        return MP_SYSTEM;
    for (size_t i = 0; i < count; i++)
        if (allow(&ruleset, &paths[i]) != 0)
            goto out;
    if (syscall(SYS_landlock_restrict_self, ruleset.fd, 0) == 0)
        err = MP_OK;
out:
    close(ruleset.fd);
    return err;
}

#else

enum mp_err landlock_confine(unsigned restricted UNUSED, const struct landlock_path *paths UNUSED,
                             size_t count UNUSED)
{
    return MP_UNSUPPORTED;
}

#endif

#include "lib/landlock.h"

#if defined(__has_include)
#if __has_include(<linux/landlock.h>)
#define HAS_LANDLOCK 1
#endif
#endif

#ifdef HAS_LANDLOCK

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
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

/* 0, or -1 with errno. */
static int allow(int ruleset, const struct landlock_path *path, uint64_t handled, long version)
{
    struct landlock_path_beneath_attr rule = {.allowed_access =
                                                  rights(path->access, version) & handled};
    struct stat info = {0};
    int result = -1;

    if (!path->path[0])
        return 0;
    rule.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
    if (rule.parent_fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? 0 : -1;
    if (fstat(rule.parent_fd, &info) == 0) {
        if (!S_ISDIR(info.st_mode))
            rule.allowed_access &= ON_A_FILE;
        result = (int)syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    }
    close(rule.parent_fd);
    return result;
}

enum mp_err landlock_confine(unsigned restricted, const struct landlock_path *paths, size_t count)
{
    struct attributes attributes = {0};
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    enum mp_err err = MP_SYSTEM;
    int ruleset = -1;

    if (version < 1)
        return MP_UNSUPPORTED;
    attributes.files = rights(restricted, version) | LANDLOCK_ACCESS_FS_EXECUTE;
    if (restricted & LANDLOCK_OTHERS && version >= 6)
        attributes.scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS;
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    if (ruleset < 0)
        return MP_SYSTEM;
    for (size_t i = 0; i < count; i++)
        if (allow(ruleset, &paths[i], attributes.files, version) != 0)
            goto out;
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) == 0)
        err = MP_OK;
out:
    close(ruleset);
    return err;
}

#else

enum mp_err landlock_confine(unsigned restricted UNUSED, const struct landlock_path *paths UNUSED,
                             size_t count UNUSED)
{
    return MP_UNSUPPORTED;
}

#endif

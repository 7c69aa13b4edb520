#include "broker/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broker/store.h"

#define BOOT_ID_SIZE 37 /* a UUID and its NUL */
#define ENTRY_SIZE 96

/* --- this boot and its processes --- */

/* Reads the beginning of a /proc file as text. */
static int read_text(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;

    if (fd < 0)
        return -1;
    do
        got = read(fd, out, size - 1);
    while (got < 0 && errno == EINTR);
    close(fd);
    if (got <= 0)
        return -1;
    out[got] = '\0';
    return 0;
}

/* The kernel's own name for this boot, random(4). */
static int read_boot_id(char boot_id[static BOOT_ID_SIZE])
{
    if (read_text("/proc/sys/kernel/random/boot_id", boot_id, BOOT_ID_SIZE) != 0)
        return -1;
    return strspn(boot_id, "0123456789abcdef-") == BOOT_ID_SIZE - 1 ? 0 : -1;
}

/*
 * Does a process live, and since when? *start is 0 when that is hidden (proc(5), hidepid). The
 * command name in field 2 may hold anything, so fields are counted after the last ')'.
 */
static int is_alive(pid_t pid, uint64_t *start)
{
    char path[32];
    char stat[1024];
    const char *next = NULL;

    *start = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    if (read_text(path, stat, sizeof(stat)) != 0)
        return kill(pid, 0) == 0 || errno == EPERM;
    next = strrchr(stat, ')');
    if (!next || next[1] != ' ')
        return 0;
    next += 2; /* field 3: the state */
    if (*next == 'Z' || *next == 'X')
        return 0;
    for (int field = 3; field < 22 && next; field++) {
        next = strchr(next, ' ');
        if (next)
            next++;
    }
    if (next)
        *start = strtoull(next, NULL, 10);
    return 1;
}

/* --- entries --- */

struct entry {
    char boot_id[BOOT_ID_SIZE];
    pid_t pid;
    uint64_t start; /* 0: was hidden */
};

static void write_entry(const struct entry *entry, char name[static ENTRY_SIZE])
{
    snprintf(name, ENTRY_SIZE, "%s.%d.%" PRIu64, entry->boot_id, (int)entry->pid, entry->start);
}

/* Only what write_entry() makes is read. */
static int read_entry(const char *name, struct entry *entry)
{
    char again[ENTRY_SIZE];
    int pid = 0;

    /* NOLINTNEXTLINE(cert-err34-c): what does not come out the same again is refused below */
    if (sscanf(name, "%36[0-9a-f-].%9d.%20" SCNu64, entry->boot_id, &pid, &entry->start) != 3)
        return -1;
    entry->pid = pid;
    write_entry(entry, again);
    return pid > 0 && strcmp(name, again) == 0 ? 0 : -1;
}

static int is_open(const struct entry *entry, const char *boot_id)
{
    uint64_t start = 0;

    if (strcmp(entry->boot_id, boot_id) != 0 || !is_alive(entry->pid, &start))
        return 0;
    return start == entry->start || start == 0 || entry->start == 0;
}

struct census {
    int fd;
    char boot_id[BOOT_ID_SIZE];
    pid_t ending; /* this leader's entries end now; 0: nobody's */
    int count;
};

static int count_entry(void *owner, const char *name)
{
    struct census *census = owner;
    struct entry entry;

    if (read_entry(name, &entry) == 0 && entry.pid != census->ending &&
        is_open(&entry, census->boot_id))
        census->count++;
    else
        unlinkat(census->fd, name, 0);
    return 0;
}

/* Counts the open sessions and removes the other entries. */
static enum mp_err take_census(int fd, pid_t ending, int *count)
{
    struct census census = {.fd = fd, .ending = ending};
    enum mp_err err = MP_STORAGE;

    if (read_boot_id(census.boot_id) != 0)
        return MP_STORAGE;
    err = store_each(fd, count_entry, &census);
    if (err == MP_OK)
        *count = census.count;
    return err;
}

/* The entry's name of a living leader. */
static enum mp_err name_entry(pid_t leader, char name[static ENTRY_SIZE])
{
    struct entry entry = {.pid = leader};

    errno = ESRCH;
    /* 0 and below name no process here (SO_PEERCRED across a PID namespace) */
    if (leader <= 0 || read_boot_id(entry.boot_id) != 0 || !is_alive(leader, &entry.start))
        return MP_STORAGE;
    write_entry(&entry, name);
    return MP_OK;
}

/* Nothing here is made durable: the entries mean nothing after a reboot. */
static enum mp_err make_entry(int fd, const char *name)
{
    int file = openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (file < 0)
        return errno == EEXIST ? MP_OK : MP_STORAGE;
    return close(file) == 0 ? MP_OK : MP_STORAGE;
}

static void name_owner(uid_t uid, char owner[static 24])
{
    snprintf(owner, 24, "%ju", (uintmax_t)uid);
}

/* --- the calls --- */

enum mp_err sessions_open(int sessions_fd, uid_t uid, pid_t leader)
{
    char owner[24];
    char name[ENTRY_SIZE];
    int fd = -1;
    int count = 0;
    enum mp_err err = name_entry(leader, name);

    name_owner(uid, owner);
    if (err == MP_OK)
        err = store_directory(sessions_fd, owner, &fd);
    if (err == MP_OK)
        err = take_census(fd, 0, &count); /* removes what a reboot or a crash left */
    if (err == MP_OK)
        err = make_entry(fd, name);
    if (fd >= 0)
        close(fd);
    return err;
}

int64_t sessions_opened_at(int sessions_fd, uid_t uid, pid_t leader)
{
    char owner[24];
    char name[ENTRY_SIZE];
    char path[sizeof(owner) + sizeof(name)];
    struct stat info;

    if (name_entry(leader, name) != MP_OK)
        return 0;
    name_owner(uid, owner);
    snprintf(path, sizeof(path), "%s/%s", owner, name);
    return fstatat(sessions_fd, path, &info, AT_SYMLINK_NOFOLLOW) == 0 ? info.st_mtime : 0;
}

enum mp_err sessions_close(int sessions_fd, uid_t uid, pid_t leader, int *left)
{
    char owner[24];
    int fd = -1;
    enum mp_err err = MP_STORAGE;

    *left = 1; /* whoever does not know must not think that the last session ended */
    name_owner(uid, owner);
    err = store_existing_directory(sessions_fd, owner, &fd);
    if (err == MP_NO_RECORD) {
        *left = 0;
        return MP_OK;
    }
    if (err == MP_OK)
        err = take_census(fd, leader, left);
    if (fd >= 0)
        close(fd);
    return err;
}

int sessions_count(int sessions_fd, uid_t uid)
{
    char owner[24];
    int fd = -1;
    int count = 0;

    name_owner(uid, owner);
    if (store_existing_directory(sessions_fd, owner, &fd) != MP_OK)
        return 0;
    if (take_census(fd, 0, &count) != MP_OK)
        count = 0;
    close(fd);
    return count;
}

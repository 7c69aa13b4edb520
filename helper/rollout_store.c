#include "helper/rollout_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "helper/durable.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"
#define BOOT_SIZE 40
#define MAX_PATH 256
#define SUFFIX ".state"
#define VERSION "v1 "
#define MAX_STATE 4096 /* bytes: a later version may say more */
#define EXPIRED ROLLOUT_DIRECTORY "/expired"

int rollout_is_name(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && length <= ROLLOUT_MAX_NAME && name[0] != '.' && name[0] != '-' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
               length;
}

static void path_of(char out[static MAX_PATH], const char *name, const char *what)
{
    snprintf(out, MAX_PATH, ROLLOUT_DIRECTORY "/%.*s.%s", ROLLOUT_MAX_NAME, name, what);
}

enum mp_err rollout_lock(int *lock)
{
    struct stat info = {0};

    *lock = -1;
    if (mkdir(ROLLOUT_DIRECTORY, 0700) == 0 ? durable_sync_parent(ROLLOUT_DIRECTORY) != MP_OK
                                            : errno != EEXIST)
        return MP_SYSTEM;
    if (lstat(ROLLOUT_DIRECTORY, &info) != 0)
        return MP_SYSTEM;
    if (!S_ISDIR(info.st_mode) || info.st_uid != 0 || info.st_mode & (S_IRWXG | S_IRWXO))
        return MP_FORBIDDEN;
    *lock = open(ROLLOUT_DIRECTORY "/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*lock < 0)
        return MP_SYSTEM;
    while (flock(*lock, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        close(*lock);
        *lock = -1;
        return MP_SYSTEM;
    }
    return MP_OK;
}

/* --- states --------------------------------------------------------------------------------------
 */

static void boot_id(char out[static BOOT_SIZE])
{
    int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, out, BOOT_SIZE - 1) : 0;

    if (fd >= 0)
        close(fd);
    out[got > 0 ? got : 0] = '\0';
    out[strcspn(out, "\n")] = '\0';
}

static uint64_t now(void)
{
    struct timespec time = {0};

    clock_gettime(CLOCK_BOOTTIME, &time);
    return (uint64_t)time.tv_sec;
}

/* Is this "pending SECONDS BOOT", of this boot, and is there time left? */
static int has_time_left(const char *text)
{
    static const char pending[] = "pending ";
    char boot[BOOT_SIZE] = "";
    char *end = NULL;
    unsigned long long deadline = 0;

    if (strncmp(text, pending, strlen(pending)) != 0)
        return 0;
    deadline = strtoull(text + strlen(pending), &end, 10);
    boot_id(boot);
    return *end == ' ' && boot[0] && strncmp(end + 1, boot, strlen(boot)) == 0 &&
           strcmp(end + 1 + strlen(boot), "\n") == 0 && now() < deadline;
}

/* Does it begin with a version, "v" and digits, that is not ours? */
static int is_later(const char *text)
{
    size_t digits = text[0] == 'v' ? strspn(text + 1, "0123456789") : 0;

    return digits > 0 && strncmp(text, VERSION, strlen(VERSION)) != 0;
}

static enum rollout_state meaning(const char *text)
{
    if (is_later(text))
        return ROLLOUT_LATER;
    if (strncmp(text, VERSION, strlen(VERSION)) == 0)
        text += strlen(VERSION);
    if (strcmp(text, "confirmed\n") == 0)
        return ROLLOUT_CONFIRMED;
    return has_time_left(text) ? ROLLOUT_PENDING : ROLLOUT_OVERDUE;
}

enum rollout_state rollout_state(const char *name)
{
    char path[MAX_PATH];
    struct secret *text = NULL;
    enum rollout_state state = ROLLOUT_OVERDUE;
    enum mp_err err = MP_OK;

    path_of(path, name, "state");
    err = durable_read(path, MAX_STATE, &text);
    if (err == MP_NO_RECORD)
        state = ROLLOUT_NONE;
    else if (err == MP_OK)
        state = meaning(secret_text(text));
    secret_free(&text);
    return state;
}

static enum mp_err write_state(const char *name, const char *words)
{
    struct secret *text = secret_copy(words, strlen(words));
    enum mp_err err = text ? rollout_keep(name, "state", text) : MP_NOMEM;

    secret_free(&text);
    return err;
}

enum mp_err rollout_set_pending(const char *name, unsigned seconds)
{
    char boot[BOOT_SIZE];
    char words[128];

    boot_id(boot);
    snprintf(words, sizeof(words), VERSION "pending %" PRIu64 " %s\n", now() + seconds, boot);
    return write_state(name, words);
}

enum mp_err rollout_set_confirmed(const char *name)
{
    return write_state(name, VERSION "confirmed\n");
}

enum mp_err rollout_set_expired(const char *name)
{
    struct secret *text = secret_copy(name, strlen(name));
    enum mp_err err = text ? durable_write(EXPIRED, 0600, (uid_t)-1, (gid_t)-1, text) : MP_NOMEM;

    secret_free(&text);
    return err;
}

int rollout_expired(char name[static ROLLOUT_MAX_NAME + 1])
{
    struct secret *text = NULL;
    int is_there = durable_read(EXPIRED, ROLLOUT_MAX_NAME, &text) == MP_OK;

    snprintf(name, ROLLOUT_MAX_NAME + 1, "%s", text ? secret_text(text) : "");
    secret_free(&text);
    return is_there;
}

void rollout_forget_expired(void)
{
    unlink(EXPIRED);
}

/* --- copies --------------------------------------------------------------------------------------
 */

enum mp_err rollout_keep(const char *name, const char *what, const struct secret *contents)
{
    char path[MAX_PATH];

    path_of(path, name, what);
    return durable_write(path, 0600, (uid_t)-1, (gid_t)-1, contents);
}

enum mp_err rollout_kept(const char *name, const char *what, struct secret **out)
{
    char path[MAX_PATH];

    path_of(path, name, what);
    return durable_read(path, ROLLOUT_MAX_FILE, out);
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

enum mp_err rollout_forget(const char *name)
{
    struct dirent **entries = NULL;
    char path[MAX_PATH];
    size_t length = strlen(name);
    enum mp_err err = MP_SYSTEM;
    int count = 0;

    path_of(path, name, "state");
    if (unlink(path) == 0 || errno == ENOENT)
        err = durable_sync_parent(path);
    if (err == MP_OK)
        count = scandir(ROLLOUT_DIRECTORY, &entries, is_file, alphasort);
    for (int i = 0; i < count; i++) {
        /* "su.before" is no copy of "su.before"'s own, whose name would be longer */
        if (strncmp(entries[i]->d_name, name, length) == 0 && entries[i]->d_name[length] == '.' &&
            !strchr(entries[i]->d_name + length + 1, '.')) {
            path_of(path, name, entries[i]->d_name + length + 1);
            unlink(path); /* a copy too many harms nobody */
        }
        free(entries[i]);
    }
    free(entries);
    return err;
}

int rollout_each(rollout_visit *visit, void *owner)
{
    struct dirent **entries = NULL;
    int count = scandir(ROLLOUT_DIRECTORY, &entries, is_file, alphasort);
    int result = 0;

    for (int i = 0; i < count; i++) {
        char *suffix = strrchr(entries[i]->d_name, '.');

        if (suffix && strcmp(suffix, SUFFIX) == 0) {
            *suffix = '\0';
            if (!result && rollout_is_name(entries[i]->d_name))
                result = visit(owner, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    return result;
}

/* links: broker/store.o broker/store_walk.o */
#undef _FORTIFY_SOURCE /* system calls are replaced below */
#include "broker/store.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "tests/unit/scratch.h"

/* --- faults: the n-th system call that changes something fails, or kills --- */

enum fault { NO_FAULT, FAIL, KILL };
static enum fault fault;
static int fault_at;    /* counts down */
static int fault_error; /* errno */
static int calls;       /* since arm() */
static int syncs;       /* since arm() */
static int write_at_most = 1 << 30;

static void arm(enum fault kind, int at, int error)
{
    fault = kind;
    fault_at = at;
    fault_error = error;
    calls = 0;
    syncs = 0;
}

static void disarm(void)
{
    fault = NO_FAULT;
}

static int hit(void)
{
    if (fault == NO_FAULT)
        return 0;
    calls++;
    if (calls != fault_at)
        return 0;
    if (fault == KILL)
        raise(SIGKILL);
    errno = fault_error;
    return 1;
}

int openat(int dir, const char *name, int flags, ...)
{
    va_list arguments;
    mode_t mode = 0;

    va_start(arguments, flags);
    if (flags & O_CREAT)
        mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return hit() ? -1 : (int)syscall(SYS_openat, dir, name, flags, mode);
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    if (hit())
        return -1;
    if (length > (size_t)write_at_most)
        length = (size_t)write_at_most;
    return syscall(SYS_write, fd, bytes, length);
}

int fchmod(int fd, mode_t mode)
{
    return hit() ? -1 : (int)syscall(SYS_fchmod, fd, mode);
}

int fsync(int fd)
{
    syncs++;
    return hit() ? -1 : (int)syscall(SYS_fsync, fd);
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    return hit() ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, 0);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
    return hit() ? -1 : (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int unlinkat(int dir, const char *name, int flags)
{
    return hit() ? -1 : (int)syscall(SYS_unlinkat, dir, name, flags);
}

int mkdirat(int dir, const char *name, mode_t mode)
{
    return hit() ? -1 : (int)syscall(SYS_mkdirat, dir, name, mode);
}

/* As on Linux, a failed close has closed. */
int close(int fd)
{
    int failed = hit();

    return syscall(SYS_close, fd) != 0 || failed ? -1 : 0;
}

/* --- words of the tests --- */

static const char OLD[] = "the old contents";
static const char NEW[] = "and the new ones, which are longer";

static int holds(int dir, const char *name, const char *text)
{
    char bytes[256];
    ssize_t length = scratch_get(dir, name, bytes, sizeof(bytes));

    return length == (ssize_t)strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

static enum mp_err put(int dir, const char *name, const char *text)
{
    return store_write(dir, name, text, strlen(text));
}

static enum mp_err try_read(int dir, const char *name)
{
    struct secret *bytes = NULL;
    enum mp_err err = store_read(dir, name, STORE_MAX_FILE, &bytes);

    CHECK((err == MP_OK) == (bytes != NULL));
    secret_free(&bytes);
    return err;
}

static mode_t mode_of(int dir, const char *name)
{
    struct stat found = {0};

    fstatat(dir, name, &found, AT_SYMLINK_NOFOLLOW);
    return found.st_mode & 07777;
}

/* --- tests --- */

TEST(what_is_written_is_read)
{
    int dir = scratch_begin();
    struct secret *bytes = NULL;

    CHECK(put(dir, "file", OLD) == MP_OK);
    CHECK(store_read(dir, "file", strlen(OLD), &bytes) == MP_OK);
    CHECK(bytes && strcmp(secret_text(bytes), OLD) == 0 && secret_length(bytes) == strlen(OLD));
    secret_free(&bytes);
    CHECK(put(dir, "file", NEW) == MP_OK && holds(dir, "file", NEW));
    CHECK(put(dir, "file", "") == MP_OK && holds(dir, "file", ""));
    CHECK(try_read(dir, "file") == MP_OK);
    CHECK(try_read(dir, "none") == MP_NO_RECORD);
    CHECK(scratch_count(dir) == 1);
    scratch_end(dir);
}

TEST(L10_modes_do_not_depend_on_the_umask)
{
    static const mode_t masks[] = {0000, 0022, 0077, 0777};
    int dir = scratch_begin();

    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        mode_t before = umask(masks[i]);
        char name[16];
        int made = -1;

        snprintf(name, sizeof(name), "d%zu", i);
        CHECK(put(dir, "file", OLD) == MP_OK);
        CHECK(mode_of(dir, "file") == 0600);
        CHECK(store_directory(dir, name, &made) == MP_OK);
        CHECK(mode_of(dir, name) == 0700);
        CHECK(umask(before) == masks[i]);
        if (made >= 0)
            close(made);
    }
    scratch_end(dir);
}

/* Each call fails in turn; only after the last one, the sync of the directory, is NEW there. */
TEST(L16_a_failed_call_keeps_the_old_file)
{
    static const int errors[] = {ENOSPC, EIO, EROFS, EDQUOT, ESTALE};
    int dir = scratch_begin();
    int before = scratch_descriptors();
    int failures = 0;

    for (size_t e = 0; e < sizeof(errors) / sizeof(errors[0]); e++) {
        for (int at = 1;; at++) {
            enum mp_err err = MP_OK;
            int last = 0;

            CHECK(put(dir, "file", OLD) == MP_OK);
            arm(FAIL, at, errors[e]);
            err = put(dir, "file", NEW);
            last = syncs == 2;
            disarm();
            if (err == MP_OK && calls < at)
                break;
            failures++;
            CHECK(err == MP_STORAGE && errno == errors[e]);
            CHECK(holds(dir, "file", last ? NEW : OLD));
            CHECK(scratch_count(dir) == 1);
            NEED(at < 100);
        }
    }
    CHECK(failures == 5 * 8); /* unlink, open, chmod, write, sync, close, rename, sync */
    CHECK(scratch_descriptors() == before);
    scratch_end(dir);
}

TEST(L17_a_failed_sync_is_not_tried_again)
{
    int dir = scratch_begin();

    CHECK(put(dir, "file", OLD) == MP_OK);
    arm(FAIL, 5, EIO); /* unlink, open, chmod, write, sync */
    CHECK(put(dir, "file", NEW) == MP_STORAGE);
    CHECK(syncs == 1);
    disarm();
    CHECK(holds(dir, "file", OLD));
    scratch_end(dir);
}

TEST(L18_a_kill_at_any_call_leaves_old_or_new)
{
    int dir = scratch_begin();
    int old = 0;
    int new = 0;

    for (int at = 1; at < 100; at++) {
        int status = 0;
        pid_t child = -1;

        CHECK(put(dir, "file", OLD) == MP_OK);
        child = fork();
        NEED(child >= 0);
        if (child == 0) {
            arm(KILL, at, 0);
            _exit(put(dir, "file", NEW) == MP_OK ? 0 : 1);
        }
        NEED(waitpid(child, &status, 0) == child);
        old += holds(dir, "file", OLD);
        new += holds(dir, "file", NEW);
        CHECK(old + new == at);
        store_sweep(dir);
        CHECK(scratch_count(dir) == 1);
        if (WIFEXITED(status))
            break;
    }
    CHECK(old >= 7 && new >= 2);
    scratch_end(dir);
}

TEST(L16_a_short_or_interrupted_write_goes_on)
{
    int dir = scratch_begin();

    write_at_most = 3;
    CHECK(put(dir, "file", NEW) == MP_OK && holds(dir, "file", NEW));
    write_at_most = 1 << 30;
    arm(FAIL, 4, EINTR);
    CHECK(put(dir, "file", OLD) == MP_OK && holds(dir, "file", OLD));
    disarm();
    scratch_end(dir);
}

TEST(a_file_size_limit_keeps_the_old_file)
{
    int dir = scratch_begin();
    int status = 0;
    pid_t child = -1;

    CHECK(put(dir, "file", OLD) == MP_OK);
    child = fork();
    NEED(child >= 0);
    if (child == 0) {
        struct rlimit limit = {8, 8};

        signal(SIGXFSZ, SIG_IGN);
        NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
        _exit(put(dir, "file", NEW) == MP_STORAGE && errno == EFBIG ? 0 : 1);
    }
    NEED(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(holds(dir, "file", OLD) && scratch_count(dir) == 1);
    scratch_end(dir);
}

/* In a mount namespace of its own; only root can. */
static int fill_a_small_device(void)
{
    static char page[65536];
    int dir = -1;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", scratch_path, "tmpfs", 0, "size=64k,mode=0700") != 0)
        return 0;
    dir = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || put(dir, "file", OLD) != MP_OK)
        return 1;
    if (store_write(dir, "file", page, sizeof(page)) != MP_STORAGE || errno != ENOSPC)
        return 2;
    if (!holds(dir, "file", OLD) || scratch_count(dir) != 1)
        return 3;
    return put(dir, "file", NEW) == MP_OK ? 0 : 4;
}

TEST(L16_a_full_device_keeps_the_old_file)
{
    int dir = scratch_begin();
    int status = 0;
    pid_t child = fork();

    NEED(child >= 0);
    if (child == 0)
        _exit(fill_a_small_device());
    NEED(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    scratch_end(dir);
}

TEST(P12_P13_nothing_is_read_through_a_link_or_a_fifo)
{
    int dir = scratch_begin();
    int before = scratch_descriptors();

    alarm(10); /* a read that waits for a writer would end here */
    scratch_put(dir, "target", OLD, strlen(OLD), 0600);
    CHECK(try_read(dir, "target") == MP_OK);
    NEED(symlinkat("target", dir, "symlink") == 0);
    CHECK(try_read(dir, "symlink") == MP_STORAGE && errno == ELOOP);
    NEED(mkfifoat(dir, "fifo", 0600) == 0);
    CHECK(try_read(dir, "fifo") == MP_STORAGE && errno == EPERM);
    NEED(mkdirat(dir, "directory", 0700) == 0);
    CHECK(try_read(dir, "directory") == MP_STORAGE);
    NEED(linkat(dir, "target", dir, "hardlink", 0) == 0);
    CHECK(try_read(dir, "hardlink") == MP_STORAGE && errno == EPERM);
    CHECK(try_read(dir, "target") == MP_STORAGE);
    alarm(0);
    CHECK(scratch_descriptors() == before);
    scratch_end(dir);
}

TEST(a_write_takes_the_name_and_leaves_the_thing)
{
    int dir = scratch_begin();
    struct stat found = {0};

    alarm(10);
    scratch_put(dir, "target", OLD, strlen(OLD), 0640);
    NEED(symlinkat("target", dir, "symlink") == 0);
    NEED(linkat(dir, "target", dir, "hardlink", 0) == 0);
    NEED(mkfifoat(dir, "fifo", 0600) == 0);
    NEED(linkat(dir, "fifo", dir, "fifo-again", 0) == 0);
    NEED(mkdirat(dir, "directory", 0700) == 0);
    CHECK(put(dir, "symlink", NEW) == MP_OK && try_read(dir, "symlink") == MP_OK);
    CHECK(put(dir, "hardlink", NEW) == MP_OK && try_read(dir, "hardlink") == MP_OK);
    CHECK(put(dir, "fifo", NEW) == MP_OK && try_read(dir, "fifo") == MP_OK);
    CHECK(put(dir, "directory", NEW) == MP_STORAGE);
    CHECK(holds(dir, "target", OLD) && mode_of(dir, "target") == 0640);
    CHECK(fstatat(dir, "fifo-again", &found, 0) == 0 && S_ISFIFO(found.st_mode));
    CHECK(fstatat(dir, "directory", &found, 0) == 0 && S_ISDIR(found.st_mode));
    alarm(0);
    scratch_end(dir);
}

TEST(P12_a_trap_under_the_temporary_name_is_only_unlinked)
{
    int dir = scratch_begin();

    scratch_put(dir, "target", OLD, strlen(OLD), 0600);
    NEED(symlinkat("target", dir, ".tmp-file") == 0);
    CHECK(put(dir, "file", NEW) == MP_OK && holds(dir, "file", NEW));
    CHECK(holds(dir, "target", OLD) && try_read(dir, "file") == MP_OK);
    scratch_end(dir);
}

TEST(a_file_of_another_mode_or_owner_is_refused)
{
    static const mode_t wrong[] = {0640, 0660, 0604, 0606, 0610, 0700, 01600, 02600, 04600};
    int dir = scratch_begin();

    scratch_put(dir, "file", OLD, strlen(OLD), 0600);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        NEED(fchmodat(dir, "file", wrong[i], 0) == 0);
        CHECK(try_read(dir, "file") == MP_STORAGE && errno == EPERM);
    }
    NEED(fchmodat(dir, "file", 0400, 0) == 0);
    CHECK(try_read(dir, "file") == MP_OK);
    if (geteuid() == 0) {
        NEED(fchownat(dir, "file", 1, 0, 0) == 0);
        CHECK(try_read(dir, "file") == MP_STORAGE && errno == EPERM);
    }
    scratch_end(dir);
}

TEST(a_credential_may_be_of_root_and_its_group_may_read)
{
    static const mode_t right[] = {0400, 0600, 0440, 0640};
    static const mode_t wrong[] = {0444, 0604, 0660, 0420, 0402};
    int dir = scratch_begin();
    struct secret *bytes = NULL;

    scratch_put(dir, "file", OLD, strlen(OLD), 0600);
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        NEED(fchmodat(dir, "file", right[i], 0) == 0);
        CHECK(store_read_credential(dir, "file", 64, &bytes) == MP_OK);
        secret_free(&bytes);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        NEED(fchmodat(dir, "file", wrong[i], 0) == 0);
        CHECK(store_read_credential(dir, "file", 64, &bytes) == MP_STORAGE && errno == EPERM);
    }
    if (geteuid() == 0) {
        NEED(fchmodat(dir, "file", 0400, 0) == 0 && fchownat(dir, "file", 1, 0, 0) == 0);
        CHECK(store_read_credential(dir, "file", 64, &bytes) == MP_STORAGE && errno == EPERM);
    }
    scratch_end(dir);
}

TEST(sizes_are_bounded)
{
    static char large[STORE_MAX_FILE + 1];
    int dir = scratch_begin();
    struct secret *bytes = NULL;

    CHECK(put(dir, "file", OLD) == MP_OK);
    CHECK(store_read(dir, "file", strlen(OLD) - 1, &bytes) == MP_STORAGE && errno == EFBIG);
    CHECK(!bytes);
    CHECK(store_write(dir, "file", large, sizeof(large)) == MP_STORAGE && errno == EFBIG);
    CHECK(holds(dir, "file", OLD));
    CHECK(store_write(dir, "file", large, sizeof(large) - 1) == MP_OK);
    CHECK(try_read(dir, "file") == MP_OK);
    scratch_end(dir);
}

TEST(a_name_stays_in_its_directory)
{
    static const char *const wrong[] = {"", ".", "..", ".hidden", "a/b", "../a", "/nonexistent/x"};
    char name[252];
    int dir = scratch_begin();

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK(put(dir, wrong[i], OLD) == MP_STORAGE && errno == EINVAL);
        CHECK(try_read(dir, wrong[i]) == MP_STORAGE && errno == EINVAL);
        CHECK(store_remove(dir, wrong[i]) == MP_STORAGE && errno == EINVAL);
    }
    memset(name, 'n', sizeof(name));
    name[251] = '\0';
    CHECK(put(dir, name, OLD) == MP_STORAGE && errno == EINVAL);
    name[250] = '\0';
    CHECK(put(dir, name, OLD) == MP_OK && try_read(dir, name) == MP_OK);
    CHECK(scratch_count(dir) == 1);
    scratch_end(dir);
}

TEST(a_new_file_never_replaces_one)
{
    int dir = scratch_begin();

    CHECK(store_create(dir, "file", OLD, strlen(OLD)) == MP_OK);
    CHECK(store_create(dir, "file", NEW, strlen(NEW)) == MP_STORAGE && errno == EEXIST);
    arm(FAIL, 7, EINVAL); /* a file system without RENAME_NOREPLACE */
    CHECK(store_create(dir, "file", NEW, strlen(NEW)) == MP_STORAGE && errno == EEXIST);
    CHECK(holds(dir, "file", OLD) && scratch_count(dir) == 1);
    arm(FAIL, 7, EINVAL);
    CHECK(store_create(dir, "other", NEW, strlen(NEW)) == MP_OK && holds(dir, "other", NEW));
    disarm();
    CHECK(scratch_count(dir) == 2);
    scratch_end(dir);
}

TEST(a_directory_of_somebody_else_is_refused)
{
    int dir = scratch_begin();
    int before = scratch_descriptors();
    int fd = -1;

    CHECK(store_existing_directory(dir, "d", &fd) == MP_NO_RECORD && fd == -1);
    CHECK(store_directory(dir, "d", &fd) == MP_OK && fd >= 0);
    close(fd);
    CHECK(store_existing_directory(dir, "d", &fd) == MP_OK && fd >= 0);
    close(fd);
    NEED(fchmodat(dir, "d", 0720, 0) == 0);
    CHECK(store_directory(dir, "d", &fd) == MP_STORAGE && errno == EPERM && fd == -1);
    NEED(fchmodat(dir, "d", 0702, 0) == 0);
    CHECK(store_existing_directory(dir, "d", &fd) == MP_STORAGE && fd == -1);
    NEED(fchmodat(dir, "d", 0755, 0) == 0);
    CHECK(store_existing_directory(dir, "d", &fd) == MP_OK);
    close(fd);
    if (geteuid() == 0) {
        NEED(fchownat(dir, "d", 1, 0, 0) == 0);
        CHECK(store_directory(dir, "d", &fd) == MP_STORAGE && errno == EPERM);
        NEED(fchownat(dir, "d", 0, 0, 0) == 0);
    }
    NEED(symlinkat("d", dir, "link") == 0);
    CHECK(store_directory(dir, "link", &fd) == MP_STORAGE && fd == -1);
    scratch_put(dir, "file", OLD, strlen(OLD), 0600);
    CHECK(store_directory(dir, "file", &fd) == MP_STORAGE && fd == -1);
    CHECK(store_directory(dir, "none/d", &fd) == MP_STORAGE && fd == -1);
    CHECK(scratch_descriptors() == before);
    scratch_end(dir);
}

TEST(a_directory_that_cannot_be_made_durable_is_not_made)
{
    int dir = scratch_begin();
    int before = scratch_descriptors();
    int failures = 0;

    for (int at = 1; at < 100; at++) {
        enum mp_err err = MP_OK;
        int fd = -1;

        arm(FAIL, at, EIO);
        err = store_directory(dir, "d", &fd);
        disarm();
        if (err == MP_OK && calls < at) {
            close(fd);
            break;
        }
        /* the close of the parent's descriptor may fail: it was synced before */
        CHECK(err != MP_OK ? fd == -1 : fd >= 0);
        failures += err == MP_STORAGE || err == MP_SYSTEM;
        CHECK(scratch_count(dir) == (err == MP_OK));
        if (fd >= 0)
            close(fd);
        syscall(SYS_unlinkat, dir, "d", AT_REMOVEDIR);
    }
    CHECK(failures == 5); /* open, mkdir, open, open .., sync */
    CHECK(scratch_descriptors() == before);
    scratch_end(dir);
}

TEST(a_removal_is_complete_and_durable)
{
    int dir = scratch_begin();

    CHECK(put(dir, "file", OLD) == MP_OK);
    scratch_put(dir, ".tmp-file", OLD, strlen(OLD), 0600);
    arm(NO_FAULT, 0, 0);
    CHECK(store_remove(dir, "file") == MP_OK);
    CHECK(syncs == 1 && scratch_count(dir) == 0);
    CHECK(store_remove(dir, "file") == MP_OK);
    CHECK(put(dir, "file", OLD) == MP_OK);
    for (int at = 1; at <= 3; at++) {
        arm(FAIL, at, EIO);
        CHECK(store_remove(dir, "file") == MP_STORAGE && errno == EIO);
        disarm();
    }
    NEED(mkdirat(dir, "directory", 0700) == 0);
    CHECK(store_remove(dir, "directory") == MP_STORAGE);
    scratch_end(dir);
}

static int count_names(void *owner, const char *name)
{
    int *count = owner;

    CHECK(name[0] != '.');
    return ++*count == 2;
}

TEST(a_walk_sees_no_temporary_file_and_a_sweep_removes_them)
{
    int dir = scratch_begin();
    int count = 0;

    CHECK(put(dir, "one", OLD) == MP_OK);
    scratch_put(dir, ".tmp-one", OLD, strlen(OLD), 0600);
    scratch_put(dir, ".tmp-two", OLD, strlen(OLD), 0600);
    scratch_put(dir, ".other", OLD, strlen(OLD), 0600);
    CHECK(store_each(dir, count_names, &count) == MP_OK && count == 1);
    store_sweep(dir);
    CHECK(scratch_count(dir) == 2 && holds(dir, "one", OLD) && holds(dir, ".other", OLD));
    CHECK(put(dir, "two", OLD) == MP_OK && put(dir, "three", OLD) == MP_OK);
    count = 0;
    CHECK(store_each(dir, count_names, &count) == MP_OK && count == 2);
    scratch_end(dir);
}

TESTS(T(what_is_written_is_read), T(L10_modes_do_not_depend_on_the_umask),
      T(L16_a_failed_call_keeps_the_old_file), T(L17_a_failed_sync_is_not_tried_again),
      T(L18_a_kill_at_any_call_leaves_old_or_new), T(L16_a_short_or_interrupted_write_goes_on),
      T(a_file_size_limit_keeps_the_old_file), T(L16_a_full_device_keeps_the_old_file),
      T(P12_P13_nothing_is_read_through_a_link_or_a_fifo),
      T(a_write_takes_the_name_and_leaves_the_thing),
      T(P12_a_trap_under_the_temporary_name_is_only_unlinked),
      T(a_file_of_another_mode_or_owner_is_refused),
      T(a_credential_may_be_of_root_and_its_group_may_read), T(sizes_are_bounded),
      T(a_name_stays_in_its_directory), T(a_new_file_never_replaces_one),
      T(a_directory_of_somebody_else_is_refused),
      T(a_directory_that_cannot_be_made_durable_is_not_made), T(a_removal_is_complete_and_durable),
      T(a_walk_sees_no_temporary_file_and_a_sweep_removes_them))

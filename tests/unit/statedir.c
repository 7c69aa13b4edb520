/* links: broker/statedir.o broker/store.o broker/store_walk.o tests/faults/inside.o */
/* The state directory: made, whose it is, and one broker at a time. */
#include "broker/statedir.h"

#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "lib/clock.h"
#include "tests/unit/every_fault.h"
#include "tests/unit/scratch.h"

static char path[600];
static int state_fd = -1;
static int lock_fd = -1;

static int open_once(int make_parents, int wait_ms)
{
    state_fd = lock_fd = -1;
    return statedir_open(path, make_parents, wait_ms, &state_fd, &lock_fd);
}

static void close_both(void)
{
    if (state_fd >= 0)
        close(state_fd);
    if (lock_fd >= 0)
        close(lock_fd);
    state_fd = lock_fd = -1;
}

TEST(it_is_made_with_its_parents_where_that_is_wanted)
{
    int scratch = scratch_begin();
    struct stat info;

    snprintf(path, sizeof(path), "%s/a/b/state", scratch_path);
    CHECK(open_once(0, 0) == -1);
    close_both();
    CHECK(open_once(1, 0) == 0 && state_fd >= 0 && lock_fd >= 0);
    CHECK(fstatat(scratch, "a/b/state", &info, 0) == 0 && (info.st_mode & 07777) == 0700);
    CHECK(fstatat(scratch, "a/b/state/lock", &info, 0) == 0 && (info.st_mode & 07777) == 0600);
    close_both();
    CHECK(open_once(1, 0) == 0);
    close_both();
    scratch_end(scratch);
}

TEST(a_parent_that_is_no_directory_is_refused)
{
    int scratch = scratch_begin();

    scratch_put(scratch, "file", "x", 1, 0600);
    snprintf(path, sizeof(path), "%s/file/state", scratch_path);
    CHECK(open_once(1, 0) == -1);
    close_both();
    scratch_end(scratch);
}

TEST(one_broker_at_a_time)
{
    int scratch = scratch_begin();
    int other = -1;
    int64_t before = 0;

    snprintf(path, sizeof(path), "%s/state", scratch_path);
    CHECK(open_once(0, 0) == 0);
    other = openat(state_fd, "lock", O_RDWR | O_CLOEXEC);
    close_both();
    NEED(other >= 0 && flock(other, LOCK_SH) == 0);
    CHECK(open_once(0, 0) == -1);
    close_both();
    before = clock_monotonic_ms();
    CHECK(open_once(0, 60) == -1);
    CHECK(clock_monotonic_ms() - before >= 60);
    close_both();
    close(other);
    CHECK(open_once(0, 0) == 0);
    close_both();
    scratch_end(scratch);
}

/* A private broker that ends gives its successor the lock in time. */
TEST(a_lock_that_is_given_up_is_waited_for)
{
    int scratch = scratch_begin();
    int ready[2];
    char byte = 0;
    pid_t child = -1;

    snprintf(path, sizeof(path), "%s/state", scratch_path);
    NEED(pipe(ready) == 0);
    child = fork();
    if (child == 0) {
        NEED(open_once(0, 0) == 0 && write(ready[1], "1", 1) == 1);
        usleep(50000);
        _exit(0);
    }
    NEED(child > 0 && read(ready[0], &byte, 1) == 1);
    CHECK(open_once(0, 5000) == 0);
    close_both();
    NEED(waitpid(child, NULL, 0) == child);
    close(ready[0]);
    close(ready[1]);
    scratch_end(scratch);
}

TEST(a_lock_that_is_no_file_of_ours_is_refused)
{
    int scratch = scratch_begin();

    NEED(mkdirat(scratch, "state", 0700) == 0 && mkdirat(scratch, "state/lock", 0700) == 0);
    snprintf(path, sizeof(path), "%s/state", scratch_path);
    CHECK(open_once(0, 0) == -1);
    close_both();
    scratch_end(scratch);
}

static enum mp_err open_anew(void)
{
    int result = open_once(1, 0);

    fault_pause();
    close_both();
    fault_resume();
    return result == 0 ? MP_OK : MP_SYSTEM;
}

TEST(no_broker_runs_without_its_lock)
{
    int scratch = scratch_begin();

    snprintf(path, sizeof(path), "%s/a/state", scratch_path);
    for (unsigned variant = 0; variant < 3; variant++)
        EVERY_FAULT(open_anew, FAULT_CALL, variant, MP_OK);
    scratch_end(scratch);
}

TESTS(T(it_is_made_with_its_parents_where_that_is_wanted),
      T(a_parent_that_is_no_directory_is_refused), T(one_broker_at_a_time),
      T(a_lock_that_is_given_up_is_waited_for), T(a_lock_that_is_no_file_of_ours_is_refused),
      T(no_broker_runs_without_its_lock))

/* links: broker/sessions.o broker/store.o broker/store_walk.o */
#include "broker/sessions.h"

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "tests/unit/scratch.h"

#define UID 1000

/* A process that lives until it is ended. */
static pid_t start_process(void)
{
    pid_t child = fork();

    NEED(child >= 0);
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, "a) R (b) 1 2 3"); /* a name that imitates /proc/PID/stat */
        for (;;)
            pause();
    }
    while (1) { /* until it has its name */
        char path[64];
        char name[32] = "";
        int fd = -1;

        snprintf(path, sizeof(path), "/proc/%d/comm", (int)child);
        fd = open(path, O_RDONLY);
        NEED(fd >= 0 && read(fd, name, sizeof(name) - 1) > 0);
        close(fd);
        if (name[0] == 'a' && name[1] == ')')
            break;
        usleep(1000);
    }
    return child;
}

static void end_process(pid_t pid)
{
    kill(pid, SIGKILL);
    NEED(waitpid(pid, NULL, 0) == pid);
}

static int entries(int dir)
{
    int fd = openat(dir, "1000", O_RDONLY | O_DIRECTORY);
    int count = fd >= 0 ? scratch_count(fd) : -1;

    close(fd);
    return count;
}

/* Adds an entry by hand. `boot` NULL: this boot. */
static void forge(int dir, const char *boot, int pid, const char *start)
{
    char boot_id[37] = "";
    char name[160];
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);

    NEED(fd >= 0 && read(fd, boot_id, 36) == 36);
    close(fd);
    mkdirat(dir, "1000", 0700);
    snprintf(name, sizeof(name), "1000/%s.%d.%s", boot ? boot : boot_id, pid, start);
    scratch_put(dir, name, "", 0, 0600);
}

TEST(sessions_are_counted_to_the_last)
{
    int dir = scratch_begin();
    pid_t one = start_process();
    pid_t two = start_process();
    int left = -1;

    CHECK(sessions_count(dir, UID) == 0);
    CHECK(sessions_open(dir, UID, one) == MP_OK && sessions_count(dir, UID) == 1);
    CHECK(sessions_open(dir, UID, two) == MP_OK && sessions_count(dir, UID) == 2);
    CHECK(sessions_open(dir, UID, two) == MP_OK && sessions_count(dir, UID) == 2);
    CHECK(sessions_count(dir, UID + 1) == 0);
    CHECK(sessions_close(dir, UID, one, &left) == MP_OK && left == 1);
    CHECK(sessions_close(dir, UID, one, &left) == MP_OK && left == 1);
    CHECK(sessions_close(dir, UID, two, &left) == MP_OK && left == 0);
    CHECK(entries(dir) == 0);
    end_process(one);
    end_process(two);
    scratch_end(dir);
}

TEST(users_are_counted_apart)
{
    int dir = scratch_begin();
    int left = -1;

    CHECK(sessions_open(dir, UID, getpid()) == MP_OK);
    CHECK(sessions_open(dir, UID + 1, getpid()) == MP_OK);
    CHECK(sessions_close(dir, UID, getpid(), &left) == MP_OK && left == 0);
    CHECK(sessions_count(dir, UID + 1) == 1);
    CHECK(sessions_close(dir, UID + 2, getpid(), &left) == MP_OK && left == 0);
    scratch_end(dir);
}

TEST(a_dead_leader_does_not_count)
{
    int dir = scratch_begin();
    pid_t one = start_process();
    pid_t two = start_process();
    int left = -1;

    CHECK(sessions_open(dir, UID, one) == MP_OK && sessions_open(dir, UID, two) == MP_OK);
    kill(one, SIGKILL);
    siginfo_t info;
    NEED(waitid(P_PID, (id_t)one, &info, WEXITED | WNOWAIT) == 0); /* a zombie now */
    CHECK(sessions_count(dir, UID) == 1 && entries(dir) == 1);
    end_process(one);
    CHECK(sessions_open(dir, UID, one) == MP_STORAGE);
    end_process(two);
    CHECK(sessions_close(dir, UID, two, &left) == MP_OK && left == 0);
    CHECK(entries(dir) == 0);
    scratch_end(dir);
}

TEST(L3_a_reused_pid_does_not_count)
{
    int dir = scratch_begin();

    forge(dir, NULL, getpid(), "1");
    CHECK(entries(dir) == 1);
    CHECK(sessions_count(dir, UID) == 0 && entries(dir) == 0);
    scratch_end(dir);
}

TEST(a_start_time_that_was_hidden_counts_while_the_process_lives)
{
    int dir = scratch_begin();
    pid_t one = start_process();

    forge(dir, NULL, one, "0");
    CHECK(sessions_count(dir, UID) == 1);
    end_process(one);
    CHECK(sessions_count(dir, UID) == 0);
    scratch_end(dir);
}

/* As an unprivileged user in a mount namespace whose /proc shows own processes only; -1: cannot. */
static int count_under_hidepid(int dir, pid_t other)
{
    char path[64];
    int opened = 0;

    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("proc", "/proc", "proc", 0, "hidepid=2") != 0 || fchown(dir, 65534, 65534) != 0 ||
        setgroups(0, NULL) != 0 || setgid(65534) != 0 || setuid(65534) != 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)other);
    if (access(path, R_OK) == 0)
        return -1;
    opened = sessions_open(dir, UID, other) == MP_OK && sessions_open(dir, UID, getpid()) == MP_OK;
    return opened ? sessions_count(dir, UID) : 0;
}

TEST(a_hidden_process_counts_while_it_lives)
{
    int dir = scratch_begin();
    pid_t other = start_process();
    pid_t child = fork();
    int status = 0;

    NEED(child >= 0);
    if (child == 0)
        _exit(count_under_hidepid(dir, other));
    NEED(waitpid(child, &status, 0) == child && WIFEXITED(status));
    if (WEXITSTATUS(status) == 255)
        puts("# no /proc with hidepid here");
    else
        CHECK(WEXITSTATUS(status) == 2);
    end_process(other);
    scratch_end(dir);
}

TEST(another_boot_does_not_count)
{
    int dir = scratch_begin();

    forge(dir, "01234567-89ab-cdef-0123-456789abcdef", getpid(), "0");
    CHECK(sessions_count(dir, UID) == 0 && entries(dir) == 0);
    scratch_end(dir);
}

TEST(an_entry_that_is_none_does_not_count)
{
    int dir = scratch_begin();

    forge(dir, NULL, getpid(), "");
    forge(dir, NULL, getpid(), "0x");
    forge(dir, NULL, getpid(), "00");
    forge(dir, NULL, getpid(), "99999999999999999999999");
    forge(dir, NULL, 0, "0");
    forge(dir, NULL, -1, "0");
    forge(dir, "x", getpid(), "0");
    CHECK(entries(dir) == 7);
    CHECK(sessions_count(dir, UID) == 0 && entries(dir) == 0);
    scratch_end(dir);
}

TEST(a_leader_that_is_no_process_is_refused)
{
    int dir = scratch_begin();
    int left = -1;

    CHECK(sessions_open(dir, UID, 0) == MP_STORAGE);
    CHECK(sessions_open(dir, UID, -1) == MP_STORAGE);
    CHECK(sessions_open(dir, UID, 0x7ffffff0) == MP_STORAGE);
    CHECK(scratch_count(dir) == 0);
    CHECK(sessions_open(dir, UID, getpid()) == MP_OK);
    CHECK(sessions_close(dir, UID, 0, &left) == MP_OK && left == 1);
    scratch_end(dir);
}

TEST(what_cannot_be_told_is_not_the_last_session)
{
    int dir = scratch_begin();
    int left = -1;

    CHECK(sessions_open(dir, UID, getpid()) == MP_OK);
    NEED(fchmodat(dir, "1000", 0770, 0) == 0);
    CHECK(sessions_close(dir, UID, getpid(), &left) == MP_STORAGE && left == 1);
    CHECK(sessions_count(dir, UID) == 0);
    scratch_end(dir);
}

TEST(no_descriptor_stays_open)
{
    int dir = scratch_begin();
    int before = scratch_descriptors();
    int left = -1;

    CHECK(sessions_open(dir, UID, getpid()) == MP_OK && sessions_count(dir, UID) == 1);
    CHECK(sessions_close(dir, UID, getpid(), &left) == MP_OK);
    CHECK(sessions_open(dir, UID, 0) == MP_STORAGE);
    CHECK(scratch_descriptors() == before);
    scratch_end(dir);
}

TESTS(T(sessions_are_counted_to_the_last), T(users_are_counted_apart),
      T(a_dead_leader_does_not_count), T(L3_a_reused_pid_does_not_count),
      T(a_start_time_that_was_hidden_counts_while_the_process_lives),
      T(a_hidden_process_counts_while_it_lives), T(another_boot_does_not_count),
      T(an_entry_that_is_none_does_not_count), T(a_leader_that_is_no_process_is_refused),
      T(what_cannot_be_told_is_not_the_last_session), T(no_descriptor_stays_open))

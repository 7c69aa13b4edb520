/* links: broker/listen.o tests/faults/inside.o */
/* The socket that callers connect to: handed over, or bound here. */
#include "broker/listen.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "tests/unit/every_fault.h"
#include "tests/unit/scratch.h"

static char path[600];

static void name_path(const char *rest)
{
    snprintf(path, sizeof(path), "%s/%s", scratch_path, rest);
}

/* --- bound --- */

TEST(a_socket_and_its_directory_have_the_modes_asked_for)
{
    int scratch = scratch_begin();
    struct stat info;
    int fd = -1;

    name_path("run/sock");
    fd = listen_bind(path, 0666, 0755);
    CHECK(fd >= 0);
    CHECK(fstatat(scratch, "run/sock", &info, 0) == 0 && (info.st_mode & 07777) == 0666);
    CHECK(fstatat(scratch, "run", &info, 0) == 0 && (info.st_mode & 07777) == 0755);
    close(fd);
    /* a dead one of ours is replaced */
    fd = listen_bind(path, 0600, 0755);
    CHECK(fd >= 0);
    CHECK(fstatat(scratch, "run/sock", &info, 0) == 0 && (info.st_mode & 07777) == 0600);
    close(fd);
    scratch_end(scratch);
}

TEST(what_is_in_the_way_is_left_alone)
{
    int scratch = scratch_begin();

    scratch_put(scratch, "file", "x", 1, 0600);
    name_path("file");
    CHECK(listen_bind(path, 0600, 0755) == -1);
    CHECK(faccessat(scratch, "file", F_OK, 0) == 0);
    if (geteuid() == 0) {
        int fd = -1;

        name_path("foreign");
        fd = listen_bind(path, 0600, 0755);
        NEED(fd >= 0 && chown(path, 4000, 4000) == 0);
        close(fd);
        CHECK(listen_bind(path, 0600, 0755) == -1);
    }
    scratch_end(scratch);
}

TEST(a_place_that_others_could_change_is_refused)
{
    int scratch = scratch_begin();
    char longest[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];

    NEED(mkdirat(scratch, "open", 0777) == 0 && fchmodat(scratch, "open", 0777, 0) == 0);
    name_path("open/sock");
    CHECK(listen_bind(path, 0600, 0755) == -1);
    name_path("no/such/sock");
    CHECK(listen_bind(path, 0600, 0755) == -1);
    memset(longest, 'x', sizeof(longest) - 1);
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    CHECK(listen_bind(longest, 0600, 0755) == -1);
    CHECK(listen_bind("/proc", 0600, 0755) == -1); /* directly below the root */
    scratch_end(scratch);
}

/* A path without a slash lies in the working directory. */
TEST(a_relative_path_is_judged_too)
{
    char here[PATH_MAX];
    int scratch = scratch_begin();
    int fd = -1;

    NEED(getcwd(here, sizeof(here)) && chdir(scratch_path) == 0);
    fd = listen_bind("sock", 0600, 0755);
    CHECK(fd >= 0);
    close(fd);
    NEED(chmod(scratch_path, 0777) == 0);
    CHECK(listen_bind("sock", 0600, 0755) == -1);
    NEED(chmod(scratch_path, 0700) == 0 && chdir(here) == 0);
    scratch_end(scratch);
}

static enum mp_err bind_once(void)
{
    int fd = listen_bind(path, 0600, 0755);
    char directory[600];

    if (fd >= 0)
        close(fd);
    fault_pause();
    unlink(path);
    snprintf(directory, sizeof(directory), "%.*s", (int)(strrchr(path, '/') - path), path);
    rmdir(directory);
    fault_resume();
    return fd >= 0 ? MP_OK : MP_SYSTEM;
}

static enum mp_err bind_again(void)
{
    int fd = -1;

    fault_pause();
    fd = listen_bind(path, 0600, 0755);
    NEED(fd >= 0);
    close(fd);
    fault_resume();
    return bind_once();
}

TEST(no_socket_is_half_bound)
{
    int scratch = scratch_begin();
    int before = scratch_descriptors();

    name_path("run/sock");
    EVERY_FAULT(bind_once, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(bind_again, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(bind_again, FAULT_CALL, 1, MP_OK);
    CHECK(scratch_descriptors() == before);
    scratch_end(scratch);
}

/* --- handed over: always as descriptor 3, so in a child --- */

enum { NOTHING, REFUSED, TAKEN, TAKEN_WRONG };

static void take_and_exit(int fd, const char *pid, const char *count, unsigned at)
{
    char own[32];
    int taken = -1;

    snprintf(own, sizeof(own), "%ld", (long)getpid());
    if (fd >= 0)
        NEED(dup2(fd, 3) == 3);
    else
        close(3);
    if (pid)
        setenv("LISTEN_PID", *pid ? pid : own, 1);
    if (count)
        setenv("LISTEN_FDS", count, 1);
    fault_arm(FAULT_CALL, at, 0);
    taken = listen_activated();
    fault_disarm();
    if (taken < 0)
        _exit(taken == -1 ? NOTHING : REFUSED);
    if (taken != 3 || !(fcntl(3, F_GETFD) & FD_CLOEXEC) || !(fcntl(3, F_GETFL) & O_NONBLOCK))
        _exit(TAKEN_WRONG);
    _exit(TAKEN);
}

/* `pid` "" is the right one; call number `at` of the system fails (0: none). */
static int take(int fd, const char *pid, const char *count, unsigned at)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        take_and_exit(fd, pid, count, at);
    NEED(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int make_socket(int domain, int type, int listens)
{
    int fd = socket(domain, type | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    NEED(fd >= 0);
    if (listens && domain == AF_UNIX) {
        name_path("handed");
        unlink(path);
        NEED(strlen(path) < sizeof(address.sun_path));
        memcpy(address.sun_path, path, strlen(path) + 1);
        NEED(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(fd, 4) == 0);
    }
    return fd;
}

TEST(what_systemd_hands_over_is_taken)
{
    int scratch = scratch_begin();
    int fd = make_socket(AF_UNIX, SOCK_SEQPACKET, 1);

    CHECK(take(fd, "", "1", 0) == TAKEN);
    CHECK(take(fd, NULL, "1", 0) == NOTHING);
    CHECK(take(fd, "", NULL, 0) == NOTHING);
    CHECK(take(fd, "1", "1", 0) == NOTHING); /* it was for another process */
    CHECK(take(fd, "", "2", 0) == REFUSED);
    for (unsigned at = 1; at <= 5; at++)
        CHECK(take(fd, "", "1", at) == REFUSED);
    CHECK(take(fd, "", "1", 6) == TAKEN);
    close(fd);
    scratch_end(scratch);
}

TEST(another_kind_of_socket_is_refused)
{
    static const struct {
        int domain;
        int type;
        int listens;
    } kinds[] = {
        {AF_UNIX, SOCK_STREAM, 1}, {AF_UNIX, SOCK_SEQPACKET, 0}, {AF_INET, SOCK_STREAM, 0}};
    int scratch = scratch_begin();

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        int fd = make_socket(kinds[i].domain, kinds[i].type, kinds[i].listens);

        CHECK(take(fd, "", "1", 0) == REFUSED);
        close(fd);
    }
    CHECK(take(-1, "", "1", 0) == REFUSED);
    scratch_end(scratch);
}

TESTS(T(a_socket_and_its_directory_have_the_modes_asked_for), T(what_is_in_the_way_is_left_alone),
      T(a_place_that_others_could_change_is_refused), T(a_relative_path_is_judged_too),
      T(no_socket_is_half_bound), T(what_systemd_hands_over_is_taken),
      T(another_kind_of_socket_is_refused))

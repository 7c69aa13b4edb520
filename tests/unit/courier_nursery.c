/* links: courier/ tests/faults/inside.o tests/faults/seccomp.o -lcurl -ljson-c -lseccomp */
/*
 * The nursery in a child of the test: it serves until it is told to stop, whatever fails, and what
 * it cannot serve with it says at the start.
 */
#include "courier/nursery.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "courier/confine.h"
#include "lib/clock.h"
#include "lib/packet.h"
#include "tests/faults/inside.h"
#include "tests/unit/scratch.h"

static struct sockaddr_un address;
static int listener = -1;

static void begin(void)
{
    int fd = scratch_begin();

    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    NEED((size_t)snprintf(address.sun_path, sizeof(address.sun_path), "%s/c", scratch_path) <
         sizeof(address.sun_path));
    listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    NEED(listener >= 0 && bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    NEED(listen(listener, 32) == 0);
    close(fd);
}

static void end(void)
{
    close(listener);
    scratch_remove();
}

/* The work of a child: one byte. */
static void say_hello(int connection)
{
    (void)!send(connection, "h", 1, MSG_NOSIGNAL);
}

/* A nursery in which call number `at` of a kind fails. */
static pid_t start(void (*work)(int), enum fault_kind kind, unsigned at, unsigned variant)
{
    pid_t pid = fork();

    if (pid == 0) {
        fault_arm(kind, at, variant);
        _exit(nursery_serve(listener, geteuid(), work) == MP_OK ? 0 : fault_disarm() ? 2 : 3);
    }
    NEED(pid > 0);
    return pid;
}

/* 1 when somebody said hello within the time; 0 when not. */
static int is_served(int wait_ms)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    char byte = 0;
    int served = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
                 poll(&entry, 1, wait_ms) == 1 && recv(fd, &byte, 1, 0) == 1;

    close(fd);
    return served;
}

static int has_ended(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Its exit status after SIGTERM; -1 when a signal ended it. */
static int stop(pid_t pid)
{
    int status = 0;

    kill(pid, SIGTERM);
    NEED(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(it_serves_until_it_is_told_to_stop)
{
    pid_t pid = -1;

    begin();
    pid = start(say_hello, FAULT_CALL, 0, 0);
    for (int i = 0; i < 5; i++)
        CHECK(is_served(5000));
    CHECK(stop(pid) == 0);
    end();
}

/* Whoever asks again meets one that serves, or one that ended and says so: it is started anew. */
TEST(what_fails_ends_it_with_a_failure_or_passes)
{
    begin();
    for (unsigned variant = 0; variant < 2; variant++) {
        for (unsigned at = 1; at <= 20; at++) {
            pid_t pid = start(say_hello, FAULT_CALL, at, variant);
            int served = 0;

            for (int i = 0; i < 20 && !served && !has_ended(pid); i++)
                served = is_served(300);
            CHECK(served ? stop(pid) % 2 == 0 : stop(pid) == 2);
        }
    }
    end();
}

TEST(without_a_filter_it_does_not_begin)
{
    pid_t pid = -1;
    int status = 0;

    CHECK(confine_calls() != MP_OK); /* which nobody has prepared here */
    begin();
    for (unsigned at = 1; at <= 3; at++) {
        pid = start(say_hello, FAULT_LIBRARY, at, 0);
        NEED(waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 2);
    }
    end();
}

TEST(only_a_listening_socket_of_our_kind_is_served)
{
    struct sockaddr_in inet = {.sin_family = AF_INET};
    uid_t owner = 0;
    int fd = -1;

    begin();
    CHECK(nursery_inspect(listener, &owner) == MP_OK && owner == geteuid());
    for (unsigned at = 1; at <= 2; at++) {
        fault_arm(FAULT_CALL, at, 0);
        CHECK(nursery_inspect(listener, &owner) == MP_SYSTEM && owner == (uid_t)-1);
        fault_disarm();
    }
    fault_arm(FAULT_CALL, 3, 0); /* of lstat(2): nobody's */
    CHECK(nursery_inspect(listener, &owner) == MP_OK && owner == (uid_t)-1);
    fault_disarm();
    unlink(address.sun_path);
    scratch_put(AT_FDCWD, address.sun_path, "x", 1, 0600);
    CHECK(nursery_inspect(listener, &owner) == MP_OK && owner == (uid_t)-1);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    CHECK(nursery_inspect(fd, &owner) == MP_CONFIGURATION);
    close(fd);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(nursery_inspect(fd, &owner) == MP_CONFIGURATION);
    close(fd);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&inet, sizeof(inet)) == 0 && listen(fd, 1) == 0);
    CHECK(nursery_inspect(fd, &owner) == MP_CONFIGURATION);
    close(fd);
    CHECK(nursery_inspect(-1, &owner) == MP_SYSTEM);
    end();
}

TEST(only_its_own_user_and_the_sockets_owner_are_admitted)
{
    CHECK(nursery_admits(geteuid(), 4000) && nursery_admits(4000, 4000));
    CHECK(!nursery_admits(4001, 4000));
    CHECK(!nursery_admits((uid_t)-1, (uid_t)-1) && !nursery_admits(65534, 65534));
}

TESTS(T(it_serves_until_it_is_told_to_stop), T(what_fails_ends_it_with_a_failure_or_passes),
      T(without_a_filter_it_does_not_begin), T(only_a_listening_socket_of_our_kind_is_served),
      T(only_its_own_user_and_the_sockets_owner_are_admitted))

/* links: broker/ tests/faults/inside.o tests/faults/seccomp.o -lsodium -lseccomp */
/*
 * What the broker says of its confinement, and that it does not run without one that the kernel
 * could have given. All of it is for good, so each try is a child's.
 */
#include "broker/confinement.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/proto.h"
#include "tests/faults/inside.h"
#include "tests/unit/scratch.h"

static int describes(const char *words)
{
    char text[CONFINEMENT_SIZE];

    confinement_describe(text);
    return strstr(text, words) != NULL;
}

TEST(it_says_what_a_courier_told)
{
    CHECK(describes("courier: not known before its first job"));
    confinement_of_courier(PROTO_CONFINED_CALLS);
    CHECK(describes("courier: seccomp; this kernel has no Landlock"));
    confinement_of_courier(PROTO_CONFINED_FILES);
    CHECK(describes("courier: Landlock; this kernel has no seccomp"));
    confinement_of_courier(0);
    CHECK(describes("courier: nothing; this kernel has neither seccomp nor Landlock"));
    /* of a later release: bits that this one does not know */
    confinement_of_courier(0xf0 | PROTO_CONFINED_CALLS | PROTO_CONFINED_FILES);
    CHECK(describes("courier: seccomp and Landlock"));
    confinement_of_courier(PROTO_CONFINED_CALLS | PROTO_CONFINED_FILES);
    CHECK(describes("courier: seccomp and Landlock"));
}

enum { RUNS = 1, RUNS_AFTER_FAULT, REFUSES, RUNS_UNCONFINED };

/* Can a program still be run? Without one nobody can be told anything, so 127 means: no. */
static int can_run(void)
{
    char *arguments[] = {(char *)"true", NULL};
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        execv("/bin/true", arguments);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/* Is what it says of itself what the kernel says? */
static int is_honest(void)
{
    int fd = open("/proc/self/comm", O_WRONLY | O_CLOEXEC);
    int has_calls = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2;
    int has_files = fd < 0;

    if (fd >= 0)
        close(fd);
    if (has_calls)
        return describes(has_files ? "broker: seccomp and Landlock."
                                   : "broker: seccomp; this kernel has no Landlock.");
    return has_files && describes("broker: Landlock; this kernel has no seccomp.");
}

static void confine_and_exit(enum fault_kind kind, unsigned at, unsigned variant)
{
    char socket[600];
    int result = 0;
    int failed = 0;

    snprintf(socket, sizeof(socket), "%s/run/sock", scratch_path);
    NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    fault_arm(kind, at, variant);
    result = confinement_begin();
    if (result == 0)
        result = confinement_to_files(scratch_path, at % 2 ? socket : "sock");
    failed = fault_disarm();
    if (result != 0)
        _exit(REFUSES);
    if (can_run() || !is_honest())
        _exit(RUNS_UNCONFINED);
    _exit(failed ? RUNS_AFTER_FAULT : RUNS);
}

static int confine(enum fault_kind kind, unsigned at, unsigned variant)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        confine_and_exit(kind, at, variant);
    NEED(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A kernel that has none of it says so in one call, and then the broker runs without. */
static void confine_with_each(enum fault_kind kind, unsigned variant)
{
    unsigned at = 1;
    int result = REFUSES;

    while (result == REFUSES || (result == RUNS_AFTER_FAULT && kind == FAULT_CALL))
        result = confine(kind, at++, variant);
    CHECK(result == RUNS && at > 2);
}

TEST(a_broker_that_cannot_confine_itself_does_not_run)
{
    int fd = scratch_begin();

    NEED(mkdirat(fd, "run", 0755) == 0);
    confine_with_each(FAULT_LIBRARY, 0);
    confine_with_each(FAULT_CALL, 0);
    scratch_end(fd);
}

/* A broker without a socket of its own, as systemd starts it, and one in its working directory. */
TEST(its_socket_may_lie_anywhere)
{
    static const char *const sockets[] = {"", "sock", "/run/x/sock"};
    int fd = scratch_begin();

    for (size_t i = 0; i < 3; i++) {
        int status = 0;
        pid_t child = fork();

        if (child == 0) {
            NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
            _exit(confinement_to_files(scratch_path, sockets[i]) == 0 ? 0 : 1);
        }
        NEED(child > 0 && waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    scratch_end(fd);
}

TESTS(T(it_says_what_a_courier_told), T(a_broker_that_cannot_confine_itself_does_not_run),
      T(its_socket_may_lie_anywhere))

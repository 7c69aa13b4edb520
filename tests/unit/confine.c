/* links: broker/confine.o -lseccomp */
#include "tests/unit/check.h"

#include <errno.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/confine.h"

/* Runs one attempt in a confined child; 1 when it was refused, 0 when it worked. */
static int refused(int (*attempt)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || confine_broker() != MP_OK)
            _exit(3);
        _exit(attempt() ? 0 : 1);
    }
    NEED(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) != 3);
    return WEXITSTATUS(status) == 1;
}

static int dial_inet(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static int dial_inet6(void)
{
    return socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0;
}

static int start_a_program(void)
{
    char *arguments[] = {(char *)"true", NULL};

    execv("/bin/true", arguments);
    return errno != EPERM;
}

static int talk_to_a_courier(void)
{
    return socket(AF_UNIX, SOCK_SEQPACKET, 0) >= 0;
}

static int look_up_a_name(void)
{
    return getpwuid(0) != NULL;
}

static int fork_for_a_lookup(void)
{
    pid_t child = fork();

    if (child == 0)
        _exit(0);
    return child > 0 && waitpid(child, NULL, 0) == child;
}

TEST(L30_no_socket_to_the_network)
{
    CHECK(refused(dial_inet) && refused(dial_inet6));
}

TEST(L30_no_program_is_started)
{
    CHECK(refused(start_a_program));
}

TEST(what_it_lives_on_still_works)
{
    CHECK(!refused(talk_to_a_courier) && !refused(look_up_a_name) && !refused(fork_for_a_lookup));
}

TESTS(T(L30_no_socket_to_the_network), T(L30_no_program_is_started),
      T(what_it_lives_on_still_works))

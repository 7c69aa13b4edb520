/* links: broker/confine.o -lseccomp */
#include "tests/unit/check.h"

#include <errno.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "broker/confine.h"
#include "tests/unit/confined.h"
#include "tests/unit/scratch.h"

static int confine(void)
{
    return confine_files(scratch_path, "") == MP_OK && confine_calls() == MP_OK;
}

static int refused(int (*attempt)(void))
{
    return refused_after(confine, attempt);
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

/* The kernel looks at 32 bits of the family, a filter at 64. */
static int dial_inet_by_a_longer_number(void)
{
    return syscall(SYS_socket, AF_INET | 1L << 32, SOCK_STREAM, 0) >= 0;
}

static int dial_by_other_families(void)
{
    for (int family = 0; family < 64; family++)
        if (family != AF_UNIX && family != AF_NETLINK && socket(family, SOCK_DGRAM, 0) >= 0)
            return 1;
    return socket(AF_PACKET, SOCK_RAW, 0) >= 0 || socket(AF_VSOCK, SOCK_STREAM, 0) >= 0;
}

TEST(L30_no_socket_to_the_network)
{
    CHECK(refused(dial_inet) && refused(dial_inet6) && refused(dial_inet_by_a_longer_number) &&
          refused(dial_by_other_families));
}

TEST(L30_no_program_is_started)
{
    CHECK(refused(start_a_program));
}

static int write_a_foreign_file(void)
{
    return open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) >= 0;
}

static int write_its_state(void)
{
    return open(scratch_path, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) >= 0;
}

static int ask_for_a_ring(void)
{
    errno = 0;
    return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM;
}

TEST(L30_no_file_but_its_own_is_written)
{
    int fd = scratch_begin();

    CHECK(refused(write_a_foreign_file) && !refused(write_its_state));
    scratch_end(fd);
}

static int take_a_descriptor(void)
{
    errno = 0;
    return syscall(SYS_pidfd_getfd, -1, 0, 0) >= 0 || errno != EPERM;
}

static int type_into_a_terminal(void)
{
    errno = 0;
    return ioctl(-1, TIOCSTI, "x") == 0 || errno != EPERM;
}

TEST(L30_no_way_around_the_filter)
{
    CHECK(refused(ask_for_a_ring) && refused(take_a_descriptor) && refused(type_into_a_terminal));
}

TEST(what_it_lives_on_still_works)
{
    CHECK(!refused(talk_to_a_courier) && !refused(look_up_a_name) && !refused(fork_for_a_lookup));
}

TESTS(T(L30_no_socket_to_the_network), T(L30_no_program_is_started),
      T(L30_no_file_but_its_own_is_written), T(L30_no_way_around_the_filter),
      T(what_it_lives_on_still_works))

/* links: tests/faults/inside.o */
/*
 * What all rooms share, while memory runs out and the system refuses: a call to the broker, the
 * trust in a path, a packet, Landlock.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "lib/call.h"
#include "lib/clock.h"
#include "lib/landlock.h"
#include "lib/packet.h"
#include "lib/trust.h"
#include "tests/unit/every_fault.h"
#include "tests/unit/scratch.h"

/* --- a call --- */

static char socket_path[600];
static pid_t broker = -1;
static int scratch_fd = -1;

static void serve(int fd)
{
    for (;;) {
        int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        struct secret *request = NULL;
        struct secret *accepted = call_request(PROTO_ACCEPTED);
        struct secret *result = call_request(PROTO_RESULT);

        if (caller < 0 || !accepted || !result || wire_put_number(result, PROTO_ERROR, MP_OK))
            _exit(1);
        if (packet_receive(caller, clock_monotonic_ms() + 5000, &request) == MP_OK && request &&
            packet_send(caller, 0, accepted) == MP_OK)
            (void)!packet_send(caller, 0, result);
        close(caller);
        secret_free(&request);
        secret_free(&accepted);
        secret_free(&result);
    }
}

static void broker_begin(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    scratch_fd = scratch_begin();
    NEED(chmod(scratch_path, 0755) == 0);
    snprintf(socket_path, sizeof(socket_path), "%s/b", scratch_path);
    NEED(strlen(socket_path) < sizeof(address.sun_path));
    memcpy(address.sun_path, socket_path, strlen(socket_path) + 1);
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    NEED(chmod(socket_path, 0666) == 0);
    if (geteuid() == 0) /* a broker with a user of its own: its socket says which */
        NEED(chown(socket_path, 5000, 5000) == 0 && seteuid(5000) == 0);
    NEED(listen(fd, 64) == 0 && seteuid(getuid()) == 0);
    broker = fork();
    NEED(broker >= 0);
    if (broker == 0)
        serve(fd);
    close(fd);
}

static void broker_end(void)
{
    kill(broker, SIGKILL);
    NEED(waitpid(broker, NULL, 0) == broker);
    scratch_end(scratch_fd);
}

static enum mp_err call_once(void)
{
    struct secret *request = call_request(PROTO_GET);
    struct call_reply reply = {0};
    enum mp_err err = MP_NOMEM;

    if (request)
        err = call_broker(socket_path, clock_monotonic_ms() + 5000, request, &reply);
    CHECK((reply.packet != NULL) == (err == MP_OK));
    call_reply_free(&reply);
    secret_free(&request);
    return err;
}

/* As an ordinary user. */
static enum mp_err call_as_another(void)
{
    uid_t own = geteuid();
    enum mp_err err = MP_OK;

    if (own == 0)
        NEED(seteuid(4000) == 0);
    err = call_once();
    NEED(seteuid(own) == 0);
    return err;
}

static enum mp_err hint_once(void)
{
    struct secret *request = call_request(PROTO_PREPARE);
    int fd = request ? call_hint(socket_path, request) : -1;

    secret_free(&request);
    if (fd < 0)
        return MP_BROKER_ABSENT;
    fault_pause();
    close(fd);
    fault_resume();
    return MP_OK;
}

TEST(a_call_that_fails_has_a_reason_and_leaves_nothing)
{
    int before = 0;

    broker_begin();
    before = scratch_descriptors();
    EVERY_FAULT(call_once, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(call_once, FAULT_ROOM, 0, MP_OK);
    EVERY_FAULT(hint_once, FAULT_MEMORY, 0, MP_BROKER_ABSENT);
    for (unsigned variant = 0; variant < 3; variant++) {
        EVERY_FAULT(call_once, FAULT_CALL, variant, MP_OK);
        EVERY_FAULT(call_as_another, FAULT_CALL, variant, MP_OK);
        EVERY_FAULT(hint_once, FAULT_CALL, variant, MP_OK);
    }
    CHECK(scratch_descriptors() == before);
    broker_end();
}

/* --- a path --- */

static enum mp_err trust_link(void)
{
    char path[700];

    snprintf(path, sizeof(path), "%s/link/file", scratch_path);
    return trust_parent(path, geteuid());
}

static enum mp_err trust_here(void)
{
    return trust_parent("file", geteuid());
}

TEST(a_path_that_cannot_be_looked_at_is_not_trusted)
{
    int fd = scratch_begin();
    char here[PATH_MAX];

    NEED(mkdirat(fd, "directory", 0755) == 0 && symlinkat("directory", fd, "link") == 0);
    NEED(getcwd(here, sizeof(here)) && fchdir(fd) == 0);
    EVERY_FAULT(trust_link, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(trust_here, FAULT_CALL, 0, MP_OK);
    NEED(chdir(here) == 0);
    scratch_end(fd);
}

/* Links that lead to each other, and a way that is longer than a path can be. */
TEST(a_path_without_end_is_not_trusted)
{
    int fd = scratch_begin();
    char path[700];
    char longest[PATH_MAX + 8];
    char name[300];

    NEED(symlinkat("b", fd, "a") == 0 && symlinkat("a", fd, "b") == 0);
    snprintf(path, sizeof(path), "%s/a/file", scratch_path);
    errno = 0;
    CHECK(trust_parent(path, geteuid()) == MP_SYSTEM && errno == ELOOP);
    memset(longest, 'x', sizeof(longest));
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    CHECK(trust_directory(longest, geteuid()) == MP_SYSTEM);
    longest[sizeof(longest) - 2] = '/';
    CHECK(trust_parent(longest, geteuid()) == MP_SYSTEM && errno == ENAMETOOLONG);
    memset(name, 'x', sizeof(name) - 1);
    name[0] = '/';
    name[sizeof(name) - 1] = '\0';
    CHECK(trust_directory(name, geteuid()) == MP_SYSTEM);
    /* a target that does not fit before what is left */
    memset(longest, 'y', sizeof(longest));
    longest[PATH_MAX - 200] = '\0';
    NEED(symlinkat(longest, fd, "far") == 0);
    snprintf(longest, sizeof(longest), "%s/far/%.250s/%.250s", scratch_path, name + 1, name + 1);
    CHECK(trust_directory(longest, geteuid()) == MP_SYSTEM && errno == ENAMETOOLONG);
    scratch_end(fd);
}

/* --- a packet --- */

static int ends[2];

static enum mp_err send_and_receive(void)
{
    struct secret *packet = NULL;
    struct secret *got = NULL;
    enum mp_err err = MP_OK;

    fault_pause();
    packet = secret_copy("hello", 5);
    fault_resume();
    err = packet_send(ends[0], clock_monotonic_ms() + 1000, packet);
    if (err == MP_OK)
        err = packet_receive(ends[1], clock_monotonic_ms() + 1000, &got);
    CHECK((got != NULL) == (err == MP_OK));
    secret_free(&packet);
    secret_free(&got);
    fault_pause();
    (void)!recv(ends[1], NULL, 0, MSG_DONTWAIT); /* what a fault left there */
    fault_resume();
    return err;
}

TEST(a_packet_arrives_whole_or_not_at_all)
{
    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    EVERY_FAULT(send_and_receive, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(send_and_receive, FAULT_CALL, 0, MP_SYSTEM);
    EVERY_FAULT(send_and_receive, FAULT_CALL, 2, MP_OK); /* interrupted: it goes on */
    close(ends[0]);
    close(ends[1]);
}

static enum mp_err wait_for_nothing(void)
{
    struct secret *got = NULL;
    enum mp_err err = packet_receive(ends[1], clock_monotonic_ms() + 20, &got);

    CHECK(!got && (err == MP_INTERRUPTED || err == MP_SYSTEM));
    return err == MP_INTERRUPTED ? MP_OK : err;
}

static enum mp_err send_into_the_full(void)
{
    struct secret *packet = NULL;
    enum mp_err err = MP_OK;

    fault_pause();
    packet = secret_copy("hello", 5);
    fault_resume();
    err = packet_send(ends[0], clock_monotonic_ms() + 20, packet);
    CHECK(err == MP_INTERRUPTED || err == MP_SYSTEM);
    secret_free(&packet);
    return err == MP_INTERRUPTED ? MP_OK : err;
}

TEST(a_deadline_is_kept_whatever_interrupts)
{
    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    EVERY_FAULT(wait_for_nothing, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(wait_for_nothing, FAULT_CALL, 1, MP_OK);
    EVERY_FAULT(wait_for_nothing, FAULT_CALL, 2, MP_OK);
    while (send(ends[0], "x", 1, MSG_DONTWAIT) == 1)
        ;
    EVERY_FAULT(send_into_the_full, FAULT_CALL, 0, MP_OK);
    EVERY_FAULT(send_into_the_full, FAULT_CALL, 1, MP_OK);
    close(ends[0]);
    close(ends[1]);
}

/* What is sent beside a packet is closed; credentials are none of ours either. */
TEST(what_comes_beside_a_packet_is_refused)
{
    struct ucred credentials = {getpid(), getuid(), getgid()};
    char bytes[CMSG_SPACE(sizeof(credentials))] = {0};
    struct iovec part = {.iov_base = bytes, .iov_len = 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = bytes, .msg_controllen = sizeof(bytes)};
    struct cmsghdr *control = CMSG_FIRSTHDR(&message);
    struct secret *got = NULL;
    int on = 1;

    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    NEED(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) == 0);
    control->cmsg_level = SOL_SOCKET;
    control->cmsg_type = SCM_CREDENTIALS;
    control->cmsg_len = CMSG_LEN(sizeof(credentials));
    memcpy(CMSG_DATA(control), &credentials, sizeof(credentials));
    NEED(sendmsg(ends[0], &message, 0) == 1);
    CHECK(packet_receive(ends[1], clock_monotonic_ms() + 1000, &got) == MP_PROTOCOL && !got);
    close(ends[0]);
    close(ends[1]);
}

/* --- Landlock: for good, so each time in a child --- */

enum { WITHOUT_FAULT = 1, WITH_FAULT, RESTRICTED_ANYWAY, NOT_RESTRICTED, WITHOUT_ITS_PATHS };

static int can_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* In the child: an error must not have restricted anything, and else what was asked for is left. */
static void confine_and_exit(unsigned at, unsigned variant)
{
    const struct landlock_path paths[] = {
        {"", LANDLOCK_READ},
        {"/nowhere", LANDLOCK_READ},
        {"/etc/passwd", LANDLOCK_READ},
        {scratch_path, LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_LINKS},
    };
    enum mp_err err = MP_OK;
    int failed = 0;

    NEED(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    fault_arm(FAULT_CALL, at, variant);
    err = landlock_confine(LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_OTHERS, paths, 4);
    failed = fault_disarm();
    if (err != MP_OK && !can_open("/"))
        _exit(RESTRICTED_ANYWAY);
    if (err == MP_OK && can_open("/"))
        _exit(NOT_RESTRICTED);
    if (!can_open(scratch_path) || !can_open("/etc/passwd"))
        _exit(WITHOUT_ITS_PATHS);
    _exit(failed ? WITH_FAULT : WITHOUT_FAULT);
}

static int confine_in_child(unsigned at, unsigned variant)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        confine_and_exit(at, variant);
    NEED(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST(a_confinement_is_whole_or_none)
{
    int fd = scratch_begin();

    NEED(symlinkat("/etc/hostname", fd, "link") == 0 && symlinkat("gone", fd, "dangling") == 0);
    for (unsigned variant = 0; variant < 2; variant++) {
        unsigned at = 1;
        int result = WITH_FAULT;

        while (result == WITH_FAULT)
            result = confine_in_child(at++, variant);
        CHECK(result == WITHOUT_FAULT);
    }
    scratch_end(fd);
}

TESTS(T(a_call_that_fails_has_a_reason_and_leaves_nothing),
      T(a_path_that_cannot_be_looked_at_is_not_trusted), T(a_path_without_end_is_not_trusted),
      T(a_packet_arrives_whole_or_not_at_all), T(a_deadline_is_kept_whatever_interrupts),
      T(what_comes_beside_a_packet_is_refused), T(a_confinement_is_whole_or_none))

/* links: lib/call.o */
/* A caller at a broker that is not there, is somebody else's kind of file, or does not answer. */
#include "lib/call.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tests/unit/check.h"

static char folder[64];
static char path[96];

/* A socket that listens, in a folder of ours; nobody accepts. */
static int listen_here(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    snprintf(folder, sizeof(folder), "/tmp/mobproc-call-XXXXXX");
    NEED(mkdtemp(folder) && chmod(folder, 0755) == 0);
    snprintf(path, sizeof(path), "%s/sock", folder);
    memcpy(address.sun_path, path, strlen(path) + 1);
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    NEED(listen(fd, 4) == 0);
    return fd;
}

static void leave(int fd)
{
    close(fd);
    unlink(path);
    rmdir(folder);
}

static enum mp_err call(const char *where, int64_t wait_ms)
{
    struct secret *request = call_request(PROTO_GET);
    struct call_reply reply = {0};
    enum mp_err err = MP_OK;

    NEED(request);
    err = call_broker(where, clock_monotonic_ms() + wait_ms, request, &reply);
    CHECK(!reply.packet || err == MP_OK);
    call_reply_free(&reply);
    secret_free(&request);
    return err;
}

TEST(a_path_that_fits_no_socket_is_refused)
{
    char longest[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];

    memset(longest, 'x', sizeof(longest));
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    CHECK(call(longest, 1000) == MP_TOO_LONG);
    longest[sizeof(longest) - 2] = '\0';
    CHECK(call(longest, 1000) == MP_BROKER_ABSENT);
}

TEST(a_broker_that_does_not_answer_in_time_is_hung)
{
    int fd = listen_here();

    CHECK(call(path, 0) == MP_BROKER_HUNG);
    CHECK(call(path, 20) == MP_BROKER_HUNG);
    leave(fd);
}

TEST(a_broker_that_is_gone_is_absent)
{
    int fd = listen_here();

    close(fd);
    CHECK(call(path, 1000) == MP_BROKER_ABSENT);
    NEED(unlink(path) == 0);
    CHECK(call(path, 1000) == MP_BROKER_ABSENT);
    rmdir(folder);
    CHECK(call(path, 1000) == MP_BROKER_ABSENT);
}

TEST(a_hint_to_nobody_costs_nothing)
{
    struct secret *request = call_request(PROTO_PREPARE);
    int fd = listen_here();
    int hinted = -1;

    NEED(request);
    hinted = call_hint(path, request);
    CHECK(hinted >= 0);
    close(hinted);
    leave(fd);
    CHECK(call_hint(path, request) == -1);
    secret_free(&request);
}

TESTS(T(a_path_that_fits_no_socket_is_refused), T(a_broker_that_does_not_answer_in_time_is_hung),
      T(a_broker_that_is_gone_is_absent), T(a_hint_to_nobody_costs_nothing))

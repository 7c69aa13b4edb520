/* links: courier/hold.o tests/faults/inside.o */
/* A connection that waits for its request: found among all descriptors, watched while it waits. */
#include "courier/hold.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tests/faults/inside.h"
#include "tests/unit/check.h"

static int news[2];   /* the broker's end and ours */
static int outward;   /* the connection */
static int listening; /* of the server */
static int server;    /* its end */
static int own_port;
static enum mp_err outcome; /* of hold.complete() */

static enum mp_err complete(void *owner, int64_t *deadline_ms)
{
    char byte = 0;

    ++*(int *)owner;
    NEED(recv(news[1], &byte, 1, MSG_DONTWAIT) == 1);
    *deadline_ms = clock_monotonic_ms() + 1000;
    return outcome;
}

static int called;

static struct hold hold_for(int64_t wait_ms)
{
    called = 0;
    return (struct hold){.fd = news[1],
                         .until_ms = clock_monotonic_ms() + wait_ms,
                         .complete = complete,
                         .owner = &called};
}

static void connect_by(int family)
{
    struct sockaddr_storage address = {.ss_family = (sa_family_t)family};
    socklen_t size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

    if (family == AF_INET)
        ((struct sockaddr_in *)&address)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    else
        ((struct sockaddr_in6 *)&address)->sin6_addr = in6addr_loopback;
    listening = socket(family, SOCK_STREAM, 0);
    outward = socket(family, SOCK_STREAM, 0);
    NEED(listening >= 0 && outward >= 0);
    NEED(bind(listening, (struct sockaddr *)&address, size) == 0 && listen(listening, 1) == 0);
    NEED(getsockname(listening, (struct sockaddr *)&address, &size) == 0);
    NEED(connect(outward, (struct sockaddr *)&address, size) == 0);
    server = accept(listening, NULL, NULL);
    NEED(server >= 0 && getsockname(outward, (struct sockaddr *)&address, &size) == 0);
    own_port = ntohs(family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port
                                       : ((struct sockaddr_in6 *)&address)->sin6_port);
}

/* The pair comes last, so that it is looked at first. */
static void begin(int family)
{
    connect_by(family);
    NEED(socketpair(AF_UNIX, SOCK_STREAM, 0, news) == 0);
    outcome = MP_OK;
}

static void end(void)
{
    close(news[0]);
    close(news[1]);
    close(outward);
    close(listening);
    if (server >= 0)
        close(server);
}

static int has_ipv6(void)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    int result = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

    if (fd >= 0)
        close(fd);
    return result;
}

static void check_waiting(int family)
{
    struct hold hold;

    begin(family);
    hold = hold_for(5000);
    NEED(write(news[0], "x", 1) == 1);
    CHECK(hold_wait(&hold, own_port) == 1 && called == 1);
    /* what is complete is not asked again; the server may not have hung up */
    CHECK(hold_wait(&hold, own_port) == 1 && called == 1);
    close(server);
    server = -1;
    CHECK(hold_wait(&hold, own_port) == 0);
    end();
}

TEST(the_connection_is_watched_by_ipv4)
{
    check_waiting(AF_INET);
}

TEST(the_connection_is_watched_by_ipv6)
{
    if (has_ipv6())
        check_waiting(AF_INET6);
}

TEST(a_server_that_hangs_up_ends_it)
{
    struct hold hold;

    begin(AF_INET);
    hold = hold_for(5000);
    close(server);
    server = -1;
    CHECK(hold_wait(&hold, own_port) == 0 && called == 0);
    end();
}

TEST(it_waits_until_its_time_is_up)
{
    struct hold hold;

    begin(AF_INET);
    hold = hold_for(30);
    CHECK(hold_wait(&hold, own_port) == 0 && called == 0);
    hold = hold_for(0);
    CHECK(hold_wait(&hold, own_port) == 0);
    end();
}

TEST(news_that_is_not_all_is_waited_on_and_bad_news_ends_it)
{
    struct hold hold;

    begin(AF_INET);
    hold = hold_for(60);
    outcome = MP_INTERRUPTED;
    NEED(write(news[0], "xy", 2) == 2);
    CHECK(hold_wait(&hold, own_port) == 0 && called == 2);
    hold = hold_for(5000);
    outcome = MP_PROTOCOL;
    NEED(write(news[0], "x", 1) == 1);
    CHECK(hold_wait(&hold, own_port) == 0 && called == 1);
    end();
}

/* A port that is not known, and one that no descriptor has: then nobody can hang up. */
TEST(a_connection_that_is_not_found_is_not_watched)
{
    struct hold hold;

    begin(AF_INET);
    for (int i = 0; i < 2; i++) {
        hold = hold_for(5000);
        NEED(write(news[0], "x", 1) == 1);
        CHECK(hold_wait(&hold, i == 0 ? 0 : 1) == 1 && called == 1);
    }
    end();
}

TEST(an_interrupted_wait_goes_on_and_a_broken_one_ends)
{
    struct hold hold;

    begin(AF_INET);
    for (unsigned variant = 0; variant < 2; variant++) {
        hold = hold_for(5000);
        NEED(write(news[0], "x", 1) == 1);
        fault_arm(FAULT_CALL, 1, variant); /* of poll(2): ENOMEM, then EINTR */
        CHECK(hold_wait(&hold, own_port) == (int)variant);
        CHECK(fault_disarm());
        if (!called) {
            char byte = 0;

            NEED(read(news[1], &byte, 1) == 1);
        }
    }
    end();
}

TESTS(T(the_connection_is_watched_by_ipv4), T(the_connection_is_watched_by_ipv6),
      T(a_server_that_hangs_up_ends_it), T(it_waits_until_its_time_is_up),
      T(news_that_is_not_all_is_waited_on_and_bad_news_ends_it),
      T(a_connection_that_is_not_found_is_not_watched),
      T(an_interrupted_wait_goes_on_and_a_broken_one_ends))

/* links: lib/packet.o */
#include "tests/unit/check.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/packet.h"
#include "lib/wire.h"

static int64_t soon(void)
{
    return clock_monotonic_ms() + 200;
}

static void pair(int ends[2])
{
    int size = 4 * WIRE_MAX_PACKET;

    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    NEED(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)) == 0);
}

TEST(H18_a_packet_arrives_whole)
{
    int ends[2];
    struct secret *sent = secret_copy("a\0b", 3);
    struct secret *received = NULL;

    pair(ends);
    CHECK(packet_send(ends[0], soon(), sent) == MP_OK);
    CHECK(packet_receive(ends[1], soon(), &received) == MP_OK && received);
    CHECK(received && secret_equal(sent, received));
    secret_free(&received);
    CHECK(packet_receive(ends[1], 0, &received) == MP_INTERRUPTED && !received);
    close(ends[0]);
    CHECK(packet_receive(ends[1], soon(), &received) == MP_OK && !received);
    close(ends[1]);
    secret_free(&sent);
}

TEST(H18_the_longest_packet_fits_and_a_longer_one_is_refused_and_gone)
{
    int ends[2];
    struct secret *received = NULL;
    char *bytes = calloc(1, WIRE_MAX_PACKET + 1);

    NEED(bytes);
    pair(ends);
    NEED(send(ends[0], bytes, WIRE_MAX_PACKET, 0) == WIRE_MAX_PACKET);
    CHECK(packet_receive(ends[1], soon(), &received) == MP_OK && received &&
          secret_length(received) == WIRE_MAX_PACKET);
    secret_free(&received);
    NEED(send(ends[0], bytes, WIRE_MAX_PACKET + 1, 0) == WIRE_MAX_PACKET + 1);
    NEED(send(ends[0], "next", 4, 0) == 4);
    CHECK(packet_receive(ends[1], soon(), &received) == MP_PROTOCOL && !received);
    CHECK(packet_receive(ends[1], soon(), &received) == MP_OK && received &&
          strcmp(secret_text(received), "next") == 0);
    secret_free(&received);
    free(bytes);
    close(ends[0]);
    close(ends[1]);
}

static int lowest_free_fd(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    close(fd);
    return fd;
}

/* ATTACKS L4: descriptors that a peer slips in are closed, and the packet is refused. */
TEST(L4_passed_descriptors_are_refused_and_closed)
{
    for (int count = 1; count <= 32; count++) {
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(sizeof(int) * 32)];
        } control = {0};
        char byte = 'x';
        struct iovec part = {.iov_base = &byte, .iov_len = 1};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count)};
        struct cmsghdr *header = NULL;
        struct secret *received = NULL;
        int ends[2];
        int before = 0;

        pair(ends);
        before = lowest_free_fd();
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
        for (int i = 0; i < count; i++)
            memcpy(CMSG_DATA(header) + sizeof(int) * (size_t)i, &(int){0}, sizeof(int));
        NEED(sendmsg(ends[0], &message, 0) == 1);
        CHECK(packet_receive(ends[1], soon(), &received) == MP_PROTOCOL && !received);
        CHECK(lowest_free_fd() == before);
        close(ends[0]);
        close(ends[1]);
    }
}

TEST(a_peer_that_is_gone_raises_no_signal)
{
    int ends[2];
    struct secret *sent = secret_copy("x", 1);

    pair(ends);
    close(ends[1]);
    CHECK(packet_send(ends[0], soon(), sent) == MP_SYSTEM);
    close(ends[0]);
    secret_free(&sent);
}

TEST(a_peer_that_never_reads_costs_no_more_than_the_deadline)
{
    int ends[2];
    struct secret *sent = secret_copy("x", 1);
    enum mp_err err = MP_OK;
    int64_t began = clock_monotonic_ms();

    pair(ends);
    for (int i = 0; i < 100000 && err == MP_OK; i++)
        err = packet_send(ends[0], began + 200, sent);
    CHECK(err == MP_INTERRUPTED);
    close(ends[0]);
    close(ends[1]);
    secret_free(&sent);
}

TESTS(T(H18_a_packet_arrives_whole),
      T(H18_the_longest_packet_fits_and_a_longer_one_is_refused_and_gone),
      T(L4_passed_descriptors_are_refused_and_closed), T(a_peer_that_is_gone_raises_no_signal),
      T(a_peer_that_never_reads_costs_no_more_than_the_deadline))

#include "lib/packet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/wire.h"

/* Waits for one event; MP_INTERRUPTED at the deadline. A signal does not end the wait. */
static enum mp_err wait_for(int fd, short events, int64_t deadline_ms)
{
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = events};
        int ready = poll(&entry, 1, clock_left_ms(deadline_ms));

        if (ready > 0)
            return MP_OK;
        if (ready < 0 && errno != EINTR)
            return MP_SYSTEM;
        if (clock_left_ms(deadline_ms) == 0)
            return MP_INTERRUPTED;
    }
}

/* musl's CMSG_NXTHDR mixes signs */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static void close_received(struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        size_t bytes = c->cmsg_len - CMSG_LEN(0);

        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t at = 0; at + sizeof(int) <= bytes; at += sizeof(int)) {
            int fd = -1;

            memcpy(&fd, CMSG_DATA(c) + at, sizeof(fd));
            close(fd);
        }
    }
}
#pragma GCC diagnostic pop

/* The length of the next packet without taking it: 0 at the end of file, -1 with errno. */
static ssize_t next_length(int fd, int64_t deadline_ms)
{
    for (;;) {
        ssize_t length = recv(fd, NULL, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);

        if (length >= 0 || (errno != EAGAIN && errno != EINTR))
            return length;
        if (errno == EAGAIN && wait_for(fd, POLLIN, deadline_ms) != MP_OK) {
            errno = ETIMEDOUT;
            return -1;
        }
    }
}

enum mp_err packet_receive(int fd, int64_t deadline_ms, struct secret **packet)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int) * 16)];
    } control;
    struct iovec part = {0};
    struct msghdr message = {0};
    struct secret *buffer = NULL;
    enum mp_err err = MP_SYSTEM;
    ssize_t length = 0;

    *packet = NULL;
    length = next_length(fd, deadline_ms);
    if (length < 0)
        return errno == ETIMEDOUT ? MP_INTERRUPTED : MP_SYSTEM;
    /* an over-long packet is taken, so that the peer is not reset before it reads the refusal */
    buffer = secret_new(length > WIRE_MAX_PACKET ? 0 : (size_t)length);
    if (!buffer)
        return MP_NOMEM;
    part.iov_base = secret_bytes(buffer);
    part.iov_len = secret_capacity(buffer);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof(control.bytes);
    do
        length = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (length < 0 && errno == EINTR);
    if (length < 0)
        goto out;
    err = MP_OK;
    close_received(&message);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || message.msg_controllen > 0)
        err = MP_PROTOCOL;
    if (err == MP_OK && length > 0) {
        secret_set_length(buffer, (size_t)length);
        *packet = buffer;
        buffer = NULL;
    }
out:
    secret_free(&buffer);
    return err;
}

enum mp_err packet_send(int fd, int64_t deadline_ms, const struct secret *packet)
{
    for (;;) {
        ssize_t sent =
            send(fd, secret_text(packet), secret_length(packet), MSG_NOSIGNAL | MSG_DONTWAIT);
        enum mp_err err = MP_OK;

        if (sent >= 0)
            return (size_t)sent == secret_length(packet) ? MP_OK : MP_INTERNAL;
        if (errno == EINTR)
            continue;
        if (errno != EAGAIN)
            return MP_SYSTEM;
        err = wait_for(fd, POLLOUT, deadline_ms);
        if (err != MP_OK)
            return err;
    }
}

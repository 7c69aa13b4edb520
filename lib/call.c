#include "lib/call.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/outside.h"
#include "lib/packet.h"
#include "lib/trust.h"

void call_reply_free(struct call_reply *reply)
{
    secret_free(&reply->packet);
    reply->message.count = 0;
}

struct secret *call_request(enum proto_operation operation)
{
    struct secret *request = secret_new(WIRE_MAX_PACKET);

    if (request && wire_begin(request, (uint16_t)operation) != MP_OK)
        secret_free(&request);
    return request;
}

/* Whose directories and brokers are the caller's own; 65534 has none, it is everybody's number. */
static uid_t ourselves(void)
{
    return geteuid() == OUTSIDE_UID ? (uid_t)-1 : geteuid();
}

/* Nobody but root and the caller can put a socket there; root may be one outside. */
static enum mp_err check_place(const char *path, const struct secret *request)
{
    enum mp_err err = trust_parent(path, ourselves());

    if (err == MP_BROKER_FOREIGN && outside_may_answer(path, ourselves(), request))
        return MP_OK;
    return err;
}

/* The peer that listens is root, the caller, or the owner of the socket file. */
static enum mp_err check_peer(int fd, const char *path, const struct secret *request)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof(peer);
    struct stat info = {0};

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof(peer) ||
        peer.uid == (uid_t)-1)
        return MP_BROKER_FOREIGN;
    if (peer.uid == 0 || peer.uid == ourselves())
        return MP_OK;
    if (lstat(path, &info) != 0 || !S_ISSOCK(info.st_mode) || peer.uid != info.st_uid)
        return MP_BROKER_FOREIGN;
    return peer.uid != OUTSIDE_UID || outside_may_answer(path, ourselves(), request)
               ? MP_OK
               : MP_BROKER_FOREIGN;
}

/* A full backlog makes connect() wait: SO_SNDTIMEO ends that (EAGAIN). */
static enum mp_err connect_in_time(int fd, const struct sockaddr_un *address, int64_t deadline_ms)
{
    int left = clock_left_ms(deadline_ms);
    struct timeval wait = {0};
    int failed = 0;

    if (left > PROTO_ACCEPT_MS)
        left = PROTO_ACCEPT_MS;
    if (left == 0)
        return MP_BROKER_HUNG;
    wait.tv_sec = left / 1000;
    wait.tv_usec = (left % 1000) * 1000;
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) != 0)
        return MP_SYSTEM;
    do
        failed = connect(fd, (const struct sockaddr *)address, sizeof(*address));
    while (failed && errno == EINTR && clock_left_ms(deadline_ms) > 0);
    if (!failed)
        return MP_OK;
    if (errno == EAGAIN || errno == EINTR)
        return MP_BROKER_HUNG;
    return errno == ENOENT || errno == ENOTDIR || errno == ECONNREFUSED || errno == EACCES
               ? MP_BROKER_ABSENT
               : MP_SYSTEM;
}

static enum mp_err open_socket(const char *path, int64_t deadline_ms, const struct secret *request,
                               int *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    enum mp_err err = MP_OK;
    int fd = -1;

    if (strlen(path) >= sizeof(address.sun_path))
        return MP_TOO_LONG;
    memcpy(address.sun_path, path, strlen(path) + 1);
    err = check_place(path, request);
    if (err == MP_SYSTEM)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? MP_BROKER_ABSENT : err;
    if (err != MP_OK)
        return err;
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return MP_SYSTEM;
    err = connect_in_time(fd, &address, deadline_ms);
    if (err == MP_OK)
        err = check_peer(fd, path, request);
    if (err == MP_OK)
        *out = fd;
    else
        close(fd);
    return err;
}

/* One packet of the expected kind, or why not. An end of file is a broker that went away. */
static enum mp_err receive(int fd, int64_t deadline_ms, enum proto_operation expected,
                           struct call_reply *reply)
{
    enum mp_err err = MP_OK;

    call_reply_free(reply);
    err = packet_receive(fd, deadline_ms, &reply->packet);
    if (err == MP_INTERRUPTED)
        return MP_BROKER_HUNG;
    if (err == MP_SYSTEM || (err == MP_OK && !reply->packet))
        return MP_BROKER_ABSENT;
    if (err == MP_OK)
        err =
            proto_parse(&reply->message, secret_text(reply->packet), secret_length(reply->packet));
    if (err == MP_OK && reply->message.operation != expected)
        err = MP_PROTOCOL;
    if (err != MP_OK)
        call_reply_free(reply);
    return err;
}

/* `accepted` within two seconds, then the result. */
static enum mp_err converse(int fd, int64_t deadline_ms, const struct secret *request,
                            struct call_reply *reply)
{
    int64_t accept_by = clock_monotonic_ms() + PROTO_ACCEPT_MS;
    enum mp_err err = MP_OK;

    if (accept_by > deadline_ms)
        accept_by = deadline_ms;
    err = packet_send(fd, accept_by, request);
    if (err == MP_INTERRUPTED)
        return MP_BROKER_HUNG;
    if (err != MP_OK)
        return MP_BROKER_ABSENT;
    err = receive(fd, accept_by, PROTO_ACCEPTED, reply);
    if (err == MP_OK)
        err = receive(fd, deadline_ms, PROTO_RESULT, reply);
    if (err != MP_OK)
        return err;
    return mp_err_from_wire(wire_number(&reply->message, PROTO_ERROR, MP_PROTOCOL));
}

enum mp_err call_broker(const char *socket_path, int64_t deadline_ms, struct secret *request,
                        struct call_reply *reply)
{
    enum mp_err err = MP_OK;
    int fd = -1;

    call_reply_free(reply);
    err = open_socket(socket_path, deadline_ms, request, &fd);
    if (err != MP_OK)
        return err;
    err = wire_put_number(request, PROTO_REMAINING_MS, (uint64_t)clock_left_ms(deadline_ms));
    if (err == MP_OK)
        err = converse(fd, deadline_ms, request, reply);
    close(fd);
    return err;
}

int call_hint(const char *socket_path, const struct secret *request)
{
    int64_t deadline_ms = clock_monotonic_ms() + CALL_HINT_MS;
    int fd = -1;

    if (open_socket(socket_path, deadline_ms, request, &fd) != MP_OK)
        return -1;
    if (packet_send(fd, deadline_ms, request) == MP_OK)
        return fd;
    close(fd);
    return -1;
}

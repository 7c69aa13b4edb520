#include "helper/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/page.h"
#include "helper/peer.h"
#include "lib/clock.h"

#define SEND_MS 5000
#define DRAIN_MS 300 /* closing with unread bytes would reset what was just sent */
#define MAX_REPLY (PAGE_MAX + 8192)

/* One browser connection; `fd` is -1 when the place is free. */
struct connection {
    int fd;
    int64_t deadline_ms;
    struct secret *bytes;
};

struct listener {
    int fd;
    int port;
    struct connection connections[LISTENER_MAX_CONNECTIONS];
};

static void hang_up(struct connection *connection)
{
    if (connection->fd >= 0)
        close(connection->fd);
    connection->fd = -1;
    secret_free(&connection->bytes);
}

void listener_close(struct listener **listener)
{
    if (!*listener)
        return;
    for (size_t i = 0; i < LISTENER_MAX_CONNECTIONS; i++)
        hang_up(&(*listener)->connections[i]);
    if ((*listener)->fd >= 0)
        close((*listener)->fd);
    free(*listener);
    *listener = NULL;
}

int listener_port(const struct listener *listener)
{
    return listener->port;
}

/* SO_REUSEADDR lets a port be used again at once; never together with somebody who listens. */
static int bind_port(struct listener *listener, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    int yes = 1;

    listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener->fd < 0 ||
        setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 ||
        bind(listener->fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener->fd, LISTENER_MAX_CONNECTIONS) != 0 ||
        getsockname(listener->fd, (struct sockaddr *)&address, &size) != 0)
        return -1;
    listener->port = ntohs(address.sin_port);
    return 0;
}

enum mp_err listener_open(int port, struct listener **out)
{
    struct listener *listener = calloc(1, sizeof(*listener));
    int reason = 0;

    *out = NULL;
    if (!listener)
        return MP_NOMEM;
    for (size_t i = 0; i < LISTENER_MAX_CONNECTIONS; i++)
        listener->connections[i].fd = -1;
    if (bind_port(listener, port) == 0) {
        *out = listener;
        return MP_OK;
    }
    reason = errno;
    listener_close(&listener);
    errno = reason;
    return MP_SYSTEM;
}

/* A free place, or the one that has waited longest: an idle connection is cheap to open again. */
static struct connection *find_place(struct listener *listener)
{
    struct connection *oldest = &listener->connections[0];

    for (size_t i = 0; i < LISTENER_MAX_CONNECTIONS; i++) {
        struct connection *place = &listener->connections[i];

        if (place->fd < 0)
            return place;
        if (place->deadline_ms < oldest->deadline_ms)
            oldest = place;
    }
    hang_up(oldest);
    return oldest;
}

static void take_connection(struct listener *listener)
{
    int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    struct connection *place = NULL;

    if (fd < 0)
        return;
    if (peer_is_stranger(fd)) {
        close(fd);
        return;
    }
    place = find_place(listener);
    place->fd = fd;
    place->deadline_ms = clock_monotonic_ms() + LISTENER_REQUEST_MS;
    place->bytes = secret_new(HTTP_MAX_REQUEST);
    if (!place->bytes)
        hang_up(place);
}

/* --- answering --- */

static int wait_for(int fd, short events, int64_t deadline_ms)
{
    struct pollfd entry = {.fd = fd, .events = events};
    int left = clock_left_ms(deadline_ms);

    return left > 0 && poll(&entry, 1, left) > 0;
}

static void deliver(const struct connection *connection, const struct secret *reply)
{
    int64_t deadline = clock_monotonic_ms() + SEND_MS;
    size_t sent = 0;
    char rest[4096];

    while (sent < secret_length(reply) && wait_for(connection->fd, POLLOUT, deadline)) {
        ssize_t added = send(connection->fd, secret_text(reply) + sent, secret_length(reply) - sent,
                             MSG_NOSIGNAL);

        if (added < 0 && errno != EAGAIN && errno != EINTR)
            return;
        sent += added > 0 ? (size_t)added : 0;
    }
    shutdown(connection->fd, SHUT_WR);
    deadline = clock_monotonic_ms() + DRAIN_MS;
    while (wait_for(connection->fd, POLLIN, deadline))
        if (recv(connection->fd, rest, sizeof(rest), 0) <= 0)
            return;
}

static enum mp_err refuse(int status, const char *why, struct secret *reply)
{
    struct page page = {.status = status, .tone = PAGE_BAD};

    snprintf(page.heading, sizeof(page.heading), "Not here");
    snprintf(page.paragraphs[0], sizeof(page.paragraphs[0]), "%s", why);
    return page_write(&page, reply);
}

/* Why a complete request is not for us, or NULL. */
static const char *find_fault(const struct listener *listener, const struct http_request *request)
{
    char host[32];
    char origin[48];
    int is_post = http_is(request->method, "POST");

    snprintf(host, sizeof(host), "127.0.0.1:%d", listener->port);
    snprintf(origin, sizeof(origin), "http://%s", host);
    if (!http_is(request->host, host))
        return "The address of this request is not the address of this server.";
    if (request->origin.text ? !http_is(request->origin, origin) : is_post)
        return "This request comes from the page of another site.";
    if (request->fetch_dest.text && !http_is(request->fetch_dest, is_post ? "empty" : "document"))
        return "This address was not opened as a page of its own.";
    return NULL;
}

static enum listener_next respond(struct listener *listener, struct connection *connection,
                                  enum http_progress progress, const struct http_request *request,
                                  listener_answer *answer, void *owner)
{
    struct secret *reply = secret_new(MAX_REPLY);
    enum listener_next next = LISTENER_GO_ON;
    const char *fault = progress == HTTP_COMPLETE ? find_fault(listener, request) : NULL;
    enum mp_err err = reply ? MP_OK : MP_NOMEM;

    if (err == MP_OK && progress != HTTP_COMPLETE)
        err = refuse((int)progress, "mobproc does not understand this request.", reply);
    else if (err == MP_OK && fault)
        err = refuse(403, fault, reply);
    else if (err == MP_OK)
        next = answer(owner, request, reply);
    if (err == MP_OK)
        deliver(connection, reply);
    secret_free(&reply);
    hang_up(connection);
    return next;
}

/* --- the loop --- */

static enum listener_next receive(struct listener *listener, struct connection *connection,
                                  listener_answer *answer, void *owner)
{
    struct secret *bytes = connection->bytes;
    size_t length = secret_length(bytes);
    struct http_request request;
    enum http_progress progress = HTTP_INCOMPLETE;
    ssize_t got =
        recv(connection->fd, secret_bytes(bytes) + length, secret_capacity(bytes) - length, 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return LISTENER_GO_ON;
    if (got <= 0) {
        hang_up(connection);
        return LISTENER_GO_ON;
    }
    secret_set_length(bytes, length + (size_t)got);
    progress = http_request_read(secret_text(bytes), secret_length(bytes), &request);
    if (progress == HTTP_INCOMPLETE)
        return LISTENER_GO_ON;
    return respond(listener, connection, progress, &request, answer, owner);
}

/* Fills in what poll(2) shall look at; entries[0] is the listening socket. */
static int64_t prepare(struct listener *listener, struct pollfd *entries, int64_t deadline_ms)
{
    entries[0] = (struct pollfd){.fd = listener->fd, .events = POLLIN};
    for (size_t i = 0; i < LISTENER_MAX_CONNECTIONS; i++) {
        struct connection *connection = &listener->connections[i];

        if (connection->fd >= 0 && connection->deadline_ms <= clock_monotonic_ms())
            hang_up(connection);
        if (connection->fd >= 0 && connection->deadline_ms < deadline_ms)
            deadline_ms = connection->deadline_ms;
        entries[1 + i] = (struct pollfd){.fd = connection->fd, .events = POLLIN};
    }
    return deadline_ms;
}

enum mp_err listener_serve(struct listener *listener, int64_t deadline_ms, listener_answer *answer,
                           void *owner)
{
    struct pollfd entries[1 + LISTENER_MAX_CONNECTIONS];

    while (clock_left_ms(deadline_ms) > 0) {
        int64_t next = prepare(listener, entries, deadline_ms);

        if (poll(entries, 1 + LISTENER_MAX_CONNECTIONS, clock_left_ms(next)) < 0) {
            if (errno == EINTR)
                continue;
            return MP_SYSTEM;
        }
        for (size_t i = 0; i < LISTENER_MAX_CONNECTIONS; i++)
            if (entries[1 + i].revents &&
                receive(listener, &listener->connections[i], answer, owner) == LISTENER_END)
                return MP_OK;
        if (entries[0].revents)
            take_connection(listener);
    }
    return MP_INTERRUPTED;
}

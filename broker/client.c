#include "broker/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "broker/log.h"
#include "lib/clock.h"
#include "lib/packet.h"

#define REST_MS 100 /* before accept(2) is tried again when descriptors ran out */
#define OVERFLOW_UID 65534

/* One connection. The request is its first member, so that one is found from the other. */
struct client {
    struct request request;
    struct clients *clients;
    int fd;
    int is_gone; /* the caller hung up while its request was in flight */
    int is_busy; /* an operation holds the request */
    struct secret *packet;
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct client *next;
};

struct clients {
    struct loop *loop;
    int listen_fd;
    struct loop_watch *watch;
    struct loop_timer *rest;
    struct settings **settings;
    client_dispatch *dispatch;
    void *owner;
    size_t count;
    struct client *first;
};

static void client_free(struct client *client)
{
    struct clients *clients = client->clients;
    struct client **link = &clients->first;

    while (*link != client)
        link = &(*link)->next;
    *link = client->next;
    clients->count--;
    loop_unwatch(&client->watch);
    loop_cancel(&client->timer);
    settings_release(&client->request.settings);
    secret_free(&client->packet);
    close(client->fd);
    free(client);
    if (clients->watch)
        loop_watch_events(clients->watch, POLLIN);
}

static void request_timed_out(void *owner)
{
    struct client *client = owner;

    client->timer = NULL;
    client_free(client);
}

static enum mp_err say_accepted(const struct client *client)
{
    struct secret *packet = secret_new(16);
    enum mp_err err = packet ? wire_begin(packet, PROTO_ACCEPTED) : MP_NOMEM;

    if (err == MP_OK)
        err = packet_send(client->fd, 0, packet);
    secret_free(&packet);
    return err;
}

/* Hands a whole request to its operation. */
static void begin(struct client *client)
{
    struct request *request = &client->request;
    struct clients *clients = client->clients;
    uint64_t wait = 0;
    enum mp_err err =
        proto_parse(&request->message, secret_text(client->packet), secret_length(client->packet));

    loop_cancel(&client->timer);
    if (say_accepted(client) != MP_OK) {
        client_free(client);
        return;
    }
    client->is_busy = 1;
    wait = wire_number(&request->message, PROTO_REMAINING_MS, CLIENT_MAX_WAIT_MS);
    if (wait > CLIENT_MAX_WAIT_MS)
        wait = CLIENT_MAX_WAIT_MS;
    request->deadline_ms = clock_monotonic_ms() + (int64_t)wait;
    request->settings = settings_hold(*clients->settings);
    if (err != MP_OK) {
        log_line(LOG_INFO, "event=malformed_request uid=%u pid=%d", request->caller.uid,
                 (int)request->caller.pid);
        request_refuse(request, err, NULL);
        return;
    }
    clients->dispatch(clients->owner, request);
}

/* Data, an end of file or an error on a connection. A second packet ends it too. */
static void client_ready(void *owner, short revents UNUSED)
{
    struct client *client = owner;
    struct secret *packet = NULL;
    enum mp_err err = packet_receive(client->fd, 0, &packet);

    if (err == MP_INTERRUPTED)
        return;
    if (err == MP_OK && packet && !client->is_busy) {
        client->packet = packet;
        begin(client);
        return;
    }
    secret_free(&packet);
    if (!client->is_busy) {
        if (err == MP_PROTOCOL)
            log_line(LOG_INFO, "event=malformed_request uid=%u pid=%d", client->request.caller.uid,
                     (int)client->request.caller.pid);
        client_free(client);
        return;
    }
    client->is_gone = 1;
    loop_unwatch(&client->watch);
}

static size_t connections_of(const struct clients *clients, uid_t uid)
{
    size_t count = 0;

    for (const struct client *c = clients->first; c; c = c->next)
        count += c->request.caller.uid == uid;
    return count;
}

/* Who is it? MP_FORBIDDEN when the kernel does not say, or says a uid that is nobody's. */
static enum mp_err identify(int fd, struct ucred *caller)
{
    socklen_t size = sizeof(*caller);

    caller->uid = OVERFLOW_UID;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, caller, &size) != 0 || size != sizeof(*caller))
        return MP_FORBIDDEN;
    return caller->uid == OVERFLOW_UID || caller->uid == (uid_t)-1 ? MP_FORBIDDEN : MP_OK;
}

/* The last ones are root's: whoever else comes is closed at once, so that root behind him is met.
 */
static int has_room(const struct clients *clients, uid_t uid)
{
    if (uid != 0 && clients->count >= CLIENT_MAX - CLIENT_RESERVED)
        return 0;
    return connections_of(clients, uid) < CLIENT_MAX_PER_UID;
}

static void welcome(struct clients *clients, int fd)
{
    struct client *client = NULL;
    struct ucred caller = {0};

    if (identify(fd, &caller) != MP_OK || !has_room(clients, caller.uid)) {
        close(fd);
        return;
    }
    client = calloc(1, sizeof(*client));
    if (!client) {
        close(fd);
        return;
    }
    client->clients = clients;
    client->fd = fd;
    client->request.caller = caller;
    client->next = clients->first;
    clients->first = client;
    clients->count++;
    client->watch = loop_watch(clients->loop, fd, POLLIN, client_ready, client);
    client->timer =
        loop_at(clients->loop, clock_monotonic_ms() + CLIENT_REQUEST_MS, request_timed_out, client);
    if (!client->watch || !client->timer)
        client_free(client);
}

static void rested(void *owner)
{
    struct clients *clients = owner;

    clients->rest = NULL;
    if (clients->watch)
        loop_watch_events(clients->watch, POLLIN);
}

static void listen_ready(void *owner, short revents UNUSED)
{
    struct clients *clients = owner;

    /* no more in one turn: who connects faster than this loop accepts would keep it here */
    for (int i = 0; i < CLIENT_MAX_A_TURN && clients->count < CLIENT_MAX; i++) {
        int fd = accept4(clients->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (fd >= 0) {
            welcome(clients, fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            loop_watch_events(clients->watch, 0);
            if (!clients->rest)
                clients->rest =
                    loop_at(clients->loop, clock_monotonic_ms() + REST_MS, rested, clients);
        }
        if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
    if (clients->count >= CLIENT_MAX)
        loop_watch_events(clients->watch, 0);
}

enum mp_err clients_new(struct clients **out, struct loop *loop, int listen_fd,
                        struct settings **settings, client_dispatch *dispatch, void *owner)
{
    struct clients *clients = calloc(1, sizeof(*clients));

    *out = clients;
    if (!clients)
        return MP_NOMEM;
    clients->loop = loop;
    clients->listen_fd = listen_fd;
    clients->settings = settings;
    clients->dispatch = dispatch;
    clients->owner = owner;
    clients->watch = loop_watch(loop, listen_fd, POLLIN, listen_ready, clients);
    if (clients->watch)
        return MP_OK;
    clients_free(out);
    return MP_NOMEM;
}

void clients_stop_accepting(struct clients *clients)
{
    loop_unwatch(&clients->watch);
    loop_cancel(&clients->rest);
    if (clients->listen_fd >= 0)
        close(clients->listen_fd);
    clients->listen_fd = -1;
}

void clients_free(struct clients **clients)
{
    if (!*clients)
        return;
    clients_stop_accepting(*clients);
    while ((*clients)->first)
        client_free((*clients)->first); /* NOLINT: it takes itself out of the list */
    free(*clients);
    *clients = NULL;
}

size_t clients_count(const struct clients *clients)
{
    return clients->count;
}

void request_answer(struct request *request, struct secret *result)
{
    struct client *client = (struct client *)request;

    if (!result)
        result = request_result(MP_NOMEM);
    /* a caller whose buffer has no room for one packet does not read; nobody waits for it */
    if (result && !client->is_gone && packet_send(client->fd, 0, result) != MP_OK)
        log_line(LOG_DEBUG, "event=answer_lost uid=%u", request->caller.uid);
    secret_free(&result);
    client_free(client);
}

int request_is_alive(struct request *request)
{
    struct client *client = (struct client *)request;
    struct pollfd entry = {.fd = client->fd, .events = POLLIN};

    /* a caller that waits for its verdict sends nothing: anything readable is a hang-up */
    return !client->is_gone && poll(&entry, 1, 0) == 0;
}

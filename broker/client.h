/*
 * The callers: accepts their connections, knows them by SO_PEERCRED, reads one request of each,
 * says `accepted`, hands it to its operation, and sends the result.
 */
#ifndef MOBPROC_BROKER_CLIENT_H
#define MOBPROC_BROKER_CLIENT_H

#include <stdint.h>
#include <sys/socket.h>

#include "broker/loop.h"
#include "broker/settings.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"
#include "lib/wire.h"

#define CLIENT_MAX 1024        /* connections in all; further ones wait in the backlog */
#define CLIENT_RESERVED 128    /* of them for root, who asks for everybody's logins */
#define CLIENT_MAX_PER_UID 256 /* further ones are closed */
#define CLIENT_MAX_A_TURN 32   /* accepted before those who are connected have their turn */
#define CLIENT_REQUEST_MS 2000 /* from accept(2) to the whole request */
#define CLIENT_MAX_WAIT_MS 60000

struct clients;

/*
 * One request. It belongs to this file, lives until request_answer(), and keeps the settings it
 * began with. Everything in `message` was said by the caller; `caller` was said by the kernel.
 */
struct request {
    struct ucred caller;
    struct wire_message message;
    struct settings *settings; /* NULL: the configuration is broken */
    int64_t deadline_ms;       /* when the caller stops waiting */
};

/* Receives each request; must see to it that request_answer() is called once, now or later. */
typedef void client_dispatch(void *owner, struct request *request);

/* Serves `listen_fd`, which it then owns. *settings is read at each request. MP_OK, MP_NOMEM. */
enum mp_err clients_new(struct clients **clients, struct loop *loop, int listen_fd,
                        struct settings **settings, client_dispatch *dispatch,
                        void *owner) MUST_CHECK;

/* Closes everything, requests in flight included. */
void clients_free(struct clients **clients);

/* Accepts no more connections and closes the listening socket. */
void clients_stop_accepting(struct clients *clients);

/* Connections that are open. */
size_t clients_count(const struct clients *clients);

/*
 * A new result packet with its header and PROTO_ERROR, for the operation to add fields to; NULL
 * when memory is short.
 */
struct secret *request_result(enum mp_err err) MUST_CHECK;

/* Sends the result (NULL: MP_NOMEM), frees it and the request, and closes the connection. */
void request_answer(struct request *request, struct secret *result);

/* request_answer() with an error and at most one sentence for people (NULL: none). */
void request_refuse(struct request *request, enum mp_err err, const char *text);

/* Is the caller still there, at this moment? */
int request_is_alive(struct request *request);

#endif

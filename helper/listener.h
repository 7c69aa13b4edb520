/*
 * A tiny HTTP/1.1 server on 127.0.0.1 for one sign-in. A request reaches its owner only if it is
 * meant for us: the Host is our own address (a stranger's name that leads to 127.0.0.1 is not: DNS
 * rebinding), an Origin is our own, no other page embeds it, and the other end is no other user of
 * this machine.
 */
#ifndef MOBPROC_HELPER_LISTENER_H
#define MOBPROC_HELPER_LISTENER_H

#include <stdint.h>

#include "helper/http_request.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define LISTENER_MAX_CONNECTIONS 16 /* one more takes the place of the oldest */
#define LISTENER_REQUEST_MS 10000   /* from the connection to the whole request */

struct listener; /* owns its sockets */

/*
 * Listens at 127.0.0.1:`port`, or with 0 at any free port. The caller frees *listener. MP_OK;
 * MP_SYSTEM (errno: EADDRINUSE when somebody else has the port); MP_NOMEM.
 */
enum mp_err listener_open(int port, struct listener **listener) MUST_CHECK;

/* Closes everything, and sets the pointer to NULL. NULL is accepted. */
void listener_close(struct listener **listener);

int listener_port(const struct listener *listener);

enum listener_next { LISTENER_GO_ON, LISTENER_END };

/* Appends a whole answer to `reply`. It may take its time: nobody else is served meanwhile. */
typedef enum listener_next listener_answer(void *owner, const struct http_request *request,
                                           struct secret *reply);

/*
 * Serves until `answer` returns LISTENER_END, which is delivered first. MP_OK; MP_INTERRUPTED at
 * `deadline_ms` (lib/clock.h); MP_SYSTEM; MP_NOMEM.
 */
enum mp_err listener_serve(struct listener *listener, int64_t deadline_ms, listener_answer *answer,
                           void *owner) MUST_CHECK;

#endif

/* A request as a value: where to, and what is said there. */
#ifndef MOBPROC_COURIER_REQUEST_H
#define MOBPROC_COURIER_REQUEST_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Start with {0}. It owns its secrets. */
struct request {
    struct secret *url;           /* a token may be part of it */
    struct secret *form;          /* POSTed; NULL makes it a GET */
    struct secret *authorization; /* a whole header line, or NULL */
    int is_anonymous;             /* whoever is asked is told nothing of the client */
};

/* Begins a POST to `url`, whose form has room for `capacity` bytes. MP_OK, MP_NOMEM. */
enum mp_err request_to(struct request *request, const char *url, size_t capacity) MUST_CHECK;

/* Wipes and frees; may be called twice. */
void request_free(struct request *request);

#endif

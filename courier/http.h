/*
 * HTTPS exchanges: the only door to libcurl. Nothing is inherited from the environment, nothing is
 * followed, nothing is sent twice. The caller ignores SIGPIPE and has run curl_global_init().
 */
#ifndef MOBPROC_COURIER_HTTP_H
#define MOBPROC_COURIER_HTTP_H

#include <stdint.h>

#include "courier/facts.h"
#include "courier/hold.h"
#include "courier/request.h"
#include "courier/transport.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define HTTP_MAX_BODY 65536 /* bytes; json-c needs up to 264 times that */

struct http; /* a handle: one exchange at a time, and the connection that they may share */

/* The terms of one exchange. */
struct http_terms {
    int64_t deadline_ms;   /* for the last byte of the reply */
    int64_t connect_by_ms; /* for name, connection and TLS handshake */
    int keeps;             /* the connection stays open for the next exchange of this handle */
    int reuses;            /* may go over one that stayed open, and again if that has died: only for
                              what changes nothing */
    struct hold *hold;     /* NULL, or what completes the request once its connection stands; until
                              then only its URL counts, and that it has a form. courier/hold.h */
};

/* Can this libcurl hold a connection? Else a hold ends as if no connection could be made. */
int http_can_hold(void) MUST_CHECK;

/* Start with {0}. It owns the body. */
struct http_answer {
    enum mp_err failure; /* MP_OK: a complete answer came. MP_OUTAGE, MP_CONFIGURATION, MP_NOMEM */
    enum proto_progress progress;
    long status;         /* 0 when none was read */
    long retry_after;    /* seconds; 0 when absent or nonsense */
    int is_json;         /* its one Content-Type says so */
    int is_encoded;      /* the body is compressed, unasked: it must not be read */
    struct secret *body; /* NULL without a complete answer */
    char detail[256];    /* why it failed: printable ASCII, "" when it did not */
    struct facts facts;  /* of the way; the certificate only after http_watch() */
};

/*
 * Makes a handle for this transport, which must stay. MP_OK; MP_NOMEM; MP_INTERNAL
 * when this libcurl refuses a setting. Nobody frees it: that could wait for a name server longer
 * than anybody waits for our answer, and the process ends soon.
 */
enum mp_err http_open(const struct transport *transport, struct http **out) MUST_CHECK;

/*
 * Sends the request once and waits for the whole reply. A POST goes to https or, for tests, to
 * http://127.0.0.1; a GET, whose URL holds a token, to https alone; else MP_CONFIGURATION. A handle
 * may be used again only after a complete answer. `answer` is filled in any case; the caller frees
 * it with http_answer_free.
 */
void http_send(struct http *http, const struct request *request, const struct http_terms *terms,
               struct http_answer *answer);

/* From now on the facts of an answer tell of the server's certificate. Costs time. */
enum mp_err http_watch(struct http *http) MUST_CHECK;

/* Wipes and frees; may be called twice. */
void http_answer_free(struct http_answer *answer);

#endif

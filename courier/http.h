/*
 * One HTTPS exchange: the only door to libcurl. Nothing is inherited from the environment, nothing
 * is followed, nothing is sent twice. The caller ignores SIGPIPE and has run curl_global_init().
 */
#ifndef MOBPROC_COURIER_HTTP_H
#define MOBPROC_COURIER_HTTP_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define HTTP_MAX_BODY 65536 /* bytes; json-c needs up to 264 times that */

struct http; /* a handle for one endpoint */

struct http_request {
    const struct secret *form;
    const struct secret *authorization; /* a whole header line, or NULL */
    int64_t deadline_ms;                /* for the last byte of the reply */
    int64_t connect_by_ms;              /* for name, connection and TLS handshake */
};

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
};

/*
 * Makes a handle for https, or for http with `is_plain`. `ca` as in courier/authorities.h.
 * MP_OK; MP_CONFIGURATION when `ca` cannot be read; MP_NOMEM; MP_INTERNAL when this libcurl
 * refuses a setting. The caller ends it with http_close.
 */
enum mp_err http_open(const char *url, int is_plain, const char *ca, struct http **out) MUST_CHECK;

/* Frees the handle; may wait for a name lookup that is still running. NULL is accepted. */
void http_close(struct http **http);

/*
 * POSTs the form once and waits for the whole reply. `answer` is filled in any case; the caller
 * frees it with http_answer_free.
 */
void http_post(struct http *http, const struct http_request *request, struct http_answer *answer);

/* Wipes and frees; may be called twice. */
void http_answer_free(struct http_answer *answer);

#endif

/* The body of a token endpoint's reply turned into fields (RFC 6749 5.1 and 5.2). */
#ifndef MOBPROC_COURIER_REPLY_H
#define MOBPROC_COURIER_REPLY_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define REPLY_MAX_LIFETIME 86400 /* seconds: more is not believed */
#define REPLY_MAX_ERROR 64

enum reply_kind {
    REPLY_NONSENSE = 0, /* anything that is not one of these: `problem` says why */
    REPLY_EMPTY,        /* no byte at all */
    REPLY_GRANT,        /* a whole and usable grant */
    REPLY_ERROR,        /* an OAuth error: `error` is filled */
};

/* Start with {0}. It owns its secrets. */
struct reply {
    enum reply_kind kind;
    const char *problem;             /* static sentence for REPLY_NONSENSE, else NULL */
    char error[REPLY_MAX_ERROR + 1]; /* [A-Za-z0-9_.-]+ */
    struct secret *description;      /* error_description as sent, or NULL: it may echo secrets */
    struct secret *access_token;     /* for REPLY_GRANT, as all below */
    struct secret *refresh_token;    /* NULL when absent, null or empty */
    uint64_t expires_in;             /* seconds, 1..REPLY_MAX_LIFETIME; 0 when absent */
    char scope[PROTO_MAX_TEXT + 1];  /* printable ASCII; "" when absent */
};

/* Wipes and frees what it owns; may be called twice. */
void reply_free(struct reply *reply);

/* Reads a body. MP_OK whatever it contains, or MP_NOMEM. Free the reply in any case. */
enum mp_err reply_read(const struct secret *body, struct reply *reply) MUST_CHECK;

#endif

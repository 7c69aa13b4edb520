/* The body of a reply turned into fields: tokens, claims or an error (RFC 6749 5.1 and 5.2). */
#ifndef MOBPROC_COURIER_REPLY_H
#define MOBPROC_COURIER_REPLY_H

#include <stdint.h>

#include "courier/claims.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

#define REPLY_MAX_ERROR 64

struct validity_question; /* courier/validity.h */

enum reply_kind {
    REPLY_NONSENSE = 0, /* anything that is not one of these: `problem` says why */
    REPLY_EMPTY,        /* no byte at all */
    REPLY_GRANT,        /* a whole and usable grant */
    REPLY_ERROR,        /* an OAuth error: `error` is filled */
    REPLY_CLAIMS,       /* a good token's claims */
    REPLY_DEAD,         /* the token is good no more: `problem` says why */
    REPLY_FOREIGN,      /* the token is not for us: `problem` says why */
};

/* Start with {0}. It owns its secrets. */
struct reply {
    enum reply_kind kind;
    const char *problem;             /* static sentence, or NULL */
    char error[REPLY_MAX_ERROR + 1]; /* [A-Za-z0-9_.-]+ */
    struct secret *description;      /* error_description as sent, or NULL: it may echo secrets */
    struct secret *access_token;     /* for REPLY_GRANT, as the two next */
    struct secret *refresh_token;    /* NULL when absent, null or empty */
    char scope[PROTO_MAX_TEXT + 1];  /* printable ASCII; "" when absent */
    uint64_t expires_in;             /* grant and claims: seconds, 1..86400; 0 when absent */
    struct claims claims;            /* for REPLY_CLAIMS */
};

/* Wipes and frees what it owns; may be called twice. */
void reply_free(struct reply *reply);

/*
 * Reads the body that a token endpoint or, with a `question`, a validating endpoint sent. MP_OK
 * whatever it contains, or MP_NOMEM. Free the reply in any case.
 */
enum mp_err reply_read(const struct secret *body, struct reply *reply) MUST_CHECK;
enum mp_err reply_read_validity(const struct secret *body, const struct validity_question *question,
                                struct reply *reply) MUST_CHECK;

#endif

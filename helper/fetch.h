/* A token from the broker, checked before anybody may print it. */
#ifndef MOBPROC_HELPER_FETCH_H
#define MOBPROC_HELPER_FETCH_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/call.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Owns all of it. Start with {0}. */
struct fetched {
    struct call_reply reply; /* also after an error: its texts are for people */
    struct secret *token;    /* visible ASCII */
    uint64_t expires_at;     /* seconds since 1970, in the future */
    char account[PROTO_MAX_ACCOUNT + 1];
    char tenant[PROTO_MAX_TEXT + 1]; /* "" when the account has none; no control byte */
    char client_id[PROTO_MAX_TEXT + 1];
};

/* Wipes and frees; may be called twice. */
void fetched_free(struct fetched *fetched);

/* The account that this login session belongs to (MOBPROC_ACCOUNT, a hint), or NULL. Static. */
const char *fetch_hint(void);

/*
 * Asks `request`, a PROTO_GET. The error of ask_broker(), or MP_PROTOCOL for an answer that may
 * not be printed: no token, bytes outside visible ASCII, a control byte, or already expired.
 * Then `fetched` holds no token.
 */
enum mp_err fetch_token(const char *socket, struct secret *request,
                        struct fetched *fetched) MUST_CHECK;

#endif

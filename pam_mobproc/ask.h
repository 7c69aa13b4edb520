/*
 * The one adapter to lib/call.h: builds a question about the visit's user, asks the broker within
 * the `timeout` argument, and reads the answer. The time a person typed is over by then.
 */
#ifndef MOBPROC_PAM_ASK_H
#define MOBPROC_PAM_ASK_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"
#include "pam_mobproc/visit.h"

/* It owns nothing. Start with ANSWER_NONE. */
struct answer {
    volatile uint64_t verdict;           /* PROTO_ADMIT only when every condition held */
    char account[PROTO_MAX_ACCOUNT + 1]; /* "" when there is none */
};

#define ANSWER_NONE           \
    {                         \
        .verdict = PROTO_DENY \
    }

/*
 * Each returns the broker's error or why it could not be asked, as call_broker() does, and leaves
 * the word for the log in the visit. No answer but MP_OK carries a verdict.
 */

/*
 * Tells the broker that a password is about to be typed for this visit. Nothing depends on it, and
 * nobody waits for its answer. A descriptor to be closed when it has been typed, or -1.
 */
int ask_prepare(const struct visit *visit) MUST_CHECK;

/* Admits: MP_OK, the verdict, an expiry, and no other user or account than the one asked for. */
enum mp_err ask_login(struct visit *visit, const struct secret *password,
                      struct answer *answer) MUST_CHECK;

/* Admits: MP_OK, the verdict, and no other user or account. Never contacts the sign-in server. */
enum mp_err ask_account(struct visit *visit, struct answer *answer) MUST_CHECK;

/* `operation`: PROTO_SESSION_OPEN, whose answer names the account, or PROTO_SESSION_CLOSE. */
enum mp_err ask_session(struct visit *visit, enum proto_operation operation,
                        struct answer *answer) MUST_CHECK;

/* Is the verdict exactly PROTO_ADMIT? It is read twice, once as it is and once inverted. */
int answer_admits(const struct answer *answer);

#endif

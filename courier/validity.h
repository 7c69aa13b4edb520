/* What a validating endpoint answers, in its three shapes (PingFederate, RFC 7662, Tangoe). */
#ifndef MOBPROC_COURIER_VALIDITY_H
#define MOBPROC_COURIER_VALIDITY_H

#include <stdint.h>

#include "courier/json.h"
#include "courier/reply.h"
#include "lib/attr.h"
#include "lib/proto.h"

/* How the question was put, and what the answer is measured by. */
struct validity_question {
    enum proto_validation validation;
    const char *client_id; /* ours: a token of another client is not for us */
    int64_t now;           /* seconds since 1970 */
};

/*
 * Reads an object without an `error`. NULL, and reply->kind is set:
 *   REPLY_CLAIMS   the token is good, `claims` and `expires_in` are filled
 *   REPLY_DEAD     it is not: inactive, or no second is left
 *   REPLY_FOREIGN  it belongs to another client, or nobody can say whose data it opens
 * Otherwise a static sentence: this is no answer to the question.
 */
const char *validity_read(const struct json *json, const struct validity_question *question,
                          struct reply *reply) MUST_CHECK;

#endif

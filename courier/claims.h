/* What a validation says of a token: whose it is and what for. */
#ifndef MOBPROC_COURIER_CLAIMS_H
#define MOBPROC_COURIER_CLAIMS_H

#include "courier/json.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

/* Texts are valid UTF-8 without control characters; "" means that the claim was not said. */
struct claims {
    char tenant[PROTO_MAX_NAME + 1];
    char platform[PROTO_MAX_NAME + 1];
    char identity_provider[PROTO_MAX_NAME + 1];
    char identifier[PROTO_MAX_NAME + 1];
    char scope[PROTO_MAX_TEXT + 1];
    char client_id[PROTO_MAX_NAME + 1];
    int multitenant; /* 0 or 1; -1: not said */
};

/*
 * Reads the texts of `attributes` (tenant, platform, identityProvider, `identifier`) and of `reply`
 * (scope, client_id). A claim of another type, too long or with a control character counts as not
 * said: a rule that requires it then refuses.
 */
void claims_read_texts(const struct json *attributes, const char *identifier,
                       const struct json *reply, struct claims *claims);

/*
 * Reads `multitenant`: true, false, "true", "false" or nothing. 1, or 0 for anything else, of which
 * a careless reader makes the opposite ("false" is a text, and a text is true).
 */
int claims_read_multitenant(const struct json *attributes, struct claims *claims) MUST_CHECK;

/* Writes what was said as PROTO_CLAIM_... fields. MP_OK, MP_TOO_LONG. */
enum mp_err claims_write(const struct claims *claims, struct secret *packet) MUST_CHECK;

#endif

/*
 * What a validation said of a token: whose it is. Claims never create or map a local user; they are
 * compared with what the configuration requires.
 */
#ifndef MOBPROC_BROKER_CLAIMS_H
#define MOBPROC_BROKER_CLAIMS_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/wire.h"

/* Plain data; an empty text was not said. */
struct claims {
    int64_t validated_at; /* seconds since 1970; 0: never validated */
    int multitenant;      /* -1: not said */
    char tenant[PROTO_MAX_NAME + 1];
    char platform[PROTO_MAX_NAME + 1];
    char identity_provider[PROTO_MAX_NAME + 1];
    char identifier[PROTO_MAX_NAME + 1];
    char scope[PROTO_MAX_TEXT + 1];
    char client_id[PROTO_MAX_NAME + 1];
};

/* The claims among a message's fields; validated_at from PROTO_VALIDATED_AT. MP_OK, MP_PROTOCOL. */
enum mp_err claims_read(const struct wire_message *message, struct claims *claims) MUST_CHECK;

/* Appends them; nothing when they were never validated. */
enum mp_err claims_write(const struct claims *claims, struct secret *packet) MUST_CHECK;

#endif

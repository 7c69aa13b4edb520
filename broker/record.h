/*
 * What the vault keeps for one owner and account. Encoded with lib/wire as PROTO_VAULT_RECORD.
 */
#ifndef MOBPROC_BROKER_RECORD_H
#define MOBPROC_BROKER_RECORD_H

#include <stdint.h>

#include "broker/claims.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"

/* Owns its secrets. Start with {0}; free with record_free. Times are seconds since 1970. */
struct record {
    struct secret *access_token;  /* NULL: dropped */
    struct secret *refresh_token; /* NULL: none given, or refused */
    char remote_name[PROTO_MAX_TEXT + 1];
    int64_t expires_at;  /* of the access token */
    int64_t obtained_at; /* of the access token */
    int64_t login_at;    /* last login with a password */
    int64_t doubt_since; /* 0: no refresh in doubt */
    int64_t doubt_until; /* the courier of that refresh is dead by then */
    uint64_t doubt_count;
    struct claims claims; /* of the last validation */
};

/* Wipes and frees the secrets and zeroes the struct. */
void record_free(struct record *record);

/* The plaintext; the caller frees *plain. MP_OK, MP_NOMEM, MP_INTERNAL (a token that is none, a
 * negative time: what could not be decoded again). */
enum mp_err record_encode(const struct record *record, struct secret **plain) MUST_CHECK;

/* Fills `record` (which must be empty); anything odd is MP_STORAGE and leaves it empty.
 * MP_NOMEM. */
enum mp_err record_decode(struct record *record, const struct secret *plain) MUST_CHECK;

#endif

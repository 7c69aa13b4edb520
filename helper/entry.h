/* One account in the answer to list or status. */
#ifndef MOBPROC_HELPER_ENTRY_H
#define MOBPROC_HELPER_ENTRY_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"

/* Times are seconds since 1970; 0 is "not said". */
struct entry {
    char account[PROTO_MAX_ACCOUNT + 1];
    char login[PROTO_MAX_TEXT + 1]; /* remote name, or "" */
    char tenant[PROTO_MAX_TEXT + 1];
    char client_id[PROTO_MAX_TEXT + 1];
    uint64_t expires_at;
    uint64_t login_at;
    uint64_t obtained_at;
    uint64_t doubt_since;
    uint64_t sessions;
    int has_refresh;
    enum mp_err error; /* MP_OK: a token is stored or can be had */
};

/* Reads a PROTO_RECORD; MP_PROTOCOL for one that is malformed or names no account. */
enum mp_err entry_read(const struct wire_field *field, struct entry *entry) MUST_CHECK;

/* The state in a few words for people. Static. */
const char *entry_state(const struct entry *entry);

/* The same as a stable word for scripts: ready, refresh_in_doubt or mp_err_name(). Static. */
const char *entry_state_name(const struct entry *entry);

/* How long the access token lives: "valid for 1 h 57 min", "expired" or "none". */
void entry_lifetime(const struct entry *entry, uint64_t now, char *out, size_t size);

#endif

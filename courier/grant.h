/* A grant as the broker orders it, and the request that it becomes (RFC 6749 4.3.2 and 6). */
#ifndef MOBPROC_COURIER_GRANT_H
#define MOBPROC_COURIER_GRANT_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/proto.h"
#include "lib/secret.h"
#include "lib/wire.h"

/* Start with {0}. It owns its secrets. */
struct grant {
    enum proto_operation operation; /* PROTO_JOB_PASSWORD or PROTO_JOB_REFRESH */
    enum proto_client_auth client_auth;
    char endpoint[PROTO_MAX_TEXT + 1];
    char client_id[PROTO_MAX_TEXT + 1];
    char scope[PROTO_MAX_TEXT + 1];       /* "" when there is none */
    char remote_name[PROTO_MAX_TEXT + 1]; /* password only */
    char ca[4097];                        /* "" means the system's */
    struct secret *password;              /* password only */
    struct secret *refresh_token;         /* refresh only */
    struct secret *client_secret;         /* or NULL */
    int64_t deadline_ms;                  /* for everything (lib/clock.h) */
    int64_t connect_by_ms;                /* for name, connection and handshake */
};

/* Wipes and frees what it owns; may be called twice. */
void grant_free(struct grant *grant);

/*
 * Copies the fields of a job, whose time runs from now.
 *   MP_OK
 *   MP_PROTOCOL       an unknown operation, or a field is missing, empty or makes no sense
 *   MP_CONFIGURATION  this client authentication cannot work
 *   MP_NOMEM
 * *problem is a static sentence unless MP_OK is returned. Free the grant in any case.
 */
enum mp_err grant_read(const struct wire_message *message, struct grant *grant,
                       const char **problem) MUST_CHECK;

/*
 * Makes the form and, for Basic, the whole "Authorization: ..." line; else *authorization is NULL.
 * The caller frees both in any case. MP_OK, MP_NOMEM, MP_TOO_LONG.
 */
enum mp_err grant_request(const struct grant *grant, struct secret **form,
                          struct secret **authorization) MUST_CHECK;

#endif

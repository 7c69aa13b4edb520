/*
 * The writer of every answer that holds a token: it collects the whole, refuses a C0 byte or DEL in
 * what it is given, and writes all or nothing. The first error stays and what follows is ignored,
 * so that only the end need be looked at.
 */
#ifndef MOBPROC_HELPER_REPLY_H
#define MOBPROC_HELPER_REPLY_H

#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define REPLY_MAX (128 * 1024) /* bytes */

/* Owns the text. */
struct reply {
    struct secret *text;
    enum mp_err err; /* MP_PROTOCOL: a byte that may not be said; MP_TOO_LONG; MP_NOMEM */
};

void reply_begin(struct reply *reply);

/* Wipes and frees; may be called twice. */
void reply_free(struct reply *reply);

/* The framing: texts of our own up to a NULL; a line feed may be in them. */
void reply_add(struct reply *reply, ...) __attribute__((sentinel));

/* Values, which have no control byte (helper/control.h): bare, or for between quotes. */
void reply_value(struct reply *reply, const char *value);
void reply_escaped(struct reply *reply, const char *value);
void reply_number(struct reply *reply, uint64_t number);

/* Seconds since 1970 as RFC 3339 has them, in UTC: 2026-01-31T23:59:59Z. */
void reply_time(struct reply *reply, uint64_t seconds);

/*
 * JSON: the name of the next member with what stands around it (a comma unless the object was just
 * opened), and a string of all texts up to a NULL, which must be UTF-8 as well.
 */
void reply_member(struct reply *reply, const char *name);
void reply_json(struct reply *reply, ...) __attribute__((sentinel));

/*
 * Writes it to standard output and frees it: the last answer closes standard output (helper/out.h),
 * a part of a conversation does not. Says what went wrong on standard error. Exit code, 0 or 70.
 */
int reply_send(struct reply *reply) MUST_CHECK;
int reply_send_part(struct reply *reply) MUST_CHECK;

#endif

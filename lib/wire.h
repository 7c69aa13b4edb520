/*
 * The codec of every message between our programs and of the plaintext of a vault record.
 *
 *   packet = 'M' 'P' 'W' version(1) operation(u16) field*
 *   field  = tag(u16) length(u32) bytes            all numbers big-endian
 *
 * A field appears at most once unless its tag has WIRE_LIST. A reader ignores a tag that it does
 * not know only if the tag has WIRE_OPTIONAL. Bytes that are left over refuse the whole packet.
 */
#ifndef MOBPROC_LIB_WIRE_H
#define MOBPROC_LIB_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define WIRE_MAX_PACKET 65536 /* bytes */
#define WIRE_MAX_FIELDS 160
#define WIRE_LIST 0x4000     /* in a tag: may appear more than once */
#define WIRE_OPTIONAL 0x8000 /* in a tag: a reader that does not know it skips it */

enum wire_kind {
    WIRE_BYTES,  /* any bytes, NUL included */
    WIRE_TEXT,   /* no NUL byte */
    WIRE_NUMBER, /* 8 bytes, unsigned */
};

/* What a reader knows about one tag. */
struct wire_tag {
    uint16_t tag;
    enum wire_kind kind;
    uint32_t max; /* bytes; ignored for numbers */
};

struct wire_field {
    uint16_t tag;
    uint32_t length;
    const uint8_t *bytes; /* inside the packet */
};

/* A parsed packet. It owns nothing: the packet must outlive it. */
struct wire_message {
    uint16_t operation;
    size_t count;
    struct wire_field fields[WIRE_MAX_FIELDS];
};

/* --- writing: each appends to `packet`, and fails with MP_TOO_LONG when it is full --- */
enum mp_err wire_begin(struct secret *packet, uint16_t operation) MUST_CHECK;
enum mp_err wire_put(struct secret *packet, uint16_t tag, const void *bytes,
                     size_t length) MUST_CHECK;
/* NULL text writes nothing. */
enum mp_err wire_put_text(struct secret *packet, uint16_t tag, const char *text) MUST_CHECK;
/* NULL writes nothing. */
enum mp_err wire_put_secret(struct secret *packet, uint16_t tag,
                            const struct secret *value) MUST_CHECK;
enum mp_err wire_put_number(struct secret *packet, uint16_t tag, uint64_t number) MUST_CHECK;

/* --- reading --- */

/* Parses and checks a whole packet against the tags known; MP_PROTOCOL for anything else. */
enum mp_err wire_parse(struct wire_message *message, const void *packet, size_t length,
                       const struct wire_tag *tags, size_t tag_count) MUST_CHECK;

/* The field, or NULL. */
const struct wire_field *wire_find(const struct wire_message *message, uint16_t tag);

/* The number, or `absent` when there is no such field. */
uint64_t wire_number(const struct wire_message *message, uint16_t tag, uint64_t absent);

/*
 * Copies a text into `out` with its NUL. An absent field gives "" and MP_OK; a text that does not
 * fit gives "" and MP_TOO_LONG. Not for secrets.
 */
enum mp_err wire_text(const struct wire_message *message, uint16_t tag, char *out,
                      size_t size) MUST_CHECK;

/*
 * Sets *out to a copy of the field that the caller frees, or to NULL when the field is absent
 * (MP_OK too). MP_NOMEM otherwise.
 */
enum mp_err wire_secret(const struct wire_message *message, uint16_t tag,
                        struct secret **out) MUST_CHECK;

#endif

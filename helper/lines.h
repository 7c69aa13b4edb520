/*
 * The strict reader of lines: out of a descriptor, or out of bytes in memory. Only LF ends a line,
 * and one CR before it is dropped. A line has at most 65535 bytes with its LF, a request at most
 * 1 MiB.
 */
#ifndef MOBPROC_HELPER_LINES_H
#define MOBPROC_HELPER_LINES_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define LINES_MAX_LINE 65535
#define LINES_MAX_INPUT (1024 * 1024)

/* Owns the buffer; the bytes from `next` on are not yet given out. */
struct lines {
    int fd; /* -1: everything is in the buffer */
    int at_end;
    size_t total; /* bytes read for this request */
    size_t next;
    struct secret *buffer;
};

/* Reads from `fd`, which stays the caller's, or from a copy of `bytes`. MP_OK, MP_NOMEM. */
enum mp_err lines_open(struct lines *lines, int fd) MUST_CHECK;
enum mp_err lines_open_bytes(struct lines *lines, const void *bytes, size_t length) MUST_CHECK;

/* Wipes and frees. */
void lines_close(struct lines *lines);

/*
 * The next line without its end, inside the buffer until the next call; any byte may be in it.
 * *line is NULL at the end of file, and a last line needs no LF. MP_OK; MP_TOO_LONG; MP_SYSTEM;
 * MP_NOMEM.
 */
enum mp_err lines_next(struct lines *lines, const char **line, size_t *length) MUST_CHECK;

/* What follows is another request of a conversation, which may have any number of them. */
void lines_next_request(struct lines *lines);

#endif

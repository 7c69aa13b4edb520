/*
 * The head of a reply, looked at line by line as it arrives: what the verdict needs from it, and
 * what ends the transfer. libcurl itself lets many of these pass.
 */
#ifndef MOBPROC_COURIER_HEAD_H
#define MOBPROC_COURIER_HEAD_H

#include <stddef.h>

#include "lib/attr.h"

#define HEAD_MAX_BYTES 32768 /* all lines of all heads, trailers too */
#define HEAD_MAX_INFORMATIONAL 4

/* Start with {0}. */
struct head {
    size_t bytes;
    int informational; /* 1xx heads seen */
    int is_informational;
    int has_status;
    int is_complete; /* the empty line after the final head was seen: trailers follow */
    int content_types;
    int content_lengths;
    int is_json;         /* exactly one Content-Type, and it is application/json */
    int is_encoded;      /* a Content-Encoding that nobody asked for */
    char date[40];       /* the Date as sent, or "" */
    const char *problem; /* static sentence when a line was refused */
};

/* Takes one line with its line end. 1, or 0 when the transfer must end; then `problem` is set. */
int head_line(struct head *head, const char *line, size_t length) MUST_CHECK;

#endif

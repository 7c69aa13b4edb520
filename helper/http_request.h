/*
 * One HTTP/1.1 request (RFC 9112), read strictly: what two readers could understand differently is
 * refused, and so is everything that a browser does not send.
 */
#ifndef MOBPROC_HELPER_HTTP_REQUEST_H
#define MOBPROC_HELPER_HTTP_REQUEST_H

#include <stddef.h>

#include "lib/attr.h"

#define HTTP_MAX_HEAD 16384 /* bytes, request line and header with the blank line */
#define HTTP_MAX_BODY 16384 /* bytes */
#define HTTP_MAX_FIELDS 100
#define HTTP_MAX_REQUEST (HTTP_MAX_HEAD + HTTP_MAX_BODY)

/* A piece of what was received; NULL when it is absent. */
struct http_span {
    const char *text;
    size_t length;
};

/* Points into the bytes that were read. */
struct http_request {
    struct http_span method;
    struct http_span path; /* before the '?' */
    struct http_span query;
    struct http_span host;
    struct http_span origin;
    struct http_span content_type;
    struct http_span fetch_dest; /* Sec-Fetch-Dest */
    struct http_span body;
    size_t body_length; /* what Content-Length says */
};

enum http_progress {
    HTTP_INCOMPLETE = 0,
    HTTP_COMPLETE = 200,
    /* refused, as the status that says so (RFC 9110) */
    HTTP_BAD = 400,
    HTTP_BODY_TOO_LONG = 413,
    HTTP_HEAD_TOO_LONG = 431,
    HTTP_NOT_IMPLEMENTED = 501,
    HTTP_OTHER_VERSION = 505,
};

/*
 * Reads what has arrived so far. Bytes behind the request do not count: one connection carries one.
 * `request` means something with HTTP_COMPLETE only.
 */
enum http_progress http_request_read(const char *bytes, size_t length,
                                     struct http_request *request) MUST_CHECK;

/* Is the span exactly this text? An absent one is not. */
int http_is(struct http_span span, const char *text);

#endif

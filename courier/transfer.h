/* What libcurl calls while one request is under way: bytes out, bytes in, and when to stop. */
#ifndef MOBPROC_COURIER_TRANSFER_H
#define MOBPROC_COURIER_TRANSFER_H

#include <curl/curl.h>
#include <stddef.h>

#include "courier/head.h"
#include "lib/attr.h"
#include "lib/secret.h"

#define TRANSFER_TOO_LONG "the reply is longer than 64 KiB"

/* Start with {0}. It owns the body. */
struct transfer {
    const struct secret *form; /* the caller's, or NULL */
    int may_repeat;            /* libcurl may begin again when a reused connection turns out dead */
    size_t handed_over; /* bytes of the form that libcurl took; without that it never goes back */
    int looks_for_end;  /* libcurl does not know the form's length, and asks until nothing comes */
    struct head head;
    struct secret *body; /* its capacity is what a reply may be long */
    const char *problem; /* why a callback ended the transfer: static, or NULL */
};

/* Makes libcurl call us for this transfer, which must stay where it is. */
CURLcode transfer_attach(CURL *easy, struct transfer *transfer) MUST_CHECK;

#endif

/* The header lines of a request. They may hold the client secret, and are wiped. */
#ifndef MOBPROC_COURIER_LINES_H
#define MOBPROC_COURIER_LINES_H

#include <curl/curl.h>

#include "courier/request.h"
#include "lib/attr.h"

enum lines_length {
    LINES_COUNTED, /* libcurl knows how long the form is, and says so */
    LINES_SAID,    /* it does not, and would send chunks: the lines say the length */
};

/* Replaces *lines, which must stay as long as they are set, and has the handle send them. */
CURLcode lines_set(CURL *easy, struct curl_slist **lines, const struct request *request,
                   enum lines_length length) MUST_CHECK;

/* Wipes and frees; may be called twice. */
void lines_free(struct curl_slist **lines);

#endif

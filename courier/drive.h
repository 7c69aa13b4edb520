/* Drives one transfer to its end or to our deadline, whichever is first. */
#ifndef MOBPROC_COURIER_DRIVE_H
#define MOBPROC_COURIER_DRIVE_H

#include <curl/curl.h>

#include "courier/http.h"
#include "lib/attr.h"

/* What libcurl says of it; *problem is set to a static sentence when it was us who ended it. */
CURLcode drive(CURLM *multi, CURL *easy, const struct http_terms *terms,
               const char **problem) MUST_CHECK;

/* Does the connection stand, handshake and all? */
int drive_is_connected(CURL *easy) MUST_CHECK;

#endif

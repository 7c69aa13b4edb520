/* Every default of libcurl that matters, set by hand. */
#ifndef MOBPROC_COURIER_SETTINGS_H
#define MOBPROC_COURIER_SETTINGS_H

#include <curl/curl.h>

#include "courier/authorities.h"
#include "lib/attr.h"

/*
 * Applies all settings that do not depend on the job. The first refusal is returned: a setting
 * that this libcurl does not know must not be missing silently.
 */
CURLcode settings_apply(CURL *easy) MUST_CHECK;

/* Allows https, or http alone with `is_plain`. */
CURLcode settings_protocol(CURL *easy, int is_plain) MUST_CHECK;

/* Believes these authorities and no others. */
CURLcode settings_trust(CURL *easy, const struct authorities *authorities) MUST_CHECK;

#endif

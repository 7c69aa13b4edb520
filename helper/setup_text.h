/* mobproc setup: the text of the configuration that it writes. */
#ifndef MOBPROC_HELPER_SETUP_TEXT_H
#define MOBPROC_HELPER_SETUP_TEXT_H

#include "helper/answers.h"
#include "lib/attr.h"
#include "lib/err.h"

#define SETUP_ACCOUNT "tangoe"
#define SETUP_MAX_REFERENCE 4200 /* bytes of a reference to a secret, with its NUL */

/*
 * The whole mobproc.conf, which the caller frees; `secret` is the value of client_secret, such as
 * sealed:tangoe. MP_OK, MP_NOMEM, MP_TOO_LONG.
 */
enum mp_err setup_text(const struct answers *answers, const char *secret,
                       struct secret **out) MUST_CHECK;

#endif

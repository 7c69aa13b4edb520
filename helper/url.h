/*
 * The address that a tool wants a token for, cut into what the broker judges (broker/hosts.h).
 * Which addresses are anybody's is decided there and only there; what is refused here could be cut
 * in two ways.
 */
#ifndef MOBPROC_HELPER_URL_H
#define MOBPROC_HELPER_URL_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"

#define URL_MAX_HOST 300 /* bytes, with the port: what a message to the broker has room for */
#define URL_MAX_PATH 4096

/* Its scheme is https. Plain data. */
struct url {
    char host[URL_MAX_HOST + 1]; /* as written, with user info and port if it has them */
    char path[URL_MAX_PATH + 1]; /* without query and fragment; "": none */
};

/*
 * Reads scheme://host[:port][/path][?query][#fragment].
 *   MP_NO_ACCOUNT  not an address, or not https (in lower case): it is nobody's
 *   MP_PROTOCOL    a byte that is not visible ASCII, a back-slash, an encoded control byte, or a
 *                  '@' behind a query or fragment that follows the host at once
 *   MP_TOO_LONG    host or path
 */
enum mp_err url_read(const char *text, size_t length, struct url *url) MUST_CHECK;

#endif

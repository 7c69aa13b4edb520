/*
 * Whose certificates are believed. A hashed directory is preferred: OpenSSL reads one file of it,
 * where parsing a whole bundle costs a login 18 ms.
 */
#ifndef MOBPROC_COURIER_AUTHORITIES_H
#define MOBPROC_COURIER_AUTHORITIES_H

#include "lib/attr.h"
#include "lib/err.h"

/* Start with {0}. One of the two is set, the other NULL. */
struct authorities {
    const char *file;
    const char *directory;
};

/*
 * `path` is a PEM file or a hashed directory (absolute); "" means the system's.
 * The results point to `path` or are static. MP_OK, or MP_CONFIGURATION when it cannot be read.
 */
enum mp_err authorities_find(const char *path, struct authorities *found) MUST_CHECK;

#endif

/*
 * Whose certificates are believed. A hashed directory is preferred: OpenSSL reads one file of it,
 * where parsing a whole bundle costs a login 18 ms.
 */
#ifndef MOBPROC_COURIER_AUTHORITIES_H
#define MOBPROC_COURIER_AUTHORITIES_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Start with {0}. One of the first two is set, the other NULL. */
struct authorities {
    const char *file;
    const char *directory;
    struct secret *only; /* PEM of the one that is believed, or NULL: all */
};

/*
 * `path` is a PEM file or a hashed directory (absolute); "" means the system's.
 * The results point to `path` or are static. MP_OK, or MP_CONFIGURATION when it cannot be read.
 */
enum mp_err authorities_find(const char *path, struct authorities *found) MUST_CHECK;

/*
 * Believes only the one with this fingerprint (courier/anchor.h) from now on. Sets `only`, which
 * the caller owns. MP_OK, or MP_CONFIGURATION when it is not among them.
 */
enum mp_err authorities_narrow(struct authorities *authorities, const char *fingerprint) MUST_CHECK;

/* Is this a name that OpenSSL looks for in a directory, such as 002c0b4f.0? X509_LOOKUP_hash_dir(3)
 */
int authorities_is_hashed_name(const char *name);

#endif

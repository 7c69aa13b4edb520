/*
 * One authority out of many: the certificate with a given fingerprint. Only that one is then
 * believed, so it must be in the server's chain (the root, an authority between, or, with a file of
 * its own, the server's certificate). What a server sends cannot widen this.
 */
#ifndef MOBPROC_COURIER_ANCHOR_H
#define MOBPROC_COURIER_ANCHOR_H

#include <stdint.h>

#include "courier/sha256.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/* Reads 64 hexadecimal digits, with or without a colon after each two. 1, or 0. */
int anchor_read(const char *text, uint8_t fingerprint[static SHA256_SIZE]) MUST_CHECK;

/*
 * Looks for the certificate, SHA-256 over its DER, in a PEM file of at most 4 MiB (else NULL) or in
 * the entries of a hashed directory. *pem is its text, which the caller frees, or NULL.
 * MP_OK, or MP_CONFIGURATION when it is not there.
 */
enum mp_err anchor_find(const char *file, const char *directory,
                        const uint8_t fingerprint[static SHA256_SIZE],
                        struct secret **pem) MUST_CHECK;

#endif

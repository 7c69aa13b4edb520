/* Certificates in PEM files (RFC 7468), as far as they have to be told apart and looked into. */
#ifndef MOBPROC_COURIER_PEM_H
#define MOBPROC_COURIER_PEM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"

#define PEM_MAX_CERTIFICATE 16384 /* bytes of DER; a longer one is passed over */

/* One certificate. It points into the text that it was found in. */
struct pem_certificate {
    const char *text; /* from BEGIN to END, both included */
    size_t length;
    uint8_t der[PEM_MAX_CERTIFICATE];
    size_t der_length;
};

/*
 * Finds the next certificate of `length` bytes of text from *offset on, and moves *offset behind
 * it. Blocks that are no certificate, too long or not base64 are passed over. 1, or 0 at the end.
 */
int pem_next(const char *text, size_t length, size_t *offset,
             struct pem_certificate *certificate) MUST_CHECK;

#endif

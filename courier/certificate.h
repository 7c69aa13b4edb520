/* The one question that is asked of an X.509 certificate here; OpenSSL answers all others. */
#ifndef MOBPROC_COURIER_CERTIFICATE_H
#define MOBPROC_COURIER_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"

/*
 * Does the certificate (DER) name a host or an address in a subjectAltName (RFC 5280 4.2.1.6)?
 * 1, or 0: also when it cannot be read.
 */
int certificate_names_host(const uint8_t *der, size_t length) MUST_CHECK;

#endif

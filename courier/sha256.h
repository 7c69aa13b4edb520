/* SHA-256 (FIPS 180-4), for fingerprints: no library that the courier links offers it to us. */
#ifndef MOBPROC_COURIER_SHA256_H
#define MOBPROC_COURIER_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32

/* Hashes `length` bytes, fewer than 2^61. */
void sha256(const void *bytes, size_t length, uint8_t out[static SHA256_SIZE]);

#endif

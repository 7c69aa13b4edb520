/* File names made of names: a hash that cannot be steered to another's file. */
#ifndef MOBPROC_BROKER_HASH_H
#define MOBPROC_BROKER_HASH_H

#include "lib/attr.h"
#include "lib/err.h"

#define HASH_HEX_SIZE 65 /* 64 lower-case hex digits and the NUL */

/*
 * BLAKE2b-256 (RFC 7693) of two texts, each with its length in front, so that no two pairs give one
 * name; `domain` keeps the uses apart. MP_OK, MP_INTERNAL.
 */
enum mp_err hash_pair(const char *domain, const char *first, const char *second,
                      char hex[static HASH_HEX_SIZE]) MUST_CHECK;

#endif

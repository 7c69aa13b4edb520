/*
 * What guards an authorization request: words that nobody can guess, and the challenge that ties a
 * code to whoever asked for it. RFC 6749 section 10.12, RFC 7636.
 */
#ifndef MOBPROC_BROKER_PKCE_H
#define MOBPROC_BROKER_PKCE_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define PKCE_LENGTH 43 /* characters: 32 bytes as base64url without padding (RFC 7636, 4.1) */

/* 32 random bytes as base64url, for a state, a handle or a verifier. The caller frees it; NULL when
 * memory is short. */
struct secret *pkce_word(void) MUST_CHECK;

/* The S256 challenge of a verifier (RFC 7636, 4.2). MP_OK, MP_INTERNAL. */
enum mp_err pkce_challenge(const struct secret *verifier,
                           char challenge[static PKCE_LENGTH + 1]) MUST_CHECK;

#endif

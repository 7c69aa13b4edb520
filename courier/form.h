/* Bodies of application/x-www-form-urlencoded (RFC 6749 appendix B), built in secret bytes. */
#ifndef MOBPROC_COURIER_FORM_H
#define MOBPROC_COURIER_FORM_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define FORM_GROWTH 3 /* an encoded byte becomes at most that many */

/* Appends the encoded bytes: letters, digits and "*-._" as they are, space as '+', else %XX. */
enum mp_err form_encode(struct secret *out, const void *bytes, size_t length) MUST_CHECK;

/*
 * Appends `name=value`, with '&' before it when the form is not empty. `name` needs no encoding.
 * An empty value is left out: RFC 6749 3.2 reads it as absent anyway. MP_TOO_LONG when it is full.
 */
enum mp_err form_add(struct secret *form, const char *name, const void *value,
                     size_t length) MUST_CHECK;

/* The same for a text, and for secret bytes, where NULL is left out too. */
enum mp_err form_add_text(struct secret *form, const char *name, const char *value) MUST_CHECK;
enum mp_err form_add_secret(struct secret *form, const char *name,
                            const struct secret *value) MUST_CHECK;

#endif

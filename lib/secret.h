/*
 * Secret bytes: a buffer with a fixed capacity that is wiped when it is freed. It never grows, so
 * no copy stays behind in the heap. Every buffer that can hold a password or a token is one.
 */
#ifndef MOBPROC_LIB_SECRET_H
#define MOBPROC_LIB_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attr.h"
#include "lib/err.h"

struct secret; /* owns its bytes */

/* An empty buffer for at most `capacity` bytes, or NULL when memory is short. Free: secret_free. */
struct secret *secret_new(size_t capacity) MUST_CHECK;

/* A buffer that holds a copy of `length` bytes and has no room left; NULL when memory is short. */
struct secret *secret_copy(const void *bytes, size_t length) MUST_CHECK;

/* Wipes, frees, and sets the caller's pointer to NULL. NULL and a pointer to NULL are accepted. */
void secret_free(struct secret **secret);

/* Adds bytes at the end; MP_TOO_LONG, and no change, when they do not fit. */
enum mp_err secret_append(struct secret *secret, const void *bytes, size_t length) MUST_CHECK;

/* Wipes the bytes beyond `length` and shortens; a longer length is ignored. */
void secret_truncate(struct secret *secret, size_t length);

/*
 * The bytes; one NUL always follows them, so secret_text() is a C string if no byte is NUL. Whoever
 * asks for secret_bytes() may write up to the capacity.
 */
uint8_t *secret_bytes(struct secret *secret);
const char *secret_text(const struct secret *secret);

size_t secret_length(const struct secret *secret);
size_t secret_capacity(const struct secret *secret);

/* After a system call wrote `length` bytes (at most the capacity) to secret_bytes(). */
void secret_set_length(struct secret *secret, size_t length);

/* Compares in time that depends on the lengths only. */
int secret_equal(const struct secret *one, const struct secret *other);

/* The same for plain bytes of one length. */
int secret_equal_bytes(const void *one, const void *other, size_t length);

#endif

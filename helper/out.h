/* Standard output, whole or not at all: what is printed was complete before its first byte. */
#ifndef MOBPROC_HELPER_OUT_H
#define MOBPROC_HELPER_OUT_H

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

/*
 * Makes sure that descriptors 0, 1 and 2 are taken, so that no socket becomes "standard output".
 * A closed one is filled in such a way that using it still fails. Called first of all.
 */
void out_guard_descriptors(void);

/* Appends each text up to a NULL; MP_TOO_LONG when `buffer` is full. */
enum mp_err out_add(struct secret *buffer, ...) __attribute__((sentinel)) MUST_CHECK;

/* Appends a decimal number. */
enum mp_err out_add_number(struct secret *buffer, uint64_t number) MUST_CHECK;

/*
 * Writes everything to standard output and closes it, since some errors show only then (NFS,
 * quota). Says what failed on standard error. Returns the exit code: 0 or 70.
 */
int out_write(const struct secret *buffer) MUST_CHECK;

/* The same for a part of what is written: standard output stays open. */
int out_write_part(const struct secret *buffer) MUST_CHECK;

#endif

/*
 * How broker and courier are confined: done at start, each lack of the kernel logged once, shown by
 * `mobproc status`. A property of the process, so it is kept for the process.
 */
#ifndef MOBPROC_BROKER_CONFINEMENT_H
#define MOBPROC_BROKER_CONFINEMENT_H

#include "lib/attr.h"

#define CONFINEMENT_SIZE 160 /* bytes, with the NUL */

/* No program and no network from here on. 0, or -1 with a message on standard error. */
int confinement_begin(void) MUST_CHECK;

/*
 * No files but those under `state`, and in the directory of `socket`, which is removed at the end
 * ("": it is not ours). Both must exist. 0, or -1 with a message on standard error.
 */
int confinement_to_files(const char *state, const char *socket) MUST_CHECK;

/* Bits of enum proto_confined, as a courier reports them with each job. */
void confinement_of_courier(unsigned confined);

/* One line without a newline, for status. */
void confinement_describe(char out[static CONFINEMENT_SIZE]);

#endif

/* Bytes that end a line, or command a terminal, for somebody: no request and no answer has them. */
#ifndef MOBPROC_HELPER_CONTROL_H
#define MOBPROC_HELPER_CONTROL_H

#include <stddef.h>

#include "lib/attr.h"

/*
 * Is there a C0 byte, DEL, a C1 character (U+0080 to U+009F), or a line separator (U+2028, U+2029)?
 * CVE-2020-5260, CVE-2024-50338, CVE-2024-52006.
 */
int control_is_in(const char *text, size_t length) MUST_CHECK;

/* The same, with tabs let pass. */
int control_but_tab_is_in(const char *text, size_t length) MUST_CHECK;

/* Is there a percent-encoded C0 byte or DEL: %00 to %1f, %7f? */
int control_is_encoded_in(const char *text) MUST_CHECK;

#endif

/* What a process does before anything else: no core file, no ptrace, nothing inherited. */
#ifndef MOBPROC_BROKER_HYGIENE_H
#define MOBPROC_BROKER_HYGIENE_H

#include "lib/attr.h"

/* Descriptors 0, 1 and 2 are open, whatever the parent closed. -1 with errno. */
int hygiene_descriptors(void) MUST_CHECK;

/* umask 077, no core file, not dumpable, no new privileges, no SIGPIPE and no SIGXFSZ. */
void hygiene_harden(void);

#endif

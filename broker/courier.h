/* A private broker's own courier: started before any key is read, ended with the broker. */
#ifndef MOBPROC_BROKER_COURIER_H
#define MOBPROC_BROKER_COURIER_H

#include <sys/types.h>

#include "lib/attr.h"

/*
 * Starts `program` with a listening socket at `socket_path` as descriptor 3, an empty environment
 * and no other descriptor. The process id, or -1 with a message on standard error.
 */
pid_t courier_start(const char *program, const char *socket_path) MUST_CHECK;

#endif

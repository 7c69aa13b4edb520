/* The answer to list and status, as a table or as JSON. */
#ifndef MOBPROC_HELPER_RECORDS_H
#define MOBPROC_HELPER_RECORDS_H

#include "helper/arguments.h"
#include "lib/attr.h"
#include "lib/wire.h"

/* Prints every PROTO_RECORD of `message`; exit code. --json chooses the form. */
int records_print(const struct arguments *arguments, const struct wire_message *message) MUST_CHECK;

#endif

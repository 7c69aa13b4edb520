/*
 * The module's arguments, read strictly: one that is unknown, given twice, empty, malformed or out
 * of range is refused, never skipped, so that a misspelt line cannot silently mean something else.
 */
#ifndef MOBPROC_PAM_ARGS_H
#define MOBPROC_PAM_ARGS_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/attr.h"

/* Texts point into argv, which libpam keeps during the call: nothing to free. */
struct args {
    const char *account; /* NULL: the broker's login account */
    const char *socket;
    const char *prompt;
    int64_t timeout_ms; /* of one call, the time typed not counted */
    uid_t minimum_uid;
    uid_t maximum_uid;
    int use_first_pass; /* never prompts */
    int quiet;          /* shows no message */
    int debug;          /* logs more */
};

/* The first argument that was refused. */
struct args_error {
    char name[64]; /* up to its '=', escaped: what follows could be a secret put there by mistake */
    const char *reason; /* static */
};

/* 0 and *args, or -1 and *error. */
int args_parse(struct args *args, int argc, const char **argv, struct args_error *error) MUST_CHECK;

#endif

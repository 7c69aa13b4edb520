/*
 * Runs another program to its end and takes what it says: never by a shell, never through PATH,
 * with an empty environment but for what is named here, and within a deadline.
 */
#ifndef MOBPROC_HELPER_CHILD_H
#define MOBPROC_HELPER_CHILD_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/secret.h"

#define CHILD_NOT_RUN 127 /* it could not be started, was killed, or took too long */

/* What is run. Owns nothing. */
struct child {
    const char *const *arguments;   /* the absolute path of the program first, NULL last */
    const char *const *environment; /* NAME=VALUE, NULL last; NULL: none */
    const struct secret *input;     /* at most 4096 bytes for its standard input; NULL: none */
    const char *user; /* whom root becomes before it, or it is not run; NULL: nobody */
    int takes_errors; /* its standard error is taken too, else it goes to ours */
    int wait_ms;      /* then it is killed */
};

/*
 * Puts what it says into `out`, as much as fits, with a NUL behind it; *length is without the NUL
 * and may be NULL. Returns its exit status, or CHILD_NOT_RUN.
 */
int child_run(const struct child *child, char *out, size_t size, size_t *length) MUST_CHECK;

#endif

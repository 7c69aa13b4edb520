/* The command line of mobprocd, and the paths that follow from it. */
#ifndef MOBPROC_BROKER_OPTIONS_H
#define MOBPROC_BROKER_OPTIONS_H

#include <limits.h>

#include "lib/attr.h"

struct options {
    char config[PATH_MAX];
    char state[PATH_MAX];
    char socket[PATH_MAX];         /* not used under socket activation */
    char courier[PATH_MAX];        /* program that a private broker starts */
    char courier_socket[PATH_MAX]; /* "": start a courier of our own */
    int is_user;                   /* --user: paths below the user's own directories */
    int is_foreground;
    int is_verbose;
    int check_only;
    int idle_s;   /* end after so many seconds without a caller; 0: never */
    int ready_fd; /* gets one byte when we listen; -1: none */
};

/*
 * Reads the command line; on -1 a message stands on standard error. 0: go on. 1: --help or
 * --version was answered.
 */
int options_read(struct options *options, int argc, char **argv) MUST_CHECK;

#endif

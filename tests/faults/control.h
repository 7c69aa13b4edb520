/*
 * What a test asks of the fault layer, in a file that both have mapped. Fixed sizes and native byte
 * order: tests/fixtures/faults.py writes the same struct.
 */
#ifndef MOBPROC_TESTS_FAULTS_CONTROL_H
#define MOBPROC_TESTS_FAULTS_CONTROL_H

#include <stdint.h>

#define FAULTS_FILE "FAULTS_CONTROL" /* environment: path of the file; without it nothing fails */

enum fault_kind {
    FAULT_NONE,
    FAULT_ALLOCATION, /* malloc() and its kind give NULL */
    FAULT_CALL,       /* a system call gives an error that it can have */
    FAULT_SHORT,      /* write() and read() move less than asked for, one byte at least */
    FAULT_KILL,       /* the process dies before the call */
};

struct fault_control {
    uint32_t kind;
    uint32_t at;      /* the call to fail, counted from 1 */
    uint32_t onward;  /* that one and all later ones */
    uint32_t variant; /* which of the errors that the call can have */
    char from[32];    /* only what a file of this name calls counts, such as libpam.so; "": all */
    char only[32];    /* the one call that counts; "": all of the kind */
    char role[32];    /* program name; with "+" the children that it forked */
    /* answers */
    uint32_t counted; /* calls since the test set this to 0 */
    uint32_t failed;
    int64_t live;  /* blocks of the heap that this role took and has not given back */
    char last[32]; /* the call that failed last */
};

#endif

/*
 * Faults inside one unit test: the Nth call of a kind fails, in the objects that the test links and
 * in itself, but not in libraries. A test that names tests/faults/inside.o in its first line is
 * linked with --wrap for everything that it stands before (Makefile), so a sanitizer sees the same.
 * Only the process that armed it: what it forks does not count, or nothing else does.
 */
#ifndef MOBPROC_TESTS_INSIDE_H
#define MOBPROC_TESTS_INSIDE_H

#include <stddef.h>

enum fault_kind {
    FAULT_MEMORY,  /* malloc() and its kind give NULL */
    FAULT_CALL,    /* a system call gives an error that it can have (tests/faults/calls.h) */
    FAULT_END,     /* read() finds the end too early, write() takes nothing */
    FAULT_ROOM,    /* a packet is full, a text too long: secret_append(), wire_text() */
    FAULT_LIBRARY, /* libsodium, libcurl and others refuse: the neighbours of this file */
};

/* From now on call number `at` of a kind, counted from 1, fails, with one of its errors. */
void fault_arm(enum fault_kind kind, unsigned at, unsigned variant);

/* The same in each process that this one forks from now on; here fault_disarm() tells nothing. */
void fault_arm_children(enum fault_kind kind, unsigned at, unsigned variant);

/* Nothing fails any more. Did something? */
int fault_disarm(void);

/* Around what the test does itself meanwhile; may be nested. */
void fault_pause(void);
void fault_resume(void);

/* The call that failed last, or "". */
const char *fault_last(void);

/* Blocks of the heap that were taken and not given back. */
long fault_live(void);

/* --- for the neighbours --- */

/* Counts a call; is it the one that fails? */
int fault_is_due(enum fault_kind kind, const char *name);

/* The same for a system call: 1 when it fails, with errno. */
int fault_call(const char *name, const int *errors, size_t count);

/* Stands before a function of a library: type, what it gives when it refuses, name, parameters,
 * arguments. */
#define FAULT_BEFORE(type, refusal, name, parameters, arguments) \
    type __real_##name parameters;                               \
    type __wrap_##name parameters;                               \
    type __wrap_##name parameters                                \
    {                                                            \
        if (fault_is_due(FAULT_LIBRARY, #name))                  \
            return refusal;                                      \
        return __real_##name arguments;                          \
    }

#endif

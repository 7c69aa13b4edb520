/* Tries something in a child that gave up what the program under test gives up. */
#ifndef MOBPROC_TESTS_CONFINED_H
#define MOBPROC_TESTS_CONFINED_H

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/check.h"

enum { CONFINED_WORKED, CONFINED_REFUSED, CONFINED_NOT };

/* 1 when the attempt was refused, 0 when it worked. */
static inline int refused_after(int (*confine)(void), int (*attempt)(void))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !confine())
            _exit(CONFINED_NOT);
        _exit(attempt() ? CONFINED_WORKED : CONFINED_REFUSED);
    }
    NEED(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) != CONFINED_NOT);
    return WEXITSTATUS(status) == CONFINED_REFUSED;
}

#endif

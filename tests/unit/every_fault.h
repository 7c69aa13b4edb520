/*
 * One thing is tried again and again, and each time another call in it fails: the first, then the
 * second, until none is left to fail.
 */
#ifndef MOBPROC_TESTS_EVERY_FAULT_H
#define MOBPROC_TESTS_EVERY_FAULT_H

#include "lib/attr.h"
#include "lib/err.h"
#include "tests/faults/inside.h"
#include "tests/unit/check.h"

/* What is tried. It looks at what it got by itself, and frees it. */
typedef enum mp_err attempt(void);

/* Says which fault it was that a test does not agree with. */
static UNUSED void fault_blame(const char *name, unsigned at, const char *what)
{
    if (!check_failure[0])
        snprintf(check_failure, sizeof(check_failure), "%s: call %u (%s): %s", name, at,
                 fault_last(), what);
}

/*
 * Every fault of a kind: nothing is left in the heap, and without one it works. With `wanted`
 * every fault gives that error; MP_OK: whatever `run` itself finds right. How many there were.
 */
static UNUSED unsigned every_fault(const char *name, attempt *run, enum fault_kind kind,
                                   unsigned variant, enum mp_err wanted)
{
    long before = fault_live();
    unsigned at = 0;
    int failed = 1;

    while (failed) {
        enum mp_err err = MP_OK;

        fault_arm(kind, ++at, variant);
        err = run();
        failed = fault_disarm();
        if (fault_live() != before)
            fault_blame(name, at, "a leak");
        else if (failed ? wanted != MP_OK && err != wanted : err != MP_OK)
            fault_blame(name, at, mp_err_name(err));
        before = fault_live();
    }
    return at - 1;
}

#define EVERY_FAULT(run, kind, variant, wanted) \
    CHECK(every_fault(#run, run, kind, variant, wanted) > 0)

#endif

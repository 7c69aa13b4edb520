/* links: broker/reaper.o */
#include "broker/reaper.h"

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "tests/unit/check.h"

static pid_t new_child(void)
{
    pid_t child = fork();

    if (child == 0) {
        prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
        for (;;)
            pause();
    }
    NEED(child > 0);
    return child;
}

/*
 * A process that traces the child until *let_go is closed: whom somebody traces, for its parent it
 * ends only when the tracer lets it go, as one that sleeps in the kernel does when it wakes up.
 */
static pid_t hold(pid_t child, int *let_go)
{
    int ends[2];
    int ready[2];
    pid_t tracer = -1;
    char byte = 0;

    NEED(pipe(ends) == 0 && pipe(ready) == 0);
    tracer = fork();
    if (tracer == 0) {
        close(ends[1]);
        while (ptrace(PTRACE_SEIZE, child, NULL, NULL) != 0)
            usleep(1000); /* it does not allow it yet */
        if (write(ready[1], "1", 1) != 1 || read(ends[0], &byte, 1) != 0)
            _exit(1);
        _exit(0);
    }
    NEED(tracer > 0 && read(ready[0], &byte, 1) == 1);
    close(ends[0]);
    close(ready[0]);
    close(ready[1]);
    *let_go = ends[1];
    return tracer;
}

static int has_ended(pid_t child)
{
    return waitpid(child, NULL, WNOHANG) < 0; /* nobody's child any more */
}

TEST(as_many_as_there_is_room_for_are_killed_and_leave_nothing)
{
    struct reaper reaper = {.count = 0};
    pid_t children[REAPER_MAX];

    for (size_t i = 0; i < REAPER_MAX; i++)
        children[i] = new_child();
    for (size_t i = 0; i < REAPER_MAX; i++)
        reaper_kill(&reaper, children[i]);
    reaper_end(&reaper);
    CHECK(reaper.count == 0);
    for (size_t i = 0; i < REAPER_MAX; i++)
        CHECK(has_ended(children[i]));
}

TEST(one_that_does_not_end_is_not_waited_for)
{
    struct reaper reaper = {.count = 0};
    pid_t child = new_child();
    pid_t other = new_child();
    int let_go = -1;
    pid_t tracer = hold(child, &let_go);
    int64_t began_ms = clock_monotonic_ms();

    reaper_kill(&reaper, child);
    reaper_kill(&reaper, other);
    reaper_end(&reaper);
    CHECK(clock_monotonic_ms() - began_ms < 5000);
    CHECK(reaper.count == 1 && reaper.pids[0] == child && has_ended(other));
    close(let_go);
    CHECK(waitpid(tracer, NULL, 0) == tracer);
    reaper_reap(&reaper);
    CHECK(reaper.count == 0 && has_ended(child));
}

TESTS(T(as_many_as_there_is_room_for_are_killed_and_leave_nothing),
      T(one_that_does_not_end_is_not_waited_for))

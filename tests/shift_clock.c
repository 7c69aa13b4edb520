/*
 * LD_PRELOAD for a program under test: the clock is as many seconds ahead as the file says whose
 * name stands in MOBPROC_TEST_SHIFT. The monotonic clock is left alone, unless there is also
 * MOBPROC_TEST_SHIFT_ALL: then it is as if that time had passed.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char path[4096];
static int shifts_all;

/* Before the program forgets its environment. */
__attribute__((constructor)) static void remember(void)
{
    const char *given = getenv("MOBPROC_TEST_SHIFT");

    if (given)
        strncpy(path, given, sizeof(path) - 1);
    shifts_all = getenv("MOBPROC_TEST_SHIFT_ALL") != NULL;
}

/* Without an allocation: a sanitizer's allocator asks for the time itself. */
static long shift(void)
{
    char text[32] = "";
    int fd = path[0] ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    if (fd >= 0)
        close(fd);
    return strtol(text, NULL, 10);
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t which, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, which, now) != 0)
        return -1;
    if (which == CLOCK_REALTIME || (shifts_all && which == CLOCK_MONOTONIC))
        now->tv_sec += shift();
    return 0;
}

/*
 * LD_PRELOAD for a program under test: the clock is as many seconds ahead as the file says whose
 * name stands in MOBPROC_TEST_SHIFT. The monotonic clock is left alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char path[4096];

/* Before the program forgets its environment. */
__attribute__((constructor)) static void remember(void)
{
    const char *given = getenv("MOBPROC_TEST_SHIFT");

    if (given)
        strncpy(path, given, sizeof(path) - 1);
}

static long shift(void)
{
    FILE *file = path[0] ? fopen(path, "re") : NULL;
    char text[32] = "";

    if (file && !fgets(text, sizeof(text), file))
        text[0] = '\0';
    if (file)
        fclose(file);
    return strtol(text, NULL, 10);
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t which, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, which, now) != 0)
        return -1;
    if (which == CLOCK_REALTIME)
        now->tv_sec += shift();
    return 0;
}

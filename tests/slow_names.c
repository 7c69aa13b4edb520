/*
 * LD_PRELOAD for a program under test: a name service that hangs for a minute while the file is
 * there whose name stands in MOBPROC_TEST_SLOW.
 */
#include <dlfcn.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[4096];

/* Before the program forgets its environment. */
__attribute__((constructor)) static void remember(void)
{
    const char *given = getenv("MOBPROC_TEST_SLOW");

    if (given)
        strncpy(path, given, sizeof(path) - 1);
}

__attribute__((visibility("default"))) struct passwd *getpwuid(uid_t uid)
{
    struct passwd *(*real)(uid_t) = (struct passwd * (*)(uid_t)) dlsym(RTLD_NEXT, "getpwuid");

    if (access(path, F_OK) == 0)
        sleep(60);
    return real ? real(uid) : NULL;
}

/*
 * LD_PRELOAD for a program under test: a name service that is ill while the file is there whose
 * name stands in MOBPROC_TEST_NAMES. "hang": it takes a minute, or until the file has gone.
 * "getpwuid 5" and the like: that call finds nothing and leaves this errno.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALL __attribute__((visibility("default")))

static char path[4096];

/* Before the program forgets its environment. */
__attribute__((constructor)) static void remember(void)
{
    const char *given = getenv("MOBPROC_TEST_NAMES");

    if (given)
        strncpy(path, given, sizeof(path) - 1);
}

/* Does this call find nothing? Then errno says why. */
static int fails(const char *call)
{
    FILE *file = fopen(path, "re");
    char name[32] = "";
    int error = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%31s %d", name, &error) < 1)
        name[0] = '\0';
    fclose(file);
    for (int i = 0; i < 6000 && strcmp(name, "hang") == 0 && access(path, F_OK) == 0; i++)
        usleep(10000);
    errno = error;
    return strcmp(name, call) == 0;
}

CALL struct passwd *getpwuid(uid_t uid)
{
    struct passwd *(*real)(uid_t) = (struct passwd * (*)(uid_t)) dlsym(RTLD_NEXT, "getpwuid");

    return fails("getpwuid") || !real ? NULL : real(uid);
}

CALL struct passwd *getpwnam(const char *name)
{
    struct passwd *(*real)(const char *) =
        (struct passwd * (*)(const char *)) dlsym(RTLD_NEXT, "getpwnam");

    return fails("getpwnam") || !real ? NULL : real(name);
}

CALL struct group *getgrnam(const char *name)
{
    struct group *(*real)(const char *) =
        (struct group * (*)(const char *)) dlsym(RTLD_NEXT, "getgrnam");

    return fails("getgrnam") || !real ? NULL : real(name);
}

/* What glibc does then: the primary group, and no word but errno. */
CALL int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
    int (*real)(const char *, gid_t, gid_t *, int *) =
        (int (*)(const char *, gid_t, gid_t *, int *))dlsym(RTLD_NEXT, "getgrouplist");
    int error = 0;

    if (!fails("getgrouplist") && real) {
        errno = 0;
        return real(user, group, groups, count);
    }
    error = errno;
    groups[0] = group;
    *count = 1;
    errno = error;
    return 1;
}

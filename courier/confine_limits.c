#include "courier/confine.h"

#include <grp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define NOBODY 65534

/* RLIMIT_NPROC is left alone: it counts all processes of the uid, which a private courier shares
   with its user's whole desktop, and libcurl needs one thread for a name lookup. */
static const struct {
    __rlimit_resource_t resource;
    rlim_t most;
} limits[] = {
    {RLIMIT_CORE, 0},
    {RLIMIT_FSIZE, 0}, /* SIGXFSZ ends whoever writes to a file */
    {RLIMIT_NOFILE, 64},
};

/* `mobproc setup` starts a courier as root: what meets the network is nobody then. */
static int leave_root(void)
{
    if (geteuid() != 0)
        return 0;
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0)
        return -1;
    return setresuid(NOBODY, NOBODY, NOBODY);
}

enum mp_err confine_child(void)
{
    if (leave_root() != 0)
        return MP_SYSTEM;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return MP_SYSTEM;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct rlimit limit = {0};

        /* a lower limit than ours stays: it cannot be raised again */
        if (getrlimit(limits[i].resource, &limit) != 0)
            return MP_SYSTEM;
        if (limit.rlim_max > limits[i].most)
            limit.rlim_max = limits[i].most;
        if (limit.rlim_cur > limit.rlim_max)
            limit.rlim_cur = limit.rlim_max;
        if (setrlimit(limits[i].resource, &limit) != 0)
            return MP_SYSTEM;
    }
    return MP_OK;
}

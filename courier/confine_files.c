#include "courier/confine.h"
#include "lib/landlock.h"

#define READ(path)          \
    {                       \
        path, LANDLOCK_READ \
    }

/* Neither /home nor /root nor /var/lib/mobproc: see what is missing. */
static const struct landlock_path always[] = {
    READ("/usr"),
    READ("/lib"),
    READ("/lib64"),
    READ("/etc"),
    READ("/dev/urandom"),
    READ("/dev/random"),
    READ("/proc/sys"),
    /* links out of /etc, wherever they lead: SUSE keeps its authorities below /var */
    READ("/etc/ssl/certs"),
    READ("/etc/pki"),
    READ("/var/lib/ca-certificates"),
    READ("/etc/resolv.conf"),
    READ("/etc/hosts"),
    READ("/etc/nsswitch.conf"),
    READ("/etc/ssl/openssl.cnf"),
    /* what name services keep */
    READ("/run/systemd/resolve"),
    READ("/run/nscd"),
    READ("/var/cache/nscd"),
    READ("/var/db/nscd"),
    READ("/var/lib/sss/mc"),
};

#define ALWAYS (sizeof(always) / sizeof(always[0]))

enum mp_err confine_files(const struct transport *transport)
{
    struct landlock_path paths[ALWAYS + 1] = {
        [ALWAYS] = {transport->ca, LANDLOCK_READ | LANDLOCK_LINKS}};

    for (size_t i = 0; i < ALWAYS; i++)
        paths[i] = always[i];
    return landlock_confine(LANDLOCK_READ | LANDLOCK_WRITE | LANDLOCK_OTHERS, paths, ALWAYS + 1);
}

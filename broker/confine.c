#include "broker/confine.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/landlock.h"

/* A sanitizer's leak check looks at its own process with ptrace(2) at exit; gcc, then clang. */
#ifdef __SANITIZE_ADDRESS__
#define HAS_LEAK_CHECK 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_LEAK_CHECK 1
#endif
#endif

static const int calls[] = {
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
#ifndef HAS_LEAK_CHECK
    SCMP_SYS(ptrace),
#endif
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(io_uring_setup), /* opens sockets past this filter */
};

/* A list of what is refused: new families of the kernel are none of the broker's either way. */
static const int families[] = {AF_INET, AF_INET6, AF_PACKET, AF_VSOCK, AF_BLUETOOTH};

static int refuse_family(scmp_filter_ctx filter, int family)
{
    struct scmp_arg_cmp first = {.op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)family};

    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket), 1,
                                  &first);
}

enum mp_err confine_calls(void)
{
    scmp_filter_ctx filter = NULL;
    int failed = 0;

    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL)
        return MP_UNSUPPORTED;
    filter = seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return MP_SYSTEM;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0);
    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
        failed |= refuse_family(filter, families[i]);
    failed = failed || seccomp_load(filter) != 0;
    seccomp_release(filter);
    return failed ? MP_SYSTEM : MP_OK;
}

enum mp_err confine_files(const char *state, const char *runtime)
{
    /* a name service module may write to /dev/null */
    const struct landlock_path paths[] = {
        {state, LANDLOCK_WRITE},
        {runtime, LANDLOCK_WRITE},
        {"/dev/null", LANDLOCK_WRITE},
    };

    return landlock_confine(LANDLOCK_WRITE, paths, sizeof(paths) / sizeof(paths[0]));
}

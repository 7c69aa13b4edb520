#include "broker/confine.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
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
    SCMP_SYS(pidfd_getfd), /* a courier's connection */
    SCMP_SYS(bpf),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(io_uring_setup), /* opens sockets past this filter */
};

static int refuse_if(scmp_filter_ctx filter, int number, int call, struct scmp_arg_cmp argument)
{
    return seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint16_t)number), call, 1, &argument);
}

/*
 * Sockets but those of this machine: name services need AF_UNIX and AF_NETLINK. A number with bits
 * above the 32 that the kernel looks at is larger than any family; AF_SMC, one of the last, is TCP.
 */
static int refuse_families(scmp_filter_ctx filter)
{
    int failed = refuse_if(filter, EAFNOSUPPORT, SCMP_SYS(socket),
                           (struct scmp_arg_cmp){.op = SCMP_CMP_GT, .datum_a = AF_NETLINK});

    for (int family = AF_UNIX + 1; family < AF_NETLINK; family++)
        failed |=
            refuse_if(filter, EAFNOSUPPORT, SCMP_SYS(socket),
                      (struct scmp_arg_cmp){.op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)family});
    return failed;
}

/* Typing into the terminal that a broker in the foreground was started from. */
static int refuse_typing(scmp_filter_ctx filter)
{
    return refuse_if(
        filter, EPERM, SCMP_SYS(ioctl),
        (struct scmp_arg_cmp){
            .arg = 1, .op = SCMP_CMP_MASKED_EQ, .datum_a = UINT32_MAX, .datum_b = TIOCSTI});
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
    failed |= refuse_families(filter) | refuse_typing(filter);
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

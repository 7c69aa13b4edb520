#include "courier/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Calls that are younger than some headers; one number on every architecture. */
#define CALL_FCHMODAT2 452
#define CALL_SETXATTRAT 463
#define CALL_REMOVEXATTRAT 466
#define CALL_FILE_SETATTR 469

/* A list of what is refused: what a name service module or a TLS library needs beyond today's calls
   is not ours to guess, and a filter that guesses wrong locks people out. */
static const int calls[] = {
    /* programs and processes; clone is further down, for it also makes threads */
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(kill), SCMP_SYS(tkill),
    SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(pidfd_open),
    SCMP_SYS(pidfd_send_signal), SCMP_SYS(pidfd_getfd),
    /* a second job */
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(listen),
    /* files */
    SCMP_SYS(creat), SCMP_SYS(truncate), SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(link),
    SCMP_SYS(linkat), SCMP_SYS(symlink), SCMP_SYS(symlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
    SCMP_SYS(renameat2), SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
    SCMP_SYS(rmdir), SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(chmod), SCMP_SYS(fchmod),
    SCMP_SYS(fchmodat), CALL_FCHMODAT2, SCMP_SYS(chown), SCMP_SYS(fchown), SCMP_SYS(lchown),
    SCMP_SYS(fchownat), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr), SCMP_SYS(fsetxattr),
    CALL_SETXATTRAT, SCMP_SYS(removexattr), SCMP_SYS(lremovexattr), SCMP_SYS(fremovexattr),
    CALL_REMOVEXATTRAT, CALL_FILE_SETATTR, SCMP_SYS(utime), SCMP_SYS(utimes), SCMP_SYS(futimesat),
    SCMP_SYS(utimensat), SCMP_SYS(mq_open), SCMP_SYS(mq_unlink), SCMP_SYS(open_by_handle_at),
    /* what is the system's, should a child ever be root's */
    SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen),
    SCMP_SYS(fsmount), SCMP_SYS(mount_setattr), SCMP_SYS(chroot), SCMP_SYS(pivot_root),
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
    SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(acct), SCMP_SYS(swapon),
    SCMP_SYS(swapoff), SCMP_SYS(quotactl),
    /* ways around this filter, and doors to much kernel code */
    SCMP_SYS(io_uring_setup), SCMP_SYS(userfaultfd), SCMP_SYS(bpf), SCMP_SYS(perf_event_open),
    SCMP_SYS(keyctl), SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(unshare), SCMP_SYS(setns),
    SCMP_SYS(personality)};

#define TYPE_OF_SOCKET 0xf /* without SOCK_CLOEXEC and its kind: socket(2) */

/* 0, also for a call that this architecture does not have. */
static int added(int result)
{
    return result == -EDOM ? 0 : result;
}

static int refuse(scmp_filter_ctx filter, int number, int call, struct scmp_arg_cmp argument)
{
    return added(
        seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((uint16_t)number), call, 1, &argument));
}

/* Argument `position`, of which only the bits of `mask` count, is `value`. */
static struct scmp_arg_cmp bits(unsigned position, scmp_datum_t mask, scmp_datum_t value)
{
    return (struct scmp_arg_cmp){
        .arg = position, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

/* open(2) for reading only; its flags stand in argument `position`. */
static int refuse_writing(scmp_filter_ctx filter, int call, unsigned position)
{
    static const unsigned flags[] = {O_WRONLY, O_RDWR, O_CREAT, O_TRUNC};
    int failed = 0;

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        failed |= refuse(filter, EACCES, call, bits(position, flags[i], flags[i]));
    return failed;
}

/* Sockets but those that a connection and name services need: doors to much kernel code. */
static int refuse_families(scmp_filter_ctx filter)
{
    int failed = refuse(filter, EAFNOSUPPORT, SCMP_SYS(socket),
                        (struct scmp_arg_cmp){.op = SCMP_CMP_GT, .datum_a = AF_NETLINK});

    for (int family = AF_INET + 1; family < AF_NETLINK; family++)
        if (family != AF_INET6)
            failed |=
                refuse(filter, EAFNOSUPPORT, SCMP_SYS(socket),
                       (struct scmp_arg_cmp){.op = SCMP_CMP_EQ, .datum_a = (scmp_datum_t)family});
    return failed;
}

static int refuse_some_uses(scmp_filter_ctx filter)
{
    int failed = refuse_writing(filter, SCMP_SYS(open), 1);

    failed |= refuse_writing(filter, SCMP_SYS(openat), 2);
    /* flags behind a pointer cannot be looked at: glibc falls back to the older calls */
    failed |= added(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0));
    failed |= added(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
    failed |= refuse(filter, EPERM, SCMP_SYS(clone), bits(0, CLONE_THREAD, 0));
    failed |= refuse(filter, EPERM, SCMP_SYS(prlimit64), (struct scmp_arg_cmp){.op = SCMP_CMP_NE});
    /* the nursery and the broker speak SEQPACKET, name services do not */
    failed |= refuse(filter, EPERM, SCMP_SYS(socket), bits(1, TYPE_OF_SOCKET, SOCK_SEQPACKET));
    /* typing into the terminal that standard error may be */
    failed |= refuse(filter, EPERM, SCMP_SYS(ioctl), bits(1, UINT32_MAX, TIOCSTI));
    return failed | refuse_families(filter);
}

/* Building the filter costs half a millisecond, a tenth of a login: the nursery does it once. */
static struct sock_filter instructions[BPF_MAXINSNS];
static struct sock_fprog program = {.filter = instructions};

/* 0, or -1. The library writes its result to a file only. */
static int export_filter(scmp_filter_ctx filter)
{
    int file = memfd_create("seccomp", MFD_CLOEXEC);
    ssize_t size = -1;

    if (file < 0)
        return -1;
    if (seccomp_export_bpf(filter, file) == 0 && lseek(file, 0, SEEK_SET) == 0)
        size = read(file, instructions, sizeof(instructions));
    close(file);
    if (size <= 0 || size == (ssize_t)sizeof(instructions) || (size_t)size % sizeof(*instructions))
        return -1;
    program.len = (unsigned short)((size_t)size / sizeof(*instructions));
    return 0;
}

enum mp_err confine_prepare(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int failed = 0;

    if (!filter)
        return MP_SYSTEM;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        failed |= added(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), calls[i], 0));
    failed |= refuse_some_uses(filter);
    failed = failed || export_filter(filter) != 0;
    seccomp_release(filter);
    return failed ? MP_SYSTEM : MP_OK;
}

enum mp_err confine_calls(void)
{
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0 && errno == EINVAL)
        return MP_UNSUPPORTED;
    if (program.len == 0)
        return MP_INTERNAL;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0 ? MP_OK : MP_SYSTEM;
}

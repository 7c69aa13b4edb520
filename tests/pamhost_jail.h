/*
 * A seccomp filter that kills the host when a module forks, starts a thread, execs, opens a file
 * for writing, or makes a socket that is not AF_UNIX. libpam's own audit record is refused as by a
 * kernel without audit. seccomp(2).
 */
#ifndef MOBPROC_TESTS_PAMHOST_JAIL_H
#define MOBPROC_TESTS_PAMHOST_JAIL_H

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define JAIL_LOAD(field) \
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offsetof(struct seccomp_data, field))
#define JAIL_KILL BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define JAIL_ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define JAIL_NEVER(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), JAIL_KILL
#define JAIL_WRITING (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

/* 0, or -1 with errno. The low half of an argument is enough on a little-endian machine. */
static int jail_enter(void)
{
    struct sock_filter filter[] = {
        JAIL_LOAD(nr),
#ifdef SYS_fork
        JAIL_NEVER(SYS_fork),
        JAIL_NEVER(SYS_vfork),
        JAIL_NEVER(SYS_open),
        JAIL_NEVER(SYS_creat),
#endif
        JAIL_NEVER(SYS_clone),
        JAIL_NEVER(SYS_clone3),
        JAIL_NEVER(SYS_execve),
        JAIL_NEVER(SYS_execveat),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 6),
        JAIL_LOAD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1),
        JAIL_ALLOW,
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
        JAIL_KILL,
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4),
        JAIL_LOAD(args[2]),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, JAIL_WRITING, 0, 1),
        JAIL_KILL,
        JAIL_ALLOW,
        JAIL_ALLOW,
    };
    struct sock_fprog program = {
        .len = (unsigned short)(sizeof(filter) / sizeof(filter[0])),
        .filter = filter,
    };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#endif

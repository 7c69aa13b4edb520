/*
 * Which system calls can fail, and how. One line a call: what it returns, what it returns when it
 * fails, name, parameters, arguments, and the errors that the man page gives it; EINTR only ever
 * once, since whoever asks again after it would ask for ever.
 */
#ifndef MOBPROC_TESTS_FAULTS_CALLS_H
#define MOBPROC_TESTS_FAULTS_CALLS_H

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define WITH(...) (__VA_ARGS__)

/* clang-format off */
#define FAULTS_CALLS(CALL) \
    CALL(int, -1, fsync, WITH(int fd), WITH(fd), EIO, ENOSPC) \
    CALL(int, -1, rename, WITH(const char *a, const char *b), WITH(a, b), EIO, ENOSPC, EROFS) \
    CALL(int, -1, renameat, WITH(int c, const char *a, int d, const char *b), WITH(c, a, d, b), EIO, ENOSPC, EROFS) \
    CALL(int, -1, renameat2, WITH(int c, const char *a, int d, const char *b, unsigned f), WITH(c, a, d, b, f), EIO, ENOSPC, EROFS) \
    CALL(int, -1, unlink, WITH(const char *a), WITH(a), EIO, EROFS) \
    CALL(int, -1, unlinkat, WITH(int c, const char *a, int f), WITH(c, a, f), EIO, EROFS) \
    CALL(int, -1, mkdir, WITH(const char *a, mode_t m), WITH(a, m), ENOSPC, EROFS, EACCES) \
    CALL(int, -1, mkdirat, WITH(int c, const char *a, mode_t m), WITH(c, a, m), ENOSPC, EROFS, EACCES) \
    CALL(int, -1, fstat, WITH(int fd, struct stat *s), WITH(fd, s), EIO, EOVERFLOW) \
    CALL(int, -1, fstatat, WITH(int c, const char *a, struct stat *s, int f), WITH(c, a, s, f), EIO, EACCES) \
    CALL(int, -1, stat, WITH(const char *a, struct stat *s), WITH(a, s), EIO, EACCES) \
    CALL(int, -1, lstat, WITH(const char *a, struct stat *s), WITH(a, s), EIO, EACCES) \
    CALL(int, -1, fchmod, WITH(int fd, mode_t m), WITH(fd, m), EIO, EPERM, EROFS) \
    CALL(int, -1, flock, WITH(int fd, int o), WITH(fd, o), EWOULDBLOCK, ENOLCK) \
    CALL(DIR *, NULL, fdopendir, WITH(int fd), WITH(fd), ENOMEM, EBADF) \
    CALL(DIR *, NULL, opendir, WITH(const char *a), WITH(a), EMFILE, EACCES) \
    CALL(int, -1, madvise, WITH(void *a, size_t n, int w), WITH(a, n, w), EINVAL, ENOMEM) \
    CALL(ssize_t, -1, readlinkat, WITH(int c, const char *a, char *b, size_t n), WITH(c, a, b, n), EIO, EACCES) \
    CALL(ssize_t, -1, readlink, WITH(const char *a, char *b, size_t n), WITH(a, b, n), EIO, EACCES) \
    CALL(int, -1, access, WITH(const char *a, int m), WITH(a, m), EACCES, EIO) \
    CALL(int, -1, socket, WITH(int d, int t, int p), WITH(d, t, p), EMFILE, ENOBUFS, EACCES) \
    CALL(int, -1, socketpair, WITH(int d, int t, int p, int s[2]), WITH(d, t, p, s), EMFILE, ENFILE) \
    CALL(int, -1, connect, WITH(int fd, const struct sockaddr *a, socklen_t n), WITH(fd, a, n), ECONNREFUSED, EAGAIN, EINTR) \
    CALL(int, -1, accept4, WITH(int fd, struct sockaddr *a, socklen_t *n, int f), WITH(fd, a, n, f), EMFILE, ECONNABORTED, EINTR) \
    CALL(int, -1, getsockopt, WITH(int fd, int l, int o, void *v, socklen_t *n), WITH(fd, l, o, v, n), ENOBUFS, ENOTCONN) \
    CALL(int, -1, setsockopt, WITH(int fd, int l, int o, const void *v, socklen_t n), WITH(fd, l, o, v, n), ENOBUFS, EINVAL) \
    CALL(ssize_t, -1, send, WITH(int fd, const void *b, size_t n, int f), WITH(fd, b, n, f), EPIPE, ENOBUFS, EINTR) \
    CALL(ssize_t, -1, sendmsg, WITH(int fd, const struct msghdr *m, int f), WITH(fd, m, f), EPIPE, ENOBUFS, EINTR) \
    CALL(ssize_t, -1, recv, WITH(int fd, void *b, size_t n, int f), WITH(fd, b, n, f), ECONNRESET, ENOMEM, EINTR) \
    CALL(ssize_t, -1, recvmsg, WITH(int fd, struct msghdr *m, int f), WITH(fd, m, f), ECONNRESET, ENOMEM, EINTR) \
    CALL(int, -1, poll, WITH(struct pollfd *p, nfds_t n, int t), WITH(p, n, t), ENOMEM, EINTR) \
    CALL(int, -1, ppoll, WITH(struct pollfd *p, nfds_t n, const struct timespec *t, const sigset_t *s), WITH(p, n, t, s), ENOMEM, EINTR) \
    CALL(int, -1, signalfd, WITH(int fd, const sigset_t *s, int f), WITH(fd, s, f), EMFILE, ENOMEM) \
    CALL(int, -1, pipe2, WITH(int p[2], int f), WITH(p, f), EMFILE, ENFILE) \
    CALL(pid_t, -1, fork, WITH(void), WITH(), EAGAIN, ENOMEM) \
    CALL(pid_t, -1, waitpid, WITH(pid_t p, int *s, int o), WITH(p, s, o), ECHILD, EINTR) \
    CALL(int, -1, dup2, WITH(int a, int b), WITH(a, b), EMFILE, EBUSY) \
    CALL(int, -1, setrlimit, WITH(__rlimit_resource_t r, const struct rlimit *l), WITH(r, l), EPERM, EINVAL)
/* clang-format on */

#endif

#include "helper/child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"

#define MAX_INPUT 4096 /* a pipe takes so much at once, pipe(7) */

/* 0 when it is done or when there is nothing to do. Somebody who does not exist is not root. */
static int become(const char *user)
{
    const struct passwd *entry = NULL;

    if (!user || geteuid() != 0)
        return 0;
    entry = getpwnam(user);
    return entry && initgroups(user, entry->pw_gid) == 0 && setgid(entry->pw_gid) == 0 &&
                   setuid(entry->pw_uid) == 0
               ? 0
               : -1;
}

static _Noreturn void start(const struct child *child, int in, int out)
{
    static const char *const nothing[] = {NULL};
    const char *const *environment = child->environment ? child->environment : nothing;

    signal(SIGPIPE, SIG_DFL);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        (child->takes_errors && dup2(out, STDERR_FILENO) < 0) || become(child->user) != 0)
        _exit(CHILD_NOT_RUN);
    /* execve(2) writes to neither: its prototype is older than const */
    execve(child->arguments[0], (char *const *)(const void *)child->arguments,
           (char *const *)(const void *)environment);
    _exit(CHILD_NOT_RUN);
}

/* Where the child reads from: a pipe that holds the input already, or /dev/null; -1. */
static int open_input(const struct secret *input)
{
    int ends[2] = {-1, -1};
    size_t length = input ? secret_length(input) : 0;

    if (!input)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (length > MAX_INPUT || pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    if (write(ends[1], secret_text(input), length) != (ssize_t)length) {
        close(ends[0]);
        ends[0] = -1;
    }
    close(ends[1]);
    return ends[0];
}

/* Reads until the end or the deadline; 1 at the end. What does not fit is dropped. */
static int read_all(int fd, int64_t deadline, char *out, size_t size, size_t *used)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    char rest[512];
    ssize_t got = 1;
    int ready = 1;

    while (got != 0) {
        int is_full = *used + 1 >= size;

        ready = poll(&entry, 1, clock_left_ms(deadline));
        if (ready == 0 || (ready < 0 && errno != EINTR))
            return 0;
        if (ready < 0)
            continue;
        got = is_full ? read(fd, rest, sizeof(rest)) : read(fd, out + *used, size - 1 - *used);
        if (got < 0 && errno != EINTR)
            return 0;
        *used += got > 0 && !is_full ? (size_t)got : 0;
    }
    return 1;
}

int child_run(const struct child *child, char *out, size_t size, size_t *length)
{
    int64_t deadline = clock_monotonic_ms() + child->wait_ms;
    int ends[2] = {-1, -1};
    int input = open_input(child->input);
    int status = 0;
    size_t used = 0;
    pid_t pid = -1;
    pid_t ended = -1;

    out[0] = '\0';
    if (input >= 0 && pipe2(ends, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0)
        start(child, input, ends[1]);
    if (input >= 0)
        close(input);
    if (ends[1] >= 0)
        close(ends[1]);
    if (pid > 0) {
        if (!read_all(ends[0], deadline, out, size, &used))
            kill(pid, SIGKILL);
        do
            ended = waitpid(pid, &status, 0);
        while (ended < 0 && errno == EINTR);
    }
    if (ends[0] >= 0)
        close(ends[0]);
    out[used] = '\0';
    if (length)
        *length = used;
    return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_NOT_RUN;
}

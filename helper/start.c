#include "helper/start.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/which.h"
#include "lib/clock.h"

#define READY_FD 3
#define MAX_VALUE 4096
#define MAX_ENVIRONMENT 5
#define BROKEN_CONFIGURATION 7 /* the broker's exit status, mobprocd(8) */

/* All that the broker is told; built before fork() so that the child only makes system calls. */
struct launch {
    char values[MAX_ENVIRONMENT][MAX_VALUE];
    char *environment[MAX_ENVIRONMENT + 1];
};

void start_find_program(char *out, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", out, size);
    char *slash = NULL;

    if (length > 0 && (size_t)length < size) {
        out[length] = '\0';
        slash = strrchr(out, '/');
    }
    if (slash && (size_t)(slash - out) + sizeof("/mobprocd") <= size) {
        memcpy(slash, "/mobprocd", sizeof("/mobprocd"));
        if (access(out, X_OK) == 0)
            return;
    }
    snprintf(out, size, "%s", MOBPROC_LIBEXECDIR "/mobprocd");
}

static void add_variable(struct launch *launch, const char *name, const char *value)
{
    size_t next = 0;
    int length = 0;

    while (launch->environment[next])
        next++;
    if (!value || next == MAX_ENVIRONMENT)
        return;
    length = snprintf(launch->values[next], MAX_VALUE, "%s=%s", name, value);
    if (length > 0 && length < MAX_VALUE)
        launch->environment[next] = launch->values[next];
}

static struct launch *prepare(const char *runtime)
{
    static const char *const kept[] = {"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"};
    struct launch *launch = calloc(1, sizeof(*launch));

    if (!launch)
        return NULL;
    add_variable(launch, "XDG_RUNTIME_DIR", runtime);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        add_variable(launch, kept[i], secure_getenv(kept[i]));
    return launch;
}

/* Nothing of ours may stay open in a program that outlives us: git waits for the end of its pipe.
 */
static void close_from(int first)
{
#ifdef SYS_close_range
    if (syscall(SYS_close_range, (unsigned)first, ~0U, 0U) == 0)
        return;
#endif
    for (int fd = first; fd < 65536; fd++)
        close(fd);
}

static _Noreturn void become_broker(const char *program, char *const *arguments,
                                    char *const *environment, int ready)
{
    sigset_t none;
    int null = open("/dev/null", O_RDWR);

    setsid();
    umask(077);
    for (int signal_number = 1; signal_number < NSIG; signal_number++)
        signal(signal_number, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* `ready` may be 3 itself, and dup2() would then keep its close-on-exec flag */
    if (null < 0 || dup2(null, 0) != 0 || dup2(null, 1) != 1 || dup2(null, 2) != 2 ||
        (ready == READY_FD ? fcntl(ready, F_SETFD, 0) : dup2(ready, READY_FD)) < 0 ||
        chdir("/") != 0)
        _exit(127);
    close_from(READY_FD + 1);
    execve(program, arguments, environment);
    _exit(127);
}

/* One byte is "I listen"; the end of file is a broker that ended, or that could not be run. */
static enum mp_err wait_ready(int fd)
{
    int64_t deadline = clock_monotonic_ms() + START_MS;

    for (;;) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        int left = clock_left_ms(deadline);
        int ready = poll(&entry, 1, left);
        char byte = 0;

        if (ready > 0)
            return read(fd, &byte, 1) == 1 ? MP_OK : MP_BROKER_ABSENT;
        if (ready < 0 && errno != EINTR)
            return MP_SYSTEM;
        if (left == 0)
            return MP_BROKER_HUNG;
    }
}

enum mp_err start_broker(char *const *arguments, char *const *environment, pid_t *pid)
{
    char program[MAX_VALUE];
    enum mp_err err = MP_SYSTEM;
    int ends[2] = {-1, -1};

    *pid = -1;
    start_find_program(program, sizeof(program));
    if (pipe2(ends, O_CLOEXEC) != 0)
        return MP_SYSTEM;
    *pid = fork();
    if (*pid == 0)
        become_broker(program, arguments, environment, ends[1]);
    close(ends[1]);
    if (*pid > 0)
        err = wait_ready(ends[0]);
    close(ends[0]);
    return err;
}

/* The exit status of a child that has ended or is about to; -1 when it has none. */
static int ended_with(pid_t child)
{
    int status = 0;
    pid_t ended = -1;

    do
        ended = waitpid(child, &status, 0);
    while (ended < 0 && errno == EINTR);
    return ended == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Has the program that refused the configuration say why, line by line, at our standard error. */
static void explain(void)
{
    char program[MAX_VALUE];
    char config[MAX_VALUE];
    char *arguments[] = {(char[]){"mobprocd"}, (char[]){"--check"}, (char[]){"--config"}, config,
                         NULL};
    char *no_environment[] = {NULL};
    pid_t child = -1;

    start_find_program(program, sizeof(program));
    if (which_own_configuration(config, sizeof(config)) != MP_OK)
        return;
    child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_RDWR);

        if (null >= 0 && dup2(null, 0) == 0 && dup2(null, 1) == 1) {
            close_from(READY_FD);
            execve(program, arguments, no_environment);
        }
        _exit(127);
    }
    if (child > 0)
        (void)ended_with(child);
}

enum mp_err start_private_broker(const char *runtime)
{
    char *arguments[] = {(char[]){"mobprocd"}, (char[]){"--user"}, (char[]){"--ready-fd"},
                         (char[]){"3"}, NULL};
    struct launch *launch = prepare(runtime);
    enum mp_err err = MP_NOMEM;
    pid_t child = -1;

    if (launch)
        err = start_broker(arguments, launch->environment, &child);
    if (err == MP_BROKER_ABSENT && ended_with(child) == BROKEN_CONFIGURATION) {
        explain();
        err = MP_CONFIGURATION;
    }
    free(launch);
    return err;
}

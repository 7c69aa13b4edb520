#include "broker/courier.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker/listen.h"

#define SOCKET_FD 3

/* In the child. Writes errno to `report` when exec fails; a close-on-exec pipe tells success. */
static void become_courier(const char *program, int listen_fd, int report)
{
    char *arguments[] = {(char *)"mobproc-courier", (char *)"--fd", (char *)"3",
                         (char *)"--with-parent", NULL};
    char *no_environment[] = {NULL};
    sigset_t none;
    int problem = 0;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (listen_fd == SOCKET_FD)
        fcntl(listen_fd, F_SETFD, 0);
    else
        dup2(listen_fd, SOCKET_FD);
    execve(program, arguments, no_environment);
    problem = errno;
    if (write(report, &problem, sizeof(problem)) < 0)
        _exit(126);
    _exit(127);
}

pid_t courier_start(const char *program, const char *socket_path)
{
    int report[2] = {-1, -1};
    int problem = 0;
    int listen_fd = listen_bind(socket_path, 0600, 0700);
    pid_t pid = -1;

    if (listen_fd < 0)
        return -1;
    if (pipe2(report, O_CLOEXEC) == 0)
        pid = fork();
    if (pid == 0) {
        /* descriptor 3 may be the pipe itself: move it out of the way */
        int safe = fcntl(report[1], F_DUPFD_CLOEXEC, 10);

        become_courier(program, listen_fd, safe);
    }
    close(listen_fd);
    close(report[1]);
    if (pid > 0 && read(report[0], &problem, sizeof(problem)) == (ssize_t)sizeof(problem)) {
        waitpid(pid, NULL, 0);
        pid = -1;
        errno = problem;
    }
    if (pid < 0)
        fprintf(stderr, "mobprocd: %s: %s\n", program, strerror(errno));
    close(report[0]);
    return pid;
}

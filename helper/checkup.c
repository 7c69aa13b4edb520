#include "helper/checkup.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/start.h"

static _Noreturn void become_check(const char *program, const char *config)
{
    char *no_environment[] = {NULL};

    /* standard output stays empty: this verb prints nothing there */
    if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(EXIT_INTERNAL);
    execle(program, "mobprocd", "--check", "--config", config, (char *)NULL, no_environment);
    _exit(EXIT_INTERNAL);
}

int checkup_run(const char *config)
{
    char program[PATH_MAX];
    int status = 0;
    pid_t child = -1;

    start_find_program(program, sizeof(program));
    if (access(program, X_OK) != 0) {
        exit_say("%s: %s; the configuration was not checked", program, strerror(errno));
        return EXIT_INTERNAL;
    }
    child = fork();
    if (child == 0)
        become_check(program, config);
    while (child > 0 && waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            child = -1;
    if (child < 0)
        return exit_because(MP_SYSTEM, program);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_INTERNAL;
}

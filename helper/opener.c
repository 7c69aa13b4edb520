#include "helper/opener.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Absolute, since PATH may name somebody else's folder first. */
static const char *const places[] = {"/usr/bin/xdg-open", "/usr/local/bin/xdg-open"};

static int is_set(const char *name)
{
    const char *value = secure_getenv(name);

    return value && value[0];
}

/* Without a display xdg-open starts a text browser, which would fight us for the terminal. */
static const char *find_program(void)
{
    const char *named = secure_getenv("BROWSER");

    if (named && named[0] == '/' && access(named, X_OK) == 0)
        return named;
    if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
        return NULL;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (access(places[i], X_OK) == 0)
            return places[i];
    return NULL;
}

/* A browser stays when we have ended: it gets a session of its own, and nothing of ours is open. */
static _Noreturn void become(const char *program, const char *address)
{
    char *arguments[] = {(char *)(uintptr_t)program, (char *)(uintptr_t)address, NULL};
    int null = open("/dev/null", O_RDWR);

    setsid();
    if (null < 0 || dup2(null, 0) != 0 || dup2(null, 1) != 1 || dup2(null, 2) != 2)
        _exit(0);
#ifdef SYS_close_range
    syscall(SYS_close_range, 3U, ~0U, 0U);
#endif
    if (fork() == 0)
        execv(program, arguments);
    _exit(0);
}

int opener_start(const char *address)
{
    const char *program = find_program();
    pid_t child = program ? fork() : -1;

    if (child == 0)
        become(program, address);
    if (child > 0)
        waitpid(child, NULL, 0);
    return child > 0;
}

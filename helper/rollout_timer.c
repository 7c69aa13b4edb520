#include "helper/rollout_timer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper/child.h"
#include "helper/durable.h"
#include "helper/exit.h"

#define SYSTEMD_RUNS "/run/systemd/system" /* sd_booted(3) */
#define UNITS "/etc/systemd/system"
#define UNIT UNITS "/" ROLLOUT_UNIT ".service"
#define WANTS UNITS "/multi-user.target.wants"
#define WANTED WANTS "/" ROLLOUT_UNIT ".service"
#define SYSTEMD_MS 20000
#define MAX_SAID 512
#define RETRY_SECONDS 30 /* after a disk was full; as long as it takes */
#define RETRY_PROPERTY "--property=RestartSec=30s"
#define LOOK_SECONDS 2 /* so soon after `mobproc confirm` nobody waits any more */

static int is_folder(const char *path)
{
    struct stat info = {0};

    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* --- the next boot -------------------------------------------------------------------------------
 */

/* Files alone: it works in an image, too, and while systemd cannot be reached. */
static enum mp_err write_unit(const char *program)
{
    char text[PATH_MAX + 512];
    struct secret *contents = NULL;
    enum mp_err err = MP_NOMEM;

    snprintf(text, sizeof(text),
             "# Written by mobproc enable, removed by mobproc confirm and mobproc disable.\n"
             "[Unit]\n"
             "Description=Take back PAM lines of mobproc that nobody confirmed before this boot\n"
             "[Service]\n"
             "Type=oneshot\n"
             "ExecStart=%s disable --unconfirmed\n"
             "[Install]\n"
             "WantedBy=multi-user.target\n",
             program);
    contents = secret_copy(text, strlen(text));
    if (contents)
        err = durable_write(UNIT, 0644, (uid_t)-1, (gid_t)-1, contents);
    secret_free(&contents);
    if (err == MP_OK && mkdir(WANTS, 0755) != 0 && errno != EEXIST)
        err = MP_SYSTEM;
    if (err == MP_OK)
        err = durable_sync_parent(WANTS);
    if (err == MP_OK && symlink("../" ROLLOUT_UNIT ".service", WANTED) != 0 && errno != EEXIST)
        err = MP_SYSTEM;
    return err == MP_OK ? durable_sync_parent(WANTED) : err;
}

static void remove_unit(void)
{
    unlink(WANTED);
    unlink(UNIT);
    rmdir(WANTS); /* only when it is empty */
}

/* --- this boot -----------------------------------------------------------------------------------
 */

static int ask_systemd(const char *program, unsigned seconds)
{
    char active[32];
    char said[MAX_SAID];
    const char *const arguments[] = {"/usr/bin/systemd-run",
                                     "--quiet",
                                     "--collect",
                                     "--unit=mobproc-rollback-timer",
                                     "--timer-property=AccuracySec=1s",
                                     "--property=Restart=on-failure", /* a full disk may pass */
                                     RETRY_PROPERTY,
                                     active,
                                     program,
                                     "disable",
                                     "--unconfirmed",
                                     NULL};
    const struct child child = {.arguments = arguments, .takes_errors = 1, .wait_ms = SYSTEMD_MS};

    snprintf(active, sizeof(active), "--on-active=%us", seconds);
    if (child_run(&child, said, sizeof(said), NULL) == 0)
        return 0;
    said[strcspn(said, "\n")] = '\0';
    exit_say("systemd-run did not set the timer: %s", said);
    return EXIT_INTERNAL;
}

static _Noreturn void wait_and_run(unsigned seconds, int (*is_waiting)(void), int (*command)(void))
{
    struct timespec until = {0};
    struct timespec next = {0};
    int is_due = 0;
    int null = open("/dev/null", O_RDWR);

    for (int number = 1; number < NSIG; number++)
        signal(number, number == SIGHUP || number == SIGPIPE ? SIG_IGN : SIG_DFL);
    if (null < 0 || dup2(null, 0) != 0 || dup2(null, 1) != 1 || dup2(null, 2) != 2 ||
        chdir("/") != 0)
        _exit(EXIT_INTERNAL);
    for (int fd = 3; fd < 1024; fd++) /* the lock and a pipe of the caller's among them */
        close(fd);
    clock_gettime(CLOCK_BOOTTIME, &until);
    until.tv_sec += (time_t)seconds + 1;
    do {
        clock_gettime(CLOCK_BOOTTIME, &next);
        next.tv_sec += LOOK_SECONDS;
        is_due = next.tv_sec >= until.tv_sec;
        (void)clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, is_due ? &until : &next, NULL);
    } while (!is_due && is_waiting());
    while (is_due && clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
    while (command() != 0 && is_waiting())
        sleep(RETRY_SECONDS);
    _exit(0);
}

/* In a session of its own, and nobody's child: neither a closed terminal nor a log-out ends it. */
static int leave_waiting(unsigned seconds, int (*is_waiting)(void), int (*command)(void))
{
    int status = 0;
    pid_t child = fork();
    pid_t ended = 0;

    if (child == 0) {
        setsid();
        child = fork();
        if (child == 0)
            wait_and_run(seconds, is_waiting, command);
        _exit(child > 0 ? 0 : EXIT_INTERNAL);
    }
    do
        ended = child > 0 ? waitpid(child, &status, 0) : -1;
    while (ended < 0 && child > 0 && errno == EINTR);
    if (ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return exit_because(MP_SYSTEM, "no process to take it back");
}

int rollout_timer_arm(unsigned seconds, int (*is_waiting)(void), int (*command)(void))
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    int code = 0;

    if (length <= 0)
        return exit_because(MP_SYSTEM, "/proc/self/exe");
    program[length] = '\0';
    if (!is_folder(UNITS))
        exit_say("no systemd here: if the machine starts anew before `mobproc confirm`, run "
                 "`mobproc disable` by hand");
    else if (write_unit(program) != MP_OK)
        return exit_because(MP_SYSTEM, UNIT);
    code = is_folder(SYSTEMD_RUNS) ? ask_systemd(program, seconds)
                                   : leave_waiting(seconds, is_waiting, command);
    if (code != 0)
        remove_unit();
    return code;
}

void rollout_timer_disarm(void)
{
    static const char *const arguments[] = {"/usr/bin/systemctl", "stop",
                                            "mobproc-rollback-timer.timer", NULL};
    const struct child child = {.arguments = arguments, .takes_errors = 1, .wait_ms = SYSTEMD_MS};
    char said[MAX_SAID];

    remove_unit();
    /* one that has run already is not there to be stopped */
    if (is_folder(SYSTEMD_RUNS) && child_run(&child, said, sizeof(said), NULL) != 0)
        return;
}

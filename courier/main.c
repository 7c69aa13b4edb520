/*
 * mobproc-courier: takes one order per connection from the broker to a token endpoint. Here the
 * process is made clean; the life of a job goes on in nursery.c, job.c, steps.c, http.c, reply.c,
 * verdict.c, report.c.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "courier/job.h"
#include "courier/nursery.h"

#define LISTENER 3 /* SD_LISTEN_FDS_START: sd_listen_fds(3) */

static const char usage[] =
    "usage: mobproc-courier [--fd N] [--with-parent]\n"
    "  --fd N         the listening socket; default: the one that systemd passes\n"
    "  --with-parent  end when the process that started this one ends\n";

struct options {
    int listener; /* -1: none given */
    int with_parent;
};

static int fail(const char *what, int number)
{
    fprintf(stderr, "mobproc-courier: %s%s%s\n", what, number ? ": " : "",
            number ? strerror(number) : "");
    return 1;
}

/* A small number without sign or anything behind it; -1 for all else. */
static int read_number(const char *text)
{
    char *end = NULL;
    long number = -1;

    if (!text || strspn(text, "0123456789") != strlen(text) || strlen(text) == 0 ||
        strlen(text) > 9)
        return -1;
    number = strtol(text, &end, 10);
    return *end ? -1 : (int)number;
}

/* 0, or -1 for a wrong command line. */
static int read_options(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--with-parent") == 0) {
            options->with_parent = 1;
        } else if (strcmp(argv[i], "--fd") == 0 && i + 1 < argc) {
            options->listener = read_number(argv[++i]);
            if (options->listener < LISTENER)
                return -1;
        } else {
            return -1;
        }
    }
    return 0;
}

/* The descriptor that the service manager passes to this very process, or -1. */
static int passed_listener(void)
{
    if (read_number(getenv("LISTEN_PID")) != getpid() || read_number(getenv("LISTEN_FDS")) != 1)
        return -1;
    return LISTENER;
}

/* 0 and 1 become /dev/null, 2 too if it is closed; the listener becomes 3; the rest is closed. */
static int tidy_descriptors(int listener)
{
    int has_stderr = fcntl(STDERR_FILENO, F_GETFD) >= 0;
    int null = -1;

    if (fcntl(listener, F_GETFD) < 0)
        return -1;
    null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
        (!has_stderr && dup2(null, STDERR_FILENO) < 0))
        return -1;
    if (listener != LISTENER && dup2(listener, LISTENER) < 0)
        return -1;
    close_range(LISTENER + 1, ~0U, 0);
    return fcntl(LISTENER, F_SETFD, FD_CLOEXEC);
}

/* The parent may have died before prctl(): then nobody will ever send the signal. */
static int follow_parent(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0)
        return -1;
    errno = ESRCH;
    return getppid() == parent ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct options options = {.listener = -1};
    pid_t parent = getppid();
    uid_t owner = (uid_t)-1;

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return printf("mobproc-courier " MOBPROC_VERSION "\n") < 0;
    if (read_options(argc, argv, &options) != 0) {
        fputs(usage, stderr);
        return 2;
    }
    if (options.listener < 0)
        options.listener = passed_listener();
    /* before libcurl looks: https_proxy, SSLKEYLOGFILE, OPENSSL_CONF, HOME and their kind */
    clearenv();
    umask(077);
    if (options.listener < 0)
        return fail("no listening socket: use --fd or socket activation", 0);
    if (tidy_descriptors(options.listener) != 0)
        return fail("the listening socket cannot be used", errno);
    if (nursery_inspect(LISTENER, &owner) != MP_OK)
        return fail("descriptor is not a listening AF_UNIX SOCK_SEQPACKET socket", 0);
    if (chdir("/") != 0)
        return fail("cannot change to /", errno);
    if (options.with_parent && follow_parent(parent) != 0)
        return fail("cannot follow the parent process", errno);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fail("libcurl cannot be initialised", 0);
    if (nursery_serve(LISTENER, owner, job_run) != MP_OK)
        return fail("the listening socket broke", errno);
    return 0;
}

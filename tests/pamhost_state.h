/*
 * What a PAM module must leave as it found it, as text: one section per kind of state. Two
 * snapshots are compared section by section.
 */
#ifndef MOBPROC_TESTS_PAMHOST_STATE_H
#define MOBPROC_TESTS_PAMHOST_STATE_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void state_signals(FILE *out)
{
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action = {0};

        if (sigaction(number, NULL, &action) != 0)
            continue;
        fprintf(out, "%d %p %x", number, (void *)(size_t)action.sa_handler,
                (unsigned)action.sa_flags);
        for (int masked = 1; masked < NSIG; masked++)
            if (sigismember(&action.sa_mask, masked) == 1)
                fprintf(out, " %d", masked);
        fputc('\n', out);
    }
}

/* uids, groups, mask, ignored and caught signals, umask, threads, capabilities, seccomp */
static void state_status(FILE *out)
{
    static const char *const wanted[] = {
        "Umask:",  "Uid:",    "Gid:", "Groups:", "Threads", "SigBlk:",
        "SigIgn:", "SigCgt:", "Cap",  "NoNew",   "Seccomp:"};
    FILE *in = fopen("/proc/self/status", "re");
    char line[4096];

    while (in && fgets(line, sizeof(line), in))
        for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
            if (strncmp(line, wanted[i], strlen(wanted[i])) == 0)
                fputs(line, out);
    if (in)
        fclose(in);
}

static void state_directory(FILE *out)
{
    char path[4096];

    fputs(getcwd(path, sizeof(path)) ? path : "gone", out);
}

static void state_environment(FILE *out)
{
    for (char **entry = environ; entry && *entry; entry++)
        fprintf(out, "%p %s\n", (void *)*entry, *entry);
}

static void state_descriptors(FILE *out)
{
    DIR *directory = opendir("/proc/self/fd");
    struct dirent *entry = NULL;

    while (directory && (entry = readdir(directory))) {
        char target[512] = "";
        int fd = (int)strtol(entry->d_name, NULL, 10);

        if (entry->d_name[0] == '.' || fd == dirfd(directory))
            continue;
        if (readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1) > 0)
            fprintf(out, "%d %s %x %x\n", fd, target, (unsigned)fcntl(fd, F_GETFD),
                    (unsigned)fcntl(fd, F_GETFL));
    }
    if (directory)
        closedir(directory);
}

static void state_limits(FILE *out)
{
    for (int i = 0; i < RLIMIT_NLIMITS; i++) {
        struct rlimit limit = {0};

        if (getrlimit((__rlimit_resource_t)i, &limit) == 0)
            fprintf(out, "%d %lu %lu\n", i, (unsigned long)limit.rlim_cur,
                    (unsigned long)limit.rlim_max);
    }
    fprintf(out, "nice %d\n", getpriority(PRIO_PROCESS, 0));
}

static void state_locale(FILE *out)
{
    fprintf(out, "%s %p", setlocale(LC_ALL, NULL), (void *)uselocale((locale_t)0));
}

static void state_timers(FILE *out)
{
    struct itimerval timer = {0};

    for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++)
        if (getitimer((__itimer_which_t)which, &timer) == 0)
            fprintf(out, "%ld %ld\n", (long)timer.it_interval.tv_sec,
                    (long)timer.it_interval.tv_usec);
}

static void state_children(FILE *out)
{
    siginfo_t info;

    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD)
        fputs("there are children", out);
}

static const struct {
    const char *name;
    void (*write)(FILE *out);
} state_sections[] = {
    {"signals", state_signals},         {"status", state_status},
    {"directory", state_directory},     {"environment", state_environment},
    {"descriptors", state_descriptors}, {"limits", state_limits},
    {"locale", state_locale},           {"timers", state_timers},
    {"children", state_children},
};

#define STATE_SECTIONS (sizeof(state_sections) / sizeof(state_sections[0]))

struct state {
    char *text[STATE_SECTIONS];
};

static void state_take(struct state *state)
{
    for (size_t i = 0; i < STATE_SECTIONS; i++) {
        size_t size = 0;
        FILE *out = open_memstream(&state->text[i], &size);

        if (!out)
            abort();
        state_sections[i].write(out);
        fclose(out);
    }
}

/* Prints `state changed: NAME` for each section that differs, and frees both. */
static void state_compare(FILE *out, struct state *before, struct state *after)
{
    for (size_t i = 0; i < STATE_SECTIONS; i++) {
        if (strcmp(before->text[i], after->text[i]) != 0)
            fprintf(out, "state changed: %s\n", state_sections[i].name);
        free(before->text[i]);
        free(after->text[i]);
    }
}

#endif

/*
 * Runs a program and, before it ends, copies whatever it can write of its memory, so that a test
 * can look for what should not be there any more:
 *
 *     lastlook FD UID GID PROGRAM [ARGUMENT]...
 *
 * The copy goes to FD. The program is that user's, without other groups and without FD; otherwise
 * it runs as if lastlook were not there, which ends as it did. Nothing is copied when a signal ends
 * it, for then it has no say, or when it has become another program. Its children are left alone.
 * Root only: programs of ours show their memory to nobody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAP_MAX (1UL << 26) /* bytes; more is not a heap of ours */
#define CANNOT 125

static void fail(const char *what)
{
    fprintf(stderr, "lastlook: %s: %s\n", what, strerror(errno));
    _exit(CANNOT);
}

/* A page that nobody may read (a guard) is left out. */
static void copy_map(int memory, int to, unsigned long start, unsigned long end)
{
    static char page[1 << 16];

    while (start < end) {
        size_t part = end - start < sizeof(page) ? (size_t)(end - start) : sizeof(page);
        ssize_t got = pread(memory, page, part, (off_t)start);

        if (got <= 0)
            return;
        if (write(to, page, (size_t)got) != got)
            fail("write");
        start += (unsigned long)got;
    }
}

static void copy_memory(pid_t pid, int to)
{
    char path[64], line[4096];
    FILE *maps = NULL;
    int memory = -1;

    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    maps = fopen(path, "re");
    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    memory = open(path, O_RDONLY | O_CLOEXEC);
    if (!maps || memory < 0)
        fail(path);
    while (fgets(line, sizeof(line), maps)) {
        unsigned long start = 0, end = 0;
        char rights[5] = "";

        if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3 && end - start <= MAP_MAX &&
            strncmp(rights, "rw", 2) == 0)
            copy_map(memory, to, start, end);
    }
    fclose(maps);
    close(memory);
}

/* Does the program that was asked for end, and by itself? */
static int is_last_moment(pid_t pid, const char *program)
{
    unsigned long status = 0;
    char path[64];
    struct stat asked, now;

    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    return ptrace(PTRACE_GETEVENTMSG, pid, NULL, &status) == 0 && WIFEXITED((int)status) &&
           stat(program, &asked) == 0 && stat(path, &now) == 0 && asked.st_dev == now.st_dev &&
           asked.st_ino == now.st_ino;
}

/* Waits until it is traced, and becomes the program. */
static void become(int ready, uid_t uid, gid_t gid, char **command)
{
    char byte = 0;

    if (read(ready, &byte, 1) != 1)
        fail("start");
    if ((getuid() != uid || getgid() != gid) &&
        (setgroups(0, NULL) != 0 || setgid(gid) != 0 || setuid(uid) != 0))
        fail("user");
    execv(command[0], command);
    fail(command[0]);
}

/* What it goes on with after it stopped: nothing, a signal, or to stay stopped. */
static void go_on(pid_t pid, int status)
{
    int event = status >> 16;
    int number = WSTOPSIG(status);

    if (event == PTRACE_EVENT_STOP && number != SIGTRAP)
        ptrace(PTRACE_LISTEN, pid, NULL, NULL);
    else
        ptrace(PTRACE_CONT, pid, NULL, event ? NULL : (void *)(size_t)number);
}

static int watch(pid_t pid, const char *program, int to)
{
    int status = 0;

    while (waitpid(pid, &status, 0) == pid || errno == EINTR) {
        if (!WIFSTOPPED(status))
            return status;
        if (status >> 16 == PTRACE_EVENT_EXIT && is_last_moment(pid, program))
            copy_memory(pid, to);
        go_on(pid, status);
    }
    fail("wait");
    return status;
}

int main(int count, char **words)
{
    int to = count > 4 ? (int)strtol(words[1], NULL, 10) : -1;
    int ready[2];
    int status = 0;
    pid_t pid = -1;

    if (fcntl(to, F_SETFD, FD_CLOEXEC) != 0 || pipe2(ready, O_CLOEXEC) != 0)
        fail("usage: lastlook FD UID GID PROGRAM [ARGUMENT]...");
    pid = fork();
    if (pid == 0)
        become(ready[0], (uid_t)strtoul(words[2], NULL, 10), (gid_t)strtoul(words[3], NULL, 10),
               words + 4);
    if (pid < 0 ||
        ptrace(PTRACE_SEIZE, pid, NULL, (void *)(PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT)) != 0 ||
        write(ready[1], "", 1) != 1)
        fail("trace");
    for (int fd = 0; fd < 3; fd++)
        close(fd); /* they are the program's */
    status = watch(pid, words[4], to);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    return CANNOT;
}

/*
 * The leanest PAM host: bench_host [--memory] [--typing MS] CONFDIR SERVICE USER
 *
 * Reads the password from standard input, authenticates, prints what happened and ends with 0 when
 * the stack said PAM_SUCCESS. Both the module and its peer are measured in this host.
 *   --typing MS   waits that long at the prompt, as a person does
 *   --memory      prints by how many KiB pam_start() and pam_authenticate() made this process grow
 */
#include <fcntl.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct host {
    char password[1025];
    int with_memory;
    long typing_ms;
    long long typed_ns; /* CLOCK_MONOTONIC, when the person was done */
    const char *confdir;
    const char *service;
    const char *user;
};

static long long now_ns(void)
{
    struct timespec now = {0};

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    struct host *host = data;
    struct pam_response *list = calloc((size_t)count, sizeof(*list));
    struct timespec pause = {host->typing_ms / 1000, host->typing_ms % 1000 * 1000000};

    if (!list)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
            continue;
        nanosleep(&pause, NULL);
        list[i].resp = strdup(host->password);
    }
    host->typed_ns = now_ns();
    *responses = list;
    return PAM_SUCCESS;
}

/*
 * One number of /proc/self/smaps_rollup in KiB, without stdio, which would grow the process; 0 when
 * nobody asked, for looking costs more than some modules do.
 */
static long memory_kib(const struct host *host, const char *name)
{
    static char text[4096];
    int fd = host->with_memory ? open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC) : -1;
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    char *at = NULL;

    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return 0;
    text[length] = '\0';
    at = strstr(text, name);
    return at ? strtol(at + strlen(name), NULL, 10) : 0;
}

static int authenticate(struct host *host)
{
    struct pam_conv conversation = {converse, host};
    pam_handle_t *pamh = NULL;
    long rss = memory_kib(host, "\nRss:");
    long dirty = memory_kib(host, "\nPrivate_Dirty:");
    int code = pam_start_confdir(host->service, host->user, &conversation, host->confdir, &pamh);

    if (code == PAM_SUCCESS)
        code = pam_authenticate(pamh, 0);
    rss = memory_kib(host, "\nRss:") - rss;
    dirty = memory_kib(host, "\nPrivate_Dirty:") - dirty;
    printf("code %d\ntyped %lld\ntook %lld\nrss %ld\ndirty %ld\n", code, host->typed_ns,
           now_ns() - host->typed_ns, rss, dirty);
    if (pamh)
        pam_end(pamh, code);
    return code;
}

static int usage(void)
{
    fputs("usage: bench_host [--memory] [--typing MS] CONFDIR SERVICE USER\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    static struct host host;
    int at = 1;
    ssize_t length = 0;

    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--memory") == 0)
            host.with_memory = 1;
        else if (strcmp(argv[at], "--typing") == 0 && argv[at + 1])
            host.typing_ms = strtol(argv[++at], NULL, 10);
        else
            return usage();
    }
    if (argc - at != 3)
        return usage();
    host.confdir = argv[at];
    host.service = argv[at + 1];
    host.user = argv[at + 2];
    length = read(STDIN_FILENO, host.password, sizeof(host.password) - 1);
    if (length < 0)
        return 1;
    host.password[length] = '\0';
    return authenticate(&host) == PAM_SUCCESS ? 0 : 1;
}

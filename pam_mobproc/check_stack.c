#include "pam_mobproc/check_stack.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE "pam_mobproc.so"
#define MAX_LINES (4 * PATH_MAX)

/* pam.conf(5): blanks part the words, # begins a comment, brackets and backslashes quote. */
static int fits_a_line(const char *path)
{
    for (; *path; path++)
        if (*path <= ' ' || *path > '~' || strchr("#[]\\", *path))
            return 0;
    return 1;
}

/* The module in the folder of this program, else its name, which libpam looks for. */
static void find_module(char out[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", out, PATH_MAX - 1);
    char *slash = NULL;

    if (length > 0) {
        out[length] = '\0';
        slash = strrchr(out, '/');
    }
    if (slash && (size_t)(slash - out) + sizeof("/" MODULE) <= PATH_MAX) {
        memcpy(slash, "/" MODULE, sizeof("/" MODULE));
        if (access(out, R_OK) == 0 && fits_a_line(out))
            return;
    }
    memcpy(out, MODULE, sizeof(MODULE));
}

static int compose(const char *socket, char out[MAX_LINES])
{
    static const char *const stages[] = {"auth", "account", "session"};
    char module[PATH_MAX];
    size_t used = 0;

    if (socket && !fits_a_line(socket))
        return -1;
    find_module(module);
    for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
        int length = snprintf(out + used, MAX_LINES - used, "%s [default=ok] %s%s%s\n", stages[i],
                              module, socket ? " socket=" : "", socket ? socket : "");

        if (length < 0 || (size_t)length >= MAX_LINES - used)
            return -1;
        used += (size_t)length;
    }
    return 0;
}

static int write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int result = -1;

    if (fd < 0)
        return -1;
    if (write(fd, text, strlen(text)) == (ssize_t)strlen(text))
        result = 0;
    return close(fd) == 0 ? result : -1;
}

static int start_private(const char *socket, const char *user, const struct pam_conv *conv,
                         pam_handle_t **pamh)
{
    char folder[] = "/tmp/mobproc-check-XXXXXX";
    char path[sizeof(folder) + sizeof("/" CHECK_SERVICE)];
    char text[MAX_LINES];
    int code = PAM_SYSTEM_ERR;

    if (compose(socket, text) != 0) {
        fputs("mobproc-check: this path cannot stand in a PAM line\n", stderr);
        return PAM_BAD_ITEM;
    }
    if (!mkdtemp(folder)) {
        fprintf(stderr, "mobproc-check: no folder below /tmp: %s\n", strerror(errno));
        return PAM_SYSTEM_ERR;
    }
    snprintf(path, sizeof(path), "%s/" CHECK_SERVICE, folder);
    if (write_file(path, text) == 0)
        code = pam_start_confdir(CHECK_SERVICE, user, conv, folder, pamh);
    unlink(path);
    rmdir(folder);
    return code;
}

int check_start(const struct check_stack *stack, const char *user, const struct pam_conv *conv,
                pam_handle_t **pamh)
{
    int code = PAM_SUCCESS;

    if (!stack->service)
        code = start_private(stack->socket, user, conv, pamh);
    else if (stack->directory)
        code = pam_start_confdir(stack->service, user, conv, stack->directory, pamh);
    else
        code = pam_start(stack->service, user, conv, pamh);
    if (code != PAM_SUCCESS)
        fputs("mobproc-check: libpam cannot read this stack\n", stderr);
    return code;
}

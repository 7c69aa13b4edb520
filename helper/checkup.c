#include "helper/checkup.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/child.h"
#include "helper/start.h"

#define CHECK_MS 10000 /* it reads a few files */

_Static_assert(CHECKUP_NOT_RUN == CHILD_NOT_RUN, "one number for what did not run");

int checkup_run(const char *config, const char *user, const char *credentials, char *words,
                size_t size)
{
    char program[PATH_MAX];
    char directory[PATH_MAX];
    const char *const arguments[] = {program, "--check", "--config", config, NULL};
    const char *const environment[] = {directory, NULL};
    const struct child child = {.arguments = arguments,
                                .environment = credentials ? environment : NULL,
                                .user = user,
                                .takes_errors = 1,
                                .wait_ms = CHECK_MS};
    int length = snprintf(directory, sizeof(directory), "CREDENTIALS_DIRECTORY=%s",
                          credentials ? credentials : "");

    start_find_program(program, sizeof(program));
    words[0] = '\0';
    if (length < 0 || (size_t)length >= sizeof(directory))
        return CHECKUP_NOT_RUN;
    if (access(program, X_OK) == 0)
        return child_run(&child, words, size, NULL);
    snprintf(words, size, "%s: %s", program, strerror(errno));
    return CHECKUP_NOT_RUN;
}

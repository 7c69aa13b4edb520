/*
 * git-credential-mobproc: `git config credential.helper mobproc` runs it with the operation last.
 * It speaks the git dialect only, links libc only and looks up nothing in NSS, so that it can be
 * one small static program: git starts it for every request.
 */
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"
#include "helper/git.h"
#include "helper/out.h"

#define SYNOPSIS "git-credential-mobproc [--socket PATH] get|store|erase|capability"

static int usage(const char *complaint)
{
    exit_say("%s", complaint);
    exit_say("usage: %s", SYNOPSIS);
    return EXIT_USAGE;
}

static int print(const char *text)
{
    struct secret *line = secret_copy(text, strlen(text));
    int code = line ? out_write(line) : exit_because(MP_NOMEM, NULL);

    secret_free(&line);
    return code;
}

int main(int argc, char **argv)
{
    const char *operation = NULL;
    const char *socket = NULL;

    out_guard_descriptors();
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return print("usage: " SYNOPSIS "\n");
        if (strcmp(argv[i], "--version") == 0)
            return print("git-credential-mobproc " MOBPROC_VERSION "\n");
        if (strcmp(argv[i], "--socket") == 0) {
            if (++i >= argc)
                return usage("--socket needs a value");
            socket = argv[i];
        } else if (strncmp(argv[i], "--socket=", 9) == 0) {
            socket = argv[i] + 9;
        } else if (argv[i][0] == '-') {
            return usage("unknown option");
        } else if (operation) {
            return usage("one operation at a time");
        } else {
            operation = argv[i];
        }
    }
    return operation ? git_operation(socket, operation) : usage("an operation is missing");
}

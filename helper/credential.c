/* mobproc credential DIALECT OPERATION: what credential helpers say, in the dialect named. */
#include <string.h>

#include "helper/exit.h"
#include "helper/git.h"
#include "helper/verbs.h"

int verb_credential(const struct arguments *arguments)
{
    if (strcmp(arguments->words[0], "git") == 0)
        return git_operation(arguments->socket, arguments->words[1]);
    exit_say("unknown dialect: %s; there is git", arguments->words[0]);
    return EXIT_USAGE;
}

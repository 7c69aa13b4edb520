/* mobproc credential DIALECT ...: what credential helpers say, in the dialect named. */
#include <stdio.h>

#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/reply.h"
#include "helper/verbs.h"

static int print_list(void)
{
    struct reply reply;
    const struct dialect *dialect = NULL;

    reply_begin(&reply);
    reply_add(&reply,
              "usage: mobproc credential DIALECT [ARGUMENT...] [--socket PATH]\n"
              "speak a credential helper's protocol\n",
              NULL);
    for (size_t i = 0; (dialect = dialect_at(i)); i++)
        reply_add(&reply, "\n  ", dialect->name, " ", dialect->synopsis, "\n      ",
                  dialect->summary, "\n      ", dialect->setup, "\n", NULL);
    return reply_send(&reply);
}

int verb_credential(const struct arguments *arguments)
{
    const struct dialect *dialect = NULL;
    char name[64];

    if (arguments->help)
        return print_list();
    dialect = dialect_named(arguments->words[0]);
    if (!dialect) {
        exit_say("unknown dialect: %s; mobproc credential --help lists them", arguments->words[0]);
        return EXIT_USAGE;
    }
    snprintf(name, sizeof(name), "mobproc credential %s", dialect->name);
    return dialect_start(dialect, name, arguments->socket, arguments->command);
}

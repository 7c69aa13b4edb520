/*
 * mobproc setup TOOL: the lines that make a tool ask us, and where they belong. The words for the
 * server come from an address that the person gives, so that no tool asks us for every host.
 */
#ifndef MOBPROC_HELPER_TOOLS_H
#define MOBPROC_HELPER_TOOLS_H

#include <stddef.h>

#include "helper/arguments.h"
#include "helper/own_file.h"
#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

enum tool_how {
    TOOL_NEEDS_ADDRESS = 1,
    TOOL_IS_TOLD = 2, /* the lines are commands of the tool, which alone writes the file */
};

struct tool {
    const char *name;
    unsigned how;     /* bits of enum tool_how */
    const char *file; /* of the person, below HOME; NULL: only a person can write it */
    const char
        *link; /* below HOME: a link to git-credential-mobproc, which knows its name; or NULL */
    struct own_place places[OWN_PLACES]; /* what the tool reads in place of HOME/file */
    const char *taken; /* a line that begins so means that the tool is told otherwise; or NULL */
    const char *lines; /* %B: folder of our programs; of the address: %H host and port, %N host, %A
                          all of it, %U the same behind a blank or nothing, %P useHttpPath or
                          nothing */
};

/* In the order of the table; NULL behind the last one. */
const char *tool_name_at(size_t index);

/* Prints the lines, and with --apply writes them into the person's file. Exit code. */
int tools_setup(const struct arguments *arguments) MUST_CHECK;

#endif

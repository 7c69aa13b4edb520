/*
 * mobproc setup TOOL --apply: puts a tool's lines into the person's own file. What stands there
 * stays, byte by byte; the file is replaced whole (helper/replace.h) and the one before is kept.
 */
#ifndef MOBPROC_HELPER_APPLY_H
#define MOBPROC_HELPER_APPLY_H

#include "helper/tools.h"
#include "lib/attr.h"
#include "lib/secret.h"

/*
 * Adds `lines` to the end of the tool's file, or, when that is JSON, the member for `host` to its
 * credHelpers; and makes the tool's link, if it has one, to `program`. Nothing is done when they
 * are there already. Refused with nothing changed, the link neither: a file or folder of somebody
 * else's, a symbolic link, a file that tells the tool otherwise or that cannot be understood. Says
 * what it did. Exit code.
 */
int apply(const struct tool *tool, const char *host, const char *program,
          const struct secret *lines) MUST_CHECK;

#endif

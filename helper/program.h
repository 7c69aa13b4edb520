/* Where a program of the person's stands that is not always installed in one place. */
#ifndef MOBPROC_HELPER_PROGRAM_H
#define MOBPROC_HELPER_PROGRAM_H

#include <limits.h>

#include "lib/attr.h"
#include "lib/err.h"

/*
 * The absolute path of `name` in the folders of PATH, of which only those count that are absolute
 * and that nobody but root and the caller can change (CVE-2020-26233). Nor may others change the
 * program, links followed. MP_OK; MP_NO_RECORD when there is none; MP_FORBIDDEN when there are only
 * such as others can change, of which `out` names the first.
 */
enum mp_err program_find(const char *name, char out[static PATH_MAX]) MUST_CHECK;

#endif

/* Where libpam finds the module that a line names. */
#ifndef MOBPROC_HELPER_PAM_MODULE_H
#define MOBPROC_HELPER_PAM_MODULE_H

#include <stddef.h>

#include "lib/attr.h"

/* Its path: in the directory that holds pam_deny.so, which every PAM has. 1 when it is there. */
int pam_module_find(const char *name, char *out, size_t size) MUST_CHECK;

#endif

/* Would pam_mobproc.so take these arguments? The rules of pam_mobproc(8), told without loading it.
 */
#ifndef MOBPROC_HELPER_PAM_ARGUMENTS_H
#define MOBPROC_HELPER_PAM_ARGUMENTS_H

#include "lib/attr.h"

/* NULL, or what the module would log (static) with the argument in *culprit. */
const char *pam_arguments_judge(int count, const char *const *arguments,
                                const char **culprit) MUST_CHECK;

/* What the module takes, for people. Static. */
const char *pam_arguments_known(void);

#endif

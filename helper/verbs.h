/* The verbs of mobproc, a file each. Each returns the exit code (helper/exit.h). */
#ifndef MOBPROC_HELPER_VERBS_H
#define MOBPROC_HELPER_VERBS_H

#include "helper/arguments.h"

int verb_login(const struct arguments *arguments);
int verb_logout(const struct arguments *arguments);
int verb_token(const struct arguments *arguments);
int verb_headers(const struct arguments *arguments);
int verb_curl(const struct arguments *arguments);
int verb_status(const struct arguments *arguments);
int verb_list(const struct arguments *arguments);
int verb_validate(const struct arguments *arguments);
int verb_refresh(const struct arguments *arguments);
int verb_credential(const struct arguments *arguments);
int verb_setup(const struct arguments *arguments);
int verb_doctor(const struct arguments *arguments);
int verb_check(const struct arguments *arguments);
int verb_enable(const struct arguments *arguments);
int verb_confirm(const struct arguments *arguments);
int verb_disable(const struct arguments *arguments);
int verb_admin(const struct arguments *arguments);

#endif

/*
 * The verbs of mobproc: the table that runs them, that --help shows, and that the shells complete
 * from. Each verb is a file.
 */
#ifndef MOBPROC_HELPER_VERBS_H
#define MOBPROC_HELPER_VERBS_H

#include <stddef.h>

#include "helper/arguments.h"

struct verb {
    const char *name;
    int (*run)(const struct arguments *arguments);
    unsigned takes;
    const char *synopsis;
    const char *summary;
    const char *(*word_at)(size_t index); /* its first word: one of these, up to NULL; or NULL */
};

/* In the order of --help; NULL behind the last one. */
const struct verb *verb_at(size_t index);

/* Also one that --help does not show. NULL when there is none. */
const struct verb *verb_named(const char *name);

/* Each returns the exit code (helper/exit.h). */
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
int verb_metrics(const struct arguments *arguments);
int verb_admin(const struct arguments *arguments);
int verb_completion(const struct arguments *arguments);

/* What admin does, by name; NULL behind the last one. */
const char *admin_name_at(size_t index);

#endif

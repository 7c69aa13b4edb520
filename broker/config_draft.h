/*
 * A configuration while it is read: where each key stood, and the errors told so far.
 */
#ifndef MOBPROC_BROKER_CONFIG_DRAFT_H
#define MOBPROC_BROKER_CONFIG_DRAFT_H

#include "broker/config.h"
#include "broker/config_keys.h"
#include "lib/attr.h"

#define CONFIG_MAX_REPORTS 50

struct config_draft {
    const char *path;
    uid_t uid; /* the broker's own */
    config_report *report;
    void *owner;
    int reports;
    enum mp_err err; /* MP_OK while nothing is wrong */
    struct config *config;
    int mobproc_line; /* of [mobproc]; 0: none yet */
    int row;          /* of `lines` that is being filled; -1: a section that is not read */
    int any_section;
    /* lines[0] is [mobproc], lines[1 + i] is accounts[i]; by index in config_keys; 0: not set */
    int lines[1 + CONFIG_MAX_ACCOUNTS][CONFIG_MAX_KEYS];
};

/* Tells one error (line 0: of the whole file) and spoils the draft. */
void config_complain(struct config_draft *draft, int line, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same for a message of another file, which is complete: a usermap_report and config_report. */
void config_complain_elsewhere(void *draft, const char *message);

/* The line of a key in accounts[i], or 0. */
int config_line(const struct config_draft *draft, size_t i, const char *key);

/* Judges what keys mean together, when all have been read, and fills in what follows from them. */
void config_check(struct config_draft *draft);

/* Its parts for accounts[i], in this order; each reads what the ones before have filled in. */
void config_check_endpoints(struct config_draft *draft, size_t i);
void config_check_environment(struct config_draft *draft, size_t i);
void config_check_secrets(struct config_draft *draft, size_t i);
void config_check_transport(struct config_draft *draft, size_t i);
void config_check_service(struct config_draft *draft, size_t i);
void config_check_validation(struct config_draft *draft, size_t i);
void config_check_browser(struct config_draft *draft, size_t i);

#endif

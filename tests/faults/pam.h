/*
 * A libpam for unit tests of the module, which are linked with it instead of the real one: the
 * items of one transaction, what the person types, and the lines of the log. Each of its functions
 * can refuse (FAULT_LIBRARY).
 */
#ifndef MOBPROC_TESTS_FAULTS_PAM_H
#define MOBPROC_TESTS_FAULTS_PAM_H

#include <pwd.h>
#include <security/pam_modules.h>

#define FAKE_PAM_ITEMS 16

struct pam_handle {
    const char *items[FAKE_PAM_ITEMS]; /* by PAM_SERVICE and so on; NULL: not set */
    const char *typed;                 /* the answer to a question; NULL: there is none */
    const char *said;                  /* the name that the person gives when libpam asks */
    struct passwd user;                /* the only one that there is */
    char authtok[2048];                /* what pam_set_item(PAM_AUTHTOK) left */
    char environment[256];             /* what pam_putenv() left */
    char told[512];                    /* to the person */
    char logged[1024];                 /* the last line */
    unsigned delay_us;                 /* pam_fail_delay() */
};

#endif

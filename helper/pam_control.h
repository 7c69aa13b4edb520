/*
 * The control field of a PAM line: what each return value of the module does to the stack.
 * pam.conf(5); the meaning is that of Linux-PAM's own reader, mistakes included.
 */
#ifndef MOBPROC_HELPER_PAM_CONTROL_H
#define MOBPROC_HELPER_PAM_CONTROL_H

#include "lib/attr.h"

/* The return values that matter here, with Linux-PAM's numbers. */
enum pam_code {
    CODE_SUCCESS = 0,
    CODE_PERM_DENIED = 6,
    CODE_AUTH_ERR = 7,
    CODE_AUTHINFO_UNAVAIL = 9,
    CODE_USER_UNKNOWN = 10,
    CODE_MAXTRIES = 11,
    CODE_NEW_AUTHTOK_REQD = 12,
    CODE_ACCT_EXPIRED = 13,
    CODE_IGNORE = 25,
    CODE_MODULE_UNKNOWN = 28,
    CODE_COUNT = 32,
};

/* A number above 0 is a jump over so many lines. */
enum pam_action {
    ACTION_IGNORE = 0,
    ACTION_OK = -1,
    ACTION_DONE = -2,
    ACTION_BAD = -3,
    ACTION_DIE = -4,
    ACTION_RESET = -5,
};

struct pam_control {
    int actions[CODE_COUNT];
};

/*
 * Reads `required`, `requisite`, `optional`, `sufficient`, or what stood between [ and ]. NULL, or
 * what is wrong (static); every return value is then ACTION_BAD, as in Linux-PAM.
 */
const char *pam_control_read(struct pam_control *control, const char *text) MUST_CHECK;

/* The word for a return value in a control, such as "success". Static. */
const char *pam_code_name(enum pam_code code);

#endif

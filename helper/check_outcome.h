/* mobproc check: what a PAM code at a stage of a login means for the person. */
#ifndef MOBPROC_HELPER_CHECK_OUTCOME_H
#define MOBPROC_HELPER_CHECK_OUTCOME_H

#include "helper/findings.h"
#include "helper/pam_control.h"
#include "lib/attr.h"

/* What the shipped lines of pam_mobproc(8) make of it. */
enum check_way {
    WAY_IN,     /* this stage agrees */
    WAY_LOCAL,  /* it leaves the decision to the local modules */
    WAY_CLOSED, /* it refuses, whatever the local modules say */
};

struct check_outcome {
    enum check_way way;
    enum finding_result result;
    int exit_code;     /* of mobproc check when this decides */
    const char *words; /* static */
    const char *mend;  /* static; NULL: nothing needs mending */
};

/* Of our module at authenticate, acct_mgmt, setcred, open_session or close_session. */
struct check_outcome check_outcome_of_ours(const char *stage, int code);

/* Of a whole service of the machine: anything but success closes the way. */
struct check_outcome check_outcome_of_service(int code);

#endif

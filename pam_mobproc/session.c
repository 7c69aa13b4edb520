#include <security/pam_ext.h>
#include <stdio.h>
#include <unistd.h>

#include "pam_mobproc/ask.h"
#include "pam_mobproc/stages.h"

#define ENVIRONMENT "MOBPROC_ACCOUNT="

/* A session is the business of a host that runs as root: a locker or a private test opens none. */
static int host_is_root(struct visit *visit)
{
    visit->reason = "host_not_root";
    return geteuid() == 0;
}

int stage_open_session(struct visit *visit)
{
    char variable[sizeof(ENVIRONMENT) + PROTO_MAX_ACCOUNT];
    struct answer answer = ANSWER_NONE;
    enum mp_err err = MP_INTERNAL;

    if (!host_is_root(visit))
        return PAM_IGNORE;
    err = ask_session(visit, PROTO_SESSION_OPEN, &answer);
    if (err != MP_OK || !answer.account[0])
        return code_for(visit->stage, err);
    snprintf(variable, sizeof(variable), ENVIRONMENT "%s", answer.account);
    return pam_putenv(visit->pamh, variable) == PAM_SUCCESS ? PAM_SUCCESS : PAM_BUF_ERR;
}

int stage_close_session(struct visit *visit)
{
    struct answer answer = ANSWER_NONE;
    enum mp_err err = MP_INTERNAL;

    if (!host_is_root(visit))
        return PAM_IGNORE;
    err = ask_session(visit, PROTO_SESSION_CLOSE, &answer);
    return err == MP_OK ? PAM_SUCCESS : code_for(visit->stage, err);
}

/*
 * The six doors that libpam knows. Each does the same: a visit begins (uid 0, arguments, range),
 * the stage does its work, the visit ends with a line in the log, and nothing is left behind.
 */
#include <security/pam_modules.h>

#include "lib/attr.h"
#include "pam_mobproc/stages.h"
#include "pam_mobproc/visit.h"

#define PUBLIC __attribute__((visibility("default")))
#define FAIL_DELAY_US 2000000 /* as pam_unix asks for */

PUBLIC int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct visit visit = {0};
    int code = PAM_SUCCESS;

    /* for everybody: else who fails without pam_unix, and so at once, is known to be one of ours */
    (void)pam_fail_delay(pamh, FAIL_DELAY_US);
    code = visit_begin(&visit, pamh, flags, STAGE_AUTHENTICATE, argc, argv);
    if (code == PAM_SUCCESS)
        code = stage_authenticate(&visit);
    return visit_end(&visit, code);
}

/*
 * Success and no effect for every flag and every user: su, sudo, sshd and cron delete the
 * credentials of a target user who is still logged in elsewhere, so nothing may hang on it.
 */
PUBLIC int pam_sm_setcred(pam_handle_t *pamh UNUSED, int flags UNUSED, int argc UNUSED,
                          const char **argv UNUSED)
{
    return PAM_SUCCESS;
}

PUBLIC int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct visit visit = {0};
    int code = visit_begin(&visit, pamh, flags, STAGE_ACCOUNT, argc, argv);

    if (code == PAM_SUCCESS)
        code = stage_account(&visit);
    return visit_end(&visit, code);
}

PUBLIC int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct visit visit = {0};
    int code = visit_begin(&visit, pamh, flags, STAGE_SESSION, argc, argv);

    if (code == PAM_SUCCESS)
        code = stage_open_session(&visit);
    return visit_end(&visit, code);
}

PUBLIC int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct visit visit = {0};
    int code = visit_begin(&visit, pamh, flags, STAGE_SESSION, argc, argv);

    if (code == PAM_SUCCESS)
        code = stage_close_session(&visit);
    return visit_end(&visit, code);
}

PUBLIC int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    struct visit visit = {0};
    int code = visit_begin(&visit, pamh, flags, STAGE_PASSWORD, argc, argv);

    if (code == PAM_SUCCESS)
        code = stage_password(&visit);
    return visit_end(&visit, code);
}

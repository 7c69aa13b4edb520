/* What a host can call, by the names that tests use. pam(3) */
#ifndef MOBPROC_TESTS_PAMHOST_STEPS_H
#define MOBPROC_TESTS_PAMHOST_STEPS_H

#include <security/pam_appl.h>
#include <string.h>

static const struct step {
    const char *name;
    int (*run)(pam_handle_t *pamh, int flags);
    int flags;
} steps[] = {
    {"authenticate", pam_authenticate, 0},
    {"setcred", pam_setcred, PAM_ESTABLISH_CRED},
    {"setcred-delete", pam_setcred, PAM_DELETE_CRED},
    {"setcred-reinitialize", pam_setcred, PAM_REINITIALIZE_CRED},
    {"setcred-refresh", pam_setcred, PAM_REFRESH_CRED},
    {"acct_mgmt", pam_acct_mgmt, 0},
    {"open_session", pam_open_session, 0},
    {"close_session", pam_close_session, 0},
    {"chauthtok", pam_chauthtok, 0},
    {"chauthtok-expired", pam_chauthtok, PAM_CHANGE_EXPIRED_AUTHTOK},
};

static const struct step *find_step(const char *name)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (strcmp(steps[i].name, name) == 0)
            return &steps[i];
    return NULL;
}

#endif

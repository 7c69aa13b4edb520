#include <stddef.h>

#include "pam_mobproc/ask.h"
#include "pam_mobproc/conversation.h"
#include "pam_mobproc/stages.h"

/* The codes after which the shipped line lets the next modules have their turn. */
static int stack_goes_on(int code)
{
    return code == PAM_SUCCESS || code == PAM_USER_UNKNOWN || code == PAM_AUTHINFO_UNAVAIL;
}

int stage_authenticate(struct visit *visit)
{
    struct answer answer = ANSWER_NONE;
    struct secret *password = NULL;
    int typed = 0;
    int code = conversation_password(visit, &password, &typed);

    if (code != PAM_SUCCESS)
        goto out;
    code = PAM_AUTH_ERR;
    if (!user_is_still(visit->pamh, &visit->user)) {
        visit->reason = "user_changed";
        goto out;
    }
    code = code_for(visit->stage, ask_login(visit, password, &answer));
    if (answer_admits(&answer))
        code = PAM_SUCCESS;
    if (typed && stack_goes_on(code) && conversation_pass_on(visit, password) != PAM_SUCCESS)
        code = PAM_BUF_ERR;
    if (code == PAM_AUTHINFO_UNAVAIL)
        visit_tell(visit, "The sign-in server cannot be reached.");
out:
    secret_free(&password);
    return code;
}

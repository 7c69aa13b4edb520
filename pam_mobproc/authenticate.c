#include <stddef.h>

#include "pam_mobproc/ask.h"
#include "pam_mobproc/conversation.h"
#include "pam_mobproc/stages.h"

/* The codes after which the shipped line lets the next modules have their turn. */
static int stack_goes_on(int code)
{
    return code == PAM_SUCCESS || code == PAM_USER_UNKNOWN || code == PAM_AUTHINFO_UNAVAIL;
}

/* The broker, asked without a password, refuses no sooner than the sign-in server would (P24). */
static void wait_as_long(struct visit *visit)
{
    struct answer unused = ANSWER_NONE;
    enum mp_err err UNUSED = ask_login(visit, NULL, &unused);

    visit->reason = conversation_stand_in;
}

int stage_authenticate(struct visit *visit)
{
    struct answer answer = ANSWER_NONE;
    struct secret *password = NULL;
    int typed = 0;
    int code = conversation_password(visit, &password, &typed);

    if (visit->reason == conversation_stand_in)
        wait_as_long(visit);
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

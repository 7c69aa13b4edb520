#include "pam_mobproc/ask.h"
#include "pam_mobproc/stages.h"

int stage_password(struct visit *visit)
{
    struct answer answer = ANSWER_NONE;
    int code = code_for(visit->stage, ask_account(visit, &answer));

    /* both passes refuse, the first one explains */
    if (code == PAM_AUTHTOK_ERR && visit->flags & PAM_PRELIM_CHECK)
        visit_tell(visit, "Passwords of this account are changed at Tangoe.");
    return code;
}

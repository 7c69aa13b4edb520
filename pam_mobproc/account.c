#include "pam_mobproc/ask.h"
#include "pam_mobproc/stages.h"

int stage_account(struct visit *visit)
{
    struct answer answer = ANSWER_NONE;
    int code = code_for(visit->stage, ask_account(visit, &answer));

    return answer_admits(&answer) ? PAM_SUCCESS : code;
}

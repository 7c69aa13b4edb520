#include "pam_mobproc/conversation.h"

#include <security/pam_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pam_mobproc/ask.h"

const char conversation_stand_in[] = "refused_by_host";

/* NULL, or why this password is not worth a question. */
static const char *refusal(const char *password)
{
    if (!password)
        return "no_password";
    if (!*password)
        return "empty_password";
    if (strnlen(password, PROTO_MAX_PASSWORD + 1) > PROTO_MAX_PASSWORD)
        return "long_password";
    return proto_is_stand_in(password, strlen(password)) ? conversation_stand_in : NULL;
}

/* PAM_SUCCESS with NULL when the conversation gave none. The caller wipes and frees *password. */
static int type(const struct visit *visit, char **password)
{
    int hint = ask_prepare(visit);
    int code = pam_prompt(visit->pamh, PAM_PROMPT_ECHO_OFF, password, "%s", visit->args.prompt);

    if (hint >= 0)
        close(hint);
    if (code == PAM_SUCCESS || code == PAM_BUF_ERR)
        return code;
    return PAM_CONV_ERR;
}

int conversation_password(struct visit *visit, struct secret **password, int *typed)
{
    const void *given = NULL;
    char *answer = NULL;
    int code = PAM_AUTH_ERR;

    *password = NULL;
    *typed = 0;
    if (pam_get_item(visit->pamh, PAM_AUTHTOK, &given) != PAM_SUCCESS)
        given = NULL;
    if (!given && !visit->args.use_first_pass) {
        code = type(visit, &answer);
        if (code != PAM_SUCCESS) {
            visit->reason = "conversation";
            goto out;
        }
        given = answer;
        *typed = 1;
    }
    code = PAM_AUTH_ERR;
    visit->reason = refusal(given);
    if (visit->reason)
        goto out;
    *password = secret_copy(given, strlen(given));
    code = *password ? PAM_SUCCESS : PAM_BUF_ERR;
out:
    if (answer)
        explicit_bzero(answer, strlen(answer));
    free(answer);
    return code;
}

int conversation_pass_on(const struct visit *visit, const struct secret *password)
{
    int code = pam_set_item(visit->pamh, PAM_AUTHTOK, secret_text(password));

    return code == PAM_SUCCESS ? PAM_SUCCESS : PAM_BUF_ERR;
}

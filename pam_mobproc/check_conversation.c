#include "pam_mobproc/check_conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/attr.h"
#include "lib/proto.h"

static int answer(const struct check_person *person, const struct pam_message *message,
                  char **response)
{
    char plain[PROTO_MAX_TEXT];
    const char *text = NULL;

    switch (message->msg_style) {
    case PAM_PROMPT_ECHO_OFF:
        text = secret_text(person->password);
        break;
    case PAM_PROMPT_ECHO_ON:
        text = person->name;
        break;
    case PAM_ERROR_MSG:
    case PAM_TEXT_INFO:
        proto_escape(plain, sizeof(plain), message->msg);
        printf("message %s\n", plain);
        return PAM_SUCCESS;
    default:
        return PAM_CONV_ERR;
    }
    *response = strdup(text);
    return *response ? PAM_SUCCESS : PAM_BUF_ERR;
}

static void drop(struct pam_response *list, int count)
{
    for (int i = 0; i < count; i++) {
        if (list[i].resp)
            explicit_bzero(list[i].resp, strlen(list[i].resp));
        free(list[i].resp);
    }
    free(list);
}

int check_converse(int count, const struct pam_message **messages, struct pam_response **responses,
                   void *person)
{
    struct pam_response *list = NULL;
    int code = PAM_SUCCESS;

    *responses = NULL;
    if (count <= 0 || count > PAM_MAX_NUM_MSG)
        return PAM_CONV_ERR;
    list = calloc((size_t)count, sizeof(*list));
    if (!list)
        return PAM_BUF_ERR;
    for (int i = 0; i < count && code == PAM_SUCCESS; i++)
        code = answer(person, messages[i], &list[i].resp);
    if (code == PAM_SUCCESS)
        *responses = list;
    else
        drop(list, count);
    return code;
}

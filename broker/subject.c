#include "broker/subject.h"

#include <stdlib.h>
#include <string.h>

#include "broker/mapping.h"
#include "broker/select.h"

/* A question under way. */
struct question {
    struct broker *broker;
    struct request *request;
    subject_found *found;
    uid_t uid;                     /* must be the answer's, unless -1 */
    char name[PROTO_MAX_NAME + 1]; /* must be the answer's, unless empty */
};

static void answered(void *owner, enum mp_err err, const struct nss_user *user)
{
    struct question question = *(struct question *)owner;

    free(owner);
    if (err == MP_OK && ((question.uid != (uid_t)-1 && user->uid != question.uid) ||
                         (question.name[0] && strcmp(user->name, question.name) != 0)))
        err = MP_FORBIDDEN;
    question.found(question.broker, question.request, err, err == MP_OK ? user : NULL);
}

/* Asks for `name`, or for `uid` when the name is empty or `by_uid`; both must agree in the end. */
static void ask(struct broker *broker, struct request *request, const char *name, uid_t uid,
                int by_uid, subject_found *found)
{
    struct question *question = calloc(1, sizeof(*question));

    if (!question) {
        found(broker, request, MP_NOMEM, NULL);
        return;
    }
    question->broker = broker;
    question->request = request;
    question->found = found;
    question->uid = uid;
    strncpy(question->name, name, sizeof(question->name) - 1);
    names_find(broker->names, request->settings->config, by_uid ? NULL : question->name, uid,
               answered, question);
}

void subject_of_records(struct broker *broker, struct request *request, int allow_target,
                        subject_found *found)
{
    char target[PROTO_MAX_NAME + 1];
    enum mp_err err = wire_text(&request->message, PROTO_TARGET, target, sizeof(target));

    if (err == MP_OK && target[0] && (!allow_target || request->caller.uid != 0))
        err = MP_FORBIDDEN;
    if (err != MP_OK)
        found(broker, request, err, NULL);
    else if (target[0])
        ask(broker, request, target, (uid_t)-1, 0, found);
    else
        ask(broker, request, "", request->caller.uid, 1, found);
}

void subject_of_login(struct broker *broker, struct request *request, subject_found *found)
{
    const struct config_account *account = NULL;
    struct nss_user said = {0};
    char *no_groups[] = {NULL};
    enum mp_err err = select_login_account(request, &account);
    int is_root = request->caller.uid == 0;

    if (err == MP_OK)
        err = wire_text(&request->message, PROTO_USER, said.name, sizeof(said.name));
    if (err == MP_OK && !said.name[0])
        err = MP_PROTOCOL;
    if (err == MP_OK && is_root && !wire_find(&request->message, PROTO_UID))
        err = MP_PROTOCOL;
    if (err != MP_OK) {
        found(broker, request, err, NULL);
        return;
    }
    if (!is_root) {
        ask(broker, request, said.name, request->caller.uid, 1, found);
        return;
    }
    said.uid = (uid_t)wire_number(&request->message, PROTO_UID, 0);
    said.groups = no_groups;
    if (wire_number(&request->message, PROTO_UID, 0) > UINT32_MAX - 1)
        found(broker, request, MP_PROTOCOL, NULL);
    else if (mapping_needs_groups(account))
        ask(broker, request, said.name, said.uid, 0, found);
    else
        found(broker, request, MP_OK, &said);
}

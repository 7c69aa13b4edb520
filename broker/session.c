/* PROTO_SESSION_OPEN and PROTO_SESSION_CLOSE: counted; the last one may forget the tokens. */
#include "broker/forget.h"
#include "broker/operations.h"
#include "broker/select.h"
#include "broker/sessions.h"
#include "broker/subject.h"

static enum mp_err open_or_close(struct broker *broker, struct request *request,
                                 const struct config_account *account, const struct holder *holder)
{
    int64_t opened_at = 0;
    int left = -1;
    enum mp_err err = MP_STORAGE;

    if (broker->sessions_fd < 0)
        return MP_LOCKED;
    if (request->message.operation == PROTO_SESSION_OPEN)
        return sessions_open(broker->sessions_fd, holder->uid, request->caller.pid);
    opened_at = sessions_opened_at(broker->sessions_fd, holder->uid, request->caller.pid);
    err = sessions_close(broker->sessions_fd, holder->uid, request->caller.pid, &left);
    if (err == MP_OK && left == 0 && request->settings->config->forget_last_session)
        err = forget_record(broker, request->settings, account, holder, opened_at);
    return err;
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    const struct config_account *account = NULL;
    struct holder holder;
    struct secret *result = NULL;

    if (err == MP_OK)
        err = select_login_account(request, &account);
    if (err == MP_OK)
        err = mapping_holder(&holder, request->settings->config, account, user);
    if (err == MP_OK)
        err = open_or_close(broker, request, account, &holder);
    result = request_result(err);
    if (result && account && wire_put_text(result, PROTO_ACCOUNT, account->name) != MP_OK)
        secret_free(&result);
    request_answer(request, result);
}

void session_handle(struct broker *broker, struct request *request)
{
    subject_of_login(broker, request, user_known);
}

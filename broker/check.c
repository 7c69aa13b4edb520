/*
 * PROTO_ACCOUNT_CHECK: the account stage. A local decision: is the user mapped, did he log in with
 * his password here, and does the policy still hold for what was validated then? It never asks
 * Ping; a refresh is no proof that an account is alive.
 */
#include "broker/held.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/policy.h"
#include "broker/select.h"
#include "broker/subject.h"

static enum mp_err check(struct broker *broker, struct request *request,
                         const struct nss_user *user)
{
    const struct config_account *account = NULL;
    struct holder holder;
    struct record record = {0};
    uint64_t generation = 0;
    const char *why = "account_without_login";
    enum mp_err err = select_login_account(request, &account);

    if (err == MP_OK)
        err = mapping_holder(&holder, request->settings->config, account, user);
    if (err == MP_OK)
        err = held_read(broker, account, &holder, &record, &generation);
    if (err == MP_OK && record.login_at == 0)
        err = MP_NO_RECORD;
    if (err == MP_OK)
        err = policy_check(account, &holder, &record.claims, &why);
    else if ((err == MP_NO_RECORD || err == MP_STORAGE) && account->deny_without_login)
        err = MP_POLICY; /* an ssh key or a cron job is no login of ours */
    else if (err == MP_STORAGE)
        err = MP_NO_RECORD; /* a record that does not open is no login */
    if (err == MP_POLICY)
        log_line(LOG_NOTICE, "event=account result=refused account=%s uid=%u key=%s", account->name,
                 user->uid, why);
    record_free(&record);
    return err;
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    struct secret *result = NULL;

    if (err == MP_OK)
        err = check(broker, request, user);
    result = request_result(err);
    if (result &&
        wire_put_number(result, PROTO_VERDICT, err == MP_OK ? PROTO_ADMIT : PROTO_DENY) != MP_OK)
        secret_free(&result);
    request_answer(request, result);
}

void check_handle(struct broker *broker, struct request *request)
{
    subject_of_login(broker, request, user_known);
}

#include "broker/grant.h"

#include <unistd.h>

#include "broker/log.h"
#include "broker/order.h"
#include "broker/policy.h"

enum mp_err grant_start(struct broker *broker, const struct config_account *account,
                        const char *remote_name, const struct secret *password, int courier,
                        int64_t deadline_ms, struct job **job, job_done *done, void *owner)
{
    struct secret *packet = NULL;
    enum mp_err err = order_begin(broker, PROTO_JOB_PASSWORD, account, &packet);

    if (err == MP_OK)
        err = wire_put_text(packet, PROTO_REMOTE_NAME, remote_name);
    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_PASSWORD, password);
    if (err == MP_OK)
        err = job_start_over(job, broker, account, courier, packet, deadline_ms, done, owner);
    else if (courier >= 0)
        close(courier);
    secret_free(&packet);
    return err;
}

int grant_costs_nothing(const struct job_result *result)
{
    if (result->access_token || result->progress == PROTO_NOTHING_SENT)
        return 1;
    if (result->progress != PROTO_ANSWERED)
        return 0;
    if (result->err == MP_OUTAGE)
        return result->http_status == 403 || result->http_status == 429 ||
               result->http_status >= 500;
    /* the client was refused by name before the password was looked at */
    return result->err == MP_CLIENT && result->oauth_error[0] != '\0';
}

enum mp_err grant_judge(const struct config_account *account, const struct holder *holder,
                        const struct job_result *result)
{
    const char *why = NULL;
    enum mp_err err = result->err;

    if (err == MP_OK && !result->access_token)
        err = MP_PROTOCOL;
    if (err != MP_OK) {
        log_line(LOG_WARNING, "event=%s result=%s account=%s http=%u oauth_error=%s detail=\"%s\"",
                 result->access_token ? "validation" : "grant", mp_err_name(err), account->name,
                 result->http_status, result->oauth_error, result->detail);
        return err;
    }
    err = policy_check(account, holder, &result->claims, &why);
    if (err == MP_OK && policy_is_wider(account, result->scope)) {
        why = "scope";
        err = MP_POLICY;
    }
    if (err != MP_OK)
        log_line(LOG_NOTICE,
                 "event=policy result=refused account=%s uid=%u key=%s tenant=\"%s\" "
                 "platform=\"%s\" identifier=\"%s\"",
                 account->name, holder->uid, why, result->claims.tenant, result->claims.platform,
                 result->claims.identifier);
    return err;
}

int64_t grant_lifetime(const struct config_account *account, const struct job_result *result)
{
    int64_t life =
        result->expires_in_s ? (int64_t)result->expires_in_s : account->default_lifetime_s;
    int64_t left = result->validated_for_s;

    return left && left < life ? left : life;
}

void grant_fill(struct record *record, const struct config_account *account,
                struct job_result *result, int64_t now)
{
    record_free(record);
    record->access_token = result->access_token;
    record->refresh_token = result->refresh_token;
    result->access_token = result->refresh_token = NULL;
    record->claims = result->claims;
    record->obtained_at = record->login_at = now;
    record->expires_at = now + grant_lifetime(account, result);
}

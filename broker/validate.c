/*
 * PROTO_VALIDATE: asks the server what it says of the stored access token, and shows the claims. A
 * record keeps what was validated at its login; this changes nothing.
 */
#include <stdlib.h>

#include "broker/held.h"
#include "broker/job.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/order.h"
#include "broker/select.h"
#include "broker/subject.h"
#include "lib/clock.h"

struct validation {
    struct request *request;
    const struct config_account *account; /* of the request's settings */
    struct job *job;
};

static const char *explain(enum mp_err err)
{
    if (err == MP_DENIED)
        return "the server says that the token is not valid";
    return err == MP_OK ? NULL : "the validation itself failed; the token may be good";
}

static void answered(void *owner, struct job_result *result)
{
    struct validation *validation = owner;
    struct secret *answer = NULL;

    log_line(LOG_INFO, "event=validation result=%s account=%s http=%u detail=\"%s\"",
             mp_err_name(result->err), validation->account->name, result->http_status,
             result->detail);
    answer = request_result(result->err);
    if (answer && (wire_put_text(answer, PROTO_ACCOUNT, validation->account->name) != MP_OK ||
                   wire_put_text(answer, PROTO_TEXT, explain(result->err)) != MP_OK ||
                   (result->err == MP_OK && claims_write(&result->claims, answer) != MP_OK) ||
                   (result->err == MP_OK && result->expires_in_s &&
                    wire_put_number(answer, PROTO_EXPIRES_AT,
                                    (uint64_t)(clock_utc() + result->expires_in_s)) != MP_OK)))
        secret_free(&answer);
    request_answer(validation->request, answer);
    free(validation);
}

static enum mp_err send_job(struct broker *broker, struct validation *validation,
                            const struct secret *token)
{
    const struct config_account *account = validation->account;
    struct secret *packet = NULL;
    enum mp_err err = order_begin(broker, PROTO_JOB_VALIDATE, account, &packet);

    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_ACCESS_TOKEN, token);
    if (err == MP_OK)
        err = job_start(&validation->job, broker, account, packet,
                        clock_monotonic_ms() + account->timeout_ms, answered, validation);
    if (err == MP_OK)
        job_charge(validation->job, validation->request->caller.uid, JOB_OWN);
    secret_free(&packet);
    return err;
}

static enum mp_err start(struct broker *broker, struct request *request,
                         const struct config_account *account, const struct holder *holder,
                         const char **text)
{
    struct validation *validation = calloc(1, sizeof(*validation));
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err err =
        validation ? held_read(broker, account, holder, &record, &generation) : MP_NOMEM;

    if (err == MP_OK && held_token_left(&record, clock_utc()) == 0) {
        err = record.refresh_token ? MP_DENIED : MP_LOGIN_NEEDED;
        *text = record.refresh_token ? "there is no access token, or it has expired; mobproc "
                                       "refresh gets a new one"
                                     : NULL;
    }
    if (err == MP_OK) {
        validation->request = request;
        validation->account = account;
        err = send_job(broker, validation, record.access_token);
    }
    if (err != MP_OK)
        free(validation);
    record_free(&record);
    return err;
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    const struct config_account *account = NULL;
    struct holder holder;
    const char *text = NULL;

    if (err == MP_OK)
        err = select_own_account(broker, request, user, &account, &holder);
    if (err == MP_OK && account->validate == PROTO_VALIDATE_OFF) {
        err = MP_CONFIGURATION;
        text = "this account has validate = off";
    }
    if (err == MP_OK)
        err = job_admit(request->caller.uid, JOB_OWN);
    if (err == MP_OK)
        err = start(broker, request, account, &holder, &text);
    if (err != MP_OK)
        request_refuse(request, err, text);
}

void validate_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 1, user_known);
}

/*
 * PROTO_LOGIN: the password grant for one user. The password is charged to the guard before it is
 * sent, sent at most once, and the verdict is DENY until everything held.
 */
#include <stdlib.h>
#include <string.h>

#include "broker/ahead.h"
#include "broker/flights.h"
#include "broker/grant.h"
#include "broker/guard.h"
#include "broker/held.h"
#include "broker/job.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/revoke.h"
#include "broker/rhost.h"
#include "broker/select.h"
#include "broker/subject.h"
#include "lib/clock.h"

#define ANSWER_MS 300       /* of the caller's time kept for our answer */
#define MAX_REFUSAL_MS 3000 /* local refusals are padded up to this */

/* One login under way. Ends in login_end(). */
struct login {
    struct broker *broker;
    struct request *request;
    const struct config_account *account;
    struct holder holder;
    char service[PROTO_MAX_NAME + 1];
    char rhost[PROTO_MAX_NAME + 1];
    struct guard_unit unit;
    struct job *job;
    struct loop_timer *delay;
    enum mp_err delayed; /* the refusal that waits */
    int64_t began_ms;
};

static void login_end(struct login *login, enum mp_err err, const struct record *record)
{
    struct request *request = login->request;
    struct secret *result = request_result(err);
    enum proto_verdict verdict = err == MP_OK && record ? PROTO_ADMIT : PROTO_DENY;
    char service[LOG_WORD_SIZE];
    char rhost[LOG_WORD_SIZE];

    login->broker->metrics.logins[err]++;
    /* what a caller can cause without Ping's help is no notice: it could drown the others */
    log_line(err == MP_GUARD || err == MP_UNMAPPED ? LOG_INFO : LOG_NOTICE,
             "event=login result=%s account=%s user=%s uid=%u caller=%u service=%s rhost=%s",
             mp_err_name(err), login->account->name, login->holder.local_name, login->holder.uid,
             request->caller.uid, log_word(service, login->service), log_word(rhost, login->rhost));
    if (result && (wire_put_number(result, PROTO_VERDICT, verdict) != MP_OK ||
                   wire_put_text(result, PROTO_ACCOUNT, login->account->name) != MP_OK ||
                   (record && wire_put_number(result, PROTO_EXPIRES_AT,
                                              (uint64_t)record->expires_at) != MP_OK)))
        secret_free(&result);
    job_cancel(&login->job);
    loop_cancel(&login->delay);
    free(login);
    request_answer(request, result);
}

static void delay_over(void *owner)
{
    struct login *login = owner;

    login->delay = NULL;
    login_end(login, login->delayed, NULL);
}

/*
 * A refusal that Ping had no part in takes as long as Ping's last one, so that its time does not
 * tell which names exist. Who types here is refused sooner: his connection was made ahead.
 */
static void refuse_later(struct login *login, enum mp_err err)
{
    int64_t wait = login->broker->refusal_ms[rhost_is_remote(login->rhost)];

    if (wait > MAX_REFUSAL_MS)
        wait = MAX_REFUSAL_MS;
    login->delayed = err;
    login->delay = loop_at(login->broker->loop, login->began_ms + wait, delay_over, login);
    if (!login->delay)
        login_end(login, err, NULL);
}

static void give_back(struct login *login)
{
    guard_give_back(login->broker->guard_fd, &login->unit, clock_utc(),
                    login->request->settings->config->guard_window_s);
}

static enum mp_err seal(struct login *login, struct job_result *result, struct record *record)
{
    uint64_t generation = 0;
    enum mp_err err = MP_OK;

    grant_fill(record, login->account, result, clock_utc());
    err = held_write(login->broker, login->account, &login->holder, record, VAULT_ANY_GENERATION,
                     &generation);
    if (err == MP_OK)
        flights_forget(login->broker->flights, login->account, &login->holder);
    return err;
}

/* Tokens that nobody will use are given back to the server; nobody waits for that. */
static void discard(struct login *login, const struct record *record,
                    const struct job_result *result)
{
    const struct secret *refresh =
        result->refresh_token ? result->refresh_token : record->refresh_token;
    const struct secret *access =
        result->access_token ? result->access_token : record->access_token;

    revoke_tokens(login->broker, login->request->settings, login->account, login->holder.uid,
                  refresh, access, NULL, NULL);
}

static void answered(void *owner, struct job_result *result)
{
    struct login *login = owner;
    struct record record = {0};
    enum mp_err err = grant_judge(login->account, &login->holder, result);

    login->job = NULL;
    if (result->progress == PROTO_ANSWERED)
        metrics_answered(&login->broker->metrics, clock_monotonic_ms() - login->began_ms);
    if (grant_costs_nothing(result))
        give_back(login);
    if (err == MP_DENIED)
        login->broker->refusal_ms[rhost_is_remote(login->rhost)] =
            clock_monotonic_ms() - login->began_ms;
    if (err == MP_OK && !request_is_alive(login->request))
        err = MP_INTERRUPTED; /* nobody waits for the verdict: nothing is sealed */
    if (err == MP_OK)
        err = seal(login, result, &record);
    if (err != MP_OK)
        discard(login, &record, result);
    login_end(login, err, err == MP_OK ? &record : NULL);
    record_free(&record);
}

static enum job_purse purse_of(const struct login *login)
{
    if (login->request->caller.uid != 0)
        return JOB_OWN_LOGIN;
    return rhost_is_remote(login->rhost) ? JOB_LOGIN_REMOTE : JOB_LOGIN_HERE;
}

static enum mp_err send_job(struct login *login, const struct secret *password)
{
    int64_t deadline = clock_monotonic_ms() + login->account->timeout_ms;
    enum mp_err err = MP_OK;
    int courier = ahead_take(login->broker->ahead, login->request, login->account, &login->holder);

    if (deadline > login->request->deadline_ms - ANSWER_MS)
        deadline = login->request->deadline_ms - ANSWER_MS;
    err = grant_start(login->broker, login->account, login->holder.remote_name, password, courier,
                      deadline, &login->job, answered, login);
    if (err == MP_OK)
        job_charge(login->job, login->holder.uid, purse_of(login));
    return err;
}

static void try_password(struct login *login, const struct secret *password)
{
    const struct config *config = login->request->settings->config;
    int wait_s = 0;
    enum mp_err err = MP_OK;

    if (!login->broker->vault) {
        login_end(login, MP_LOCKED, NULL);
        return;
    }
    if (!password || proto_is_stand_in(secret_text(password), secret_length(password))) {
        refuse_later(login, MP_DENIED);
        return;
    }
    err = job_admit(login->holder.uid, purse_of(login));
    if (err == MP_OK)
        err = guard_charge(login->broker->guard_fd, login->account->home, login->holder.remote_name,
                           rhost_is_remote(login->rhost), config->guard_failures,
                           config->guard_window_s, clock_utc(), &login->unit, &wait_s);
    if (err == MP_GUARD) {
        refuse_later(login, err);
        return;
    }
    if (err == MP_OK) {
        err = send_job(login, password);
        if (err == MP_OK)
            return;
        give_back(login);
    }
    login_end(login, err, NULL);
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    struct login *login = err == MP_OK ? calloc(1, sizeof(*login)) : NULL;
    struct secret *password = NULL;

    if (!login) {
        request_refuse(request, err == MP_OK ? MP_NOMEM : err, NULL);
        return;
    }
    login->broker = broker;
    login->request = request;
    login->began_ms = clock_monotonic_ms();
    err = select_login_account(request, &login->account);
    if (err == MP_OK)
        err = wire_text(&request->message, PROTO_SERVICE, login->service, sizeof(login->service));
    if (err == MP_OK)
        err = wire_text(&request->message, PROTO_RHOST, login->rhost, sizeof(login->rhost));
    if (err == MP_OK)
        err = wire_secret(&request->message, PROTO_PASSWORD, &password);
    if (err != MP_OK) {
        free(login);
        request_refuse(request, err, NULL);
        return;
    }
    err = mapping_holder(&login->holder, request->settings->config, login->account, user);
    if (err == MP_OK)
        try_password(login, password);
    else
        refuse_later(login, err);
    secret_free(&password);
}

void login_handle(struct broker *broker, struct request *request)
{
    subject_of_login(broker, request, user_known);
}

/*
 * PROTO_FINISH_BROWSER: what the browser brought. The handle is used up by this, whatever comes of
 * it; the state decides before anything is sent; a record is sealed only when the token is valid,
 * the policy agrees and the identity is the caller's own.
 */
#include <stdlib.h>

#include "broker/authorization.h"
#include "broker/flights.h"
#include "broker/grant.h"
#include "broker/held.h"
#include "broker/job.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/order.h"
#include "broker/revoke.h"
#include "lib/clock.h"

#define ANSWER_MS 300      /* of the caller's time kept for our answer */
#define MAX_LIFETIME 86400 /* seconds; more is not believed */

/* One sign-in that is being finished. Ends in finish_end(). */
struct finish {
    struct broker *broker;
    struct request *request;
    struct signin *signin;
    struct secret *token;     /* implicit: what the browser brought */
    unsigned said_lifetime_s; /* implicit: what came with it; 0: nothing */
    struct job *job;
};

static const char unknown[] = "this sign-in is over: it took more than ten minutes, was finished "
                              "before, or the broker was started again";

static void finish_end(struct finish *finish, enum mp_err err, const char *text,
                       const struct record *record)
{
    const struct signin *signin = finish->signin;
    struct request *request = finish->request;
    struct secret *result = request_result(err);

    log_line(err == MP_OK ? LOG_INFO : LOG_NOTICE,
             "event=browser step=finish result=%s account=%s user=%s uid=%u", mp_err_name(err),
             signin->account->name, signin->holder.local_name, signin->holder.uid);
    if (result && (wire_put_text(result, PROTO_TEXT, text) != MP_OK ||
                   wire_put_text(result, PROTO_ACCOUNT, signin->account->name) != MP_OK))
        secret_free(&result);
    if (result && record && err == MP_OK &&
        (wire_put_number(result, PROTO_EXPIRES_AT, (uint64_t)record->expires_at) != MP_OK ||
         wire_put_number(result, PROTO_HAS_REFRESH, record->refresh_token != NULL) != MP_OK))
        secret_free(&result);
    job_cancel(&finish->job);
    secret_free(&finish->token);
    signin_free(&finish->signin);
    free(finish);
    request_answer(request, result);
}

/* Tokens that are not kept are given back to the server; nobody waits for that. */
static void discard(struct finish *finish, const struct record *record,
                    const struct job_result *result)
{
    const struct secret *refresh =
        result->refresh_token ? result->refresh_token : record->refresh_token;
    const struct secret *access =
        result->access_token ? result->access_token : record->access_token;

    if (refresh || access)
        revoke_tokens(finish->broker, finish->request->settings, finish->signin->account,
                      finish->signin->holder.uid, refresh, access, NULL, NULL);
}

/* login_at stays 0: the account stage asks for a password that was typed here. */
static enum mp_err seal(struct finish *finish, struct job_result *result, struct record *record)
{
    const struct signin *signin = finish->signin;
    uint64_t generation = 0;
    enum mp_err err = MP_OK;

    grant_fill(record, signin->account, result, clock_utc());
    record->login_at = 0;
    err = held_write(finish->broker, signin->account, &signin->holder, record, VAULT_ANY_GENERATION,
                     &generation);
    if (err == MP_OK)
        flights_forget(finish->broker->flights, signin->account, &signin->holder);
    return err;
}

/* The token came through the browser; the shorter of two lives is believed. */
static void take_brought_token(struct finish *finish, struct job_result *result)
{
    unsigned said = finish->said_lifetime_s;

    secret_free(&result->access_token);
    secret_free(&result->refresh_token);
    result->access_token = finish->token;
    finish->token = NULL;
    if (said && (!result->expires_in_s || said < result->expires_in_s))
        result->expires_in_s = said;
}

static enum mp_err judge(const struct finish *finish, const struct job_result *result)
{
    const struct signin *signin = finish->signin;
    enum mp_err err = grant_judge(signin->account, &signin->holder, result);

    if (err == MP_OK &&
        (signin->account->validate == PROTO_VALIDATE_OFF ||
         !authorization_is_own(signin->account, &signin->holder, &result->claims))) {
        log_line(LOG_WARNING,
                 "event=policy result=refused account=%s uid=%u key=identifier identifier=\"%s\" "
                 "platform=\"%s\"",
                 signin->account->name, signin->holder.uid, result->claims.identifier,
                 result->claims.platform);
        err = MP_POLICY;
    }
    return err;
}

static void answered(void *owner, struct job_result *result)
{
    struct finish *finish = owner;
    struct record record = {0};
    const char *text = NULL;
    enum mp_err err = MP_OK;

    finish->job = NULL;
    if (finish->token)
        take_brought_token(finish, result);
    err = judge(finish, result);
    if (err == MP_POLICY)
        text = "the browser is signed in as somebody who may not use this account here: sign out "
               "there and begin again";
    if (err == MP_OK && !request_is_alive(finish->request))
        err = MP_INTERRUPTED; /* nobody waits for it: nothing is sealed */
    if (err == MP_OK)
        err = seal(finish, result, &record);
    if (err != MP_OK)
        discard(finish, &record, result);
    finish_end(finish, err, text, &record);
    record_free(&record);
}

/* The job's packet, with the code (RFC 6749 4.1.3, RFC 7636 4.5) or with the token in it. */
static enum mp_err order(const struct finish *finish, const struct secret *code,
                         struct secret **packet)
{
    const struct signin *signin = finish->signin;
    enum mp_err err = order_begin(finish->broker, code ? PROTO_JOB_CODE : PROTO_JOB_VALIDATE,
                                  signin->account, packet);

    if (err == MP_OK && !code)
        return wire_put_secret(*packet, PROTO_ACCESS_TOKEN, finish->token);
    if (err == MP_OK)
        err = wire_put_secret(*packet, PROTO_CODE, code);
    if (err == MP_OK)
        err = wire_put_secret(*packet, PROTO_CODE_VERIFIER, signin->verifier);
    return err == MP_OK ? wire_put_text(*packet, PROTO_REDIRECT_URI, signin->redirect_uri) : err;
}

static enum mp_err start_job(struct finish *finish, const struct secret *code)
{
    const struct config_account *account = finish->signin->account;
    int64_t deadline = clock_monotonic_ms() + account->timeout_ms;
    struct secret *packet = NULL;
    enum mp_err err = order(finish, code, &packet);

    if (deadline > finish->request->deadline_ms - ANSWER_MS)
        deadline = finish->request->deadline_ms - ANSWER_MS;
    if (err == MP_OK)
        err = job_start(&finish->job, finish->broker, account, packet, deadline, answered, finish);
    if (err == MP_OK)
        job_charge(finish->job, finish->request->caller.uid, JOB_OWN);
    secret_free(&packet);
    return err;
}

/* Nothing is sent for an answer that is not this sign-in's, or that it did not ask for. */
static enum mp_err examine(const struct finish *finish, const struct secret *state,
                           const struct secret *code, const char **text)
{
    const struct signin *signin = finish->signin;

    if (!state || !secret_equal(state, signin->state)) {
        *text = "the answer does not belong to this sign-in (wrong state): begin again";
        return MP_LOGIN_NEEDED;
    }
    if (finish->request->settings != signin->settings) {
        *text = "the configuration was changed meanwhile: begin again";
        return MP_LOGIN_NEEDED;
    }
    if (!code && !finish->token)
        return MP_DENIED; /* an error of the server, which the helper shows */
    if (signin->account->is_implicit ? code || !finish->token : !code || finish->token)
        return MP_PROTOCOL;
    if (finish->token && !proto_is_token(secret_text(finish->token), secret_length(finish->token)))
        return MP_PROTOCOL;
    return finish->broker->vault ? MP_OK : MP_LOCKED;
}

static enum mp_err read_answer(struct finish *finish, struct secret **state, struct secret **code)
{
    const struct wire_message *message = &finish->request->message;
    uint64_t said = wire_number(message, PROTO_EXPIRES_IN, 0);
    enum mp_err err = wire_secret(message, PROTO_STATE, state);

    if (err == MP_OK)
        err = wire_secret(message, PROTO_CODE, code);
    if (err == MP_OK)
        err = wire_secret(message, PROTO_ACCESS_TOKEN, &finish->token);
    finish->said_lifetime_s = (unsigned)(said < MAX_LIFETIME ? said : MAX_LIFETIME);
    return err;
}

static void finish_signin(struct finish *finish)
{
    struct secret *state = NULL;
    struct secret *code = NULL;
    const char *text = NULL;
    enum mp_err err = read_answer(finish, &state, &code);

    if (err == MP_OK)
        err = examine(finish, state, code, &text);
    if (err == MP_OK)
        err = start_job(finish, code);
    secret_free(&state);
    secret_free(&code);
    if (err != MP_OK)
        finish_end(finish, err, text, NULL);
}

void finish_browser_handle(struct broker *broker, struct request *request)
{
    struct finish *finish = calloc(1, sizeof(*finish));
    struct secret *handle = NULL;
    enum mp_err err = finish ? wire_secret(&request->message, PROTO_HANDLE, &handle) : MP_NOMEM;

    if (err == MP_OK && !handle)
        err = MP_PROTOCOL;
    if (err == MP_OK) /* before the handle is used up */
        err = job_admit(request->caller.uid, JOB_OWN);
    if (err == MP_OK) {
        finish->broker = broker;
        finish->request = request;
        finish->signin = signins_take(broker->signins, request->caller.uid, handle);
    }
    secret_free(&handle);
    if (err == MP_OK && finish->signin) {
        finish_signin(finish);
        return;
    }
    free(finish);
    request_refuse(request, err == MP_OK ? MP_LOGIN_NEEDED : err, err == MP_OK ? unknown : NULL);
}

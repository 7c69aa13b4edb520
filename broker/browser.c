/* PROTO_BEGIN_BROWSER: says which port to wait at, or begins a sign-in with a browser. */
#include <stdio.h>
#include <stdlib.h>

#include "broker/authorization.h"
#include "broker/discovery.h"
#include "broker/job.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/order.h"
#include "broker/select.h"
#include "broker/subject.h"
#include "lib/clock.h"

/* A sign-in that is about to begin. */
struct beginning {
    struct broker *broker;
    struct request *request;
    const struct config_account *account; /* of the request's settings */
    struct holder holder;
    char redirect_uri[SIGNINS_MAX_URI + 1];
    struct job *job;
};

/* Why this account signs nobody in with a browser, or NULL. */
static const char *find_gap(const struct config_account *account, const char *endpoint,
                            enum mp_err *err)
{
    *err = MP_CONFIGURATION;
    if (!endpoint)
        return "the account has no authorization_endpoint: sign in with a password";
    *err = MP_POLICY;
    if (account->validate == PROTO_VALIDATE_OFF)
        return "the account has validate = off: nobody could tell whose token the browser brings";
    *err = MP_OK;
    return NULL;
}

static void answer(struct request *request, const struct config_account *account,
                   const struct signin *signin, const struct secret *url)
{
    struct secret *result = request_result(MP_OK);
    char any[SIGNINS_MAX_URI + 1];
    enum mp_err err = result ? wire_put_text(result, PROTO_ACCOUNT, account->name) : MP_NOMEM;

    snprintf(any, sizeof(any), AUTHORIZATION_REDIRECT_URI, (unsigned)account->redirect_port);
    if (err == MP_OK && !signin)
        err = wire_put_text(result, PROTO_REDIRECT_URI, any);
    if (err == MP_OK && signin)
        err = wire_put_secret(result, PROTO_URL, url);
    if (err == MP_OK && signin)
        err = wire_put_secret(result, PROTO_HANDLE, signin->handle);
    if (err != MP_OK)
        secret_free(&result);
    request_answer(request, result);
}

static enum mp_err begin(const struct beginning *beginning, const char *endpoint)
{
    const struct config_account *account = beginning->account;
    const struct signin *signin = NULL;
    struct secret *url = NULL;
    enum mp_err err = MP_OK;

    if (!authorization_is_redirect_uri(account, beginning->redirect_uri))
        return MP_PROTOCOL;
    err = signins_begin(beginning->broker->signins, beginning->request->settings, account,
                        &beginning->holder, beginning->redirect_uri, &signin);
    if (err == MP_OK)
        err = authorization_url(signin, endpoint, &url);
    log_line(LOG_INFO, "event=browser step=begin result=%s account=%s user=%s uid=%u",
             mp_err_name(err), account->name, beginning->holder.local_name, beginning->holder.uid);
    if (err == MP_OK)
        answer(beginning->request, account, signin, url);
    secret_free(&url);
    return err;
}

/* Answers, and frees. */
static void go_on(struct beginning *beginning, enum mp_err err)
{
    const struct config_account *account = beginning->account;
    const char *endpoint = discovery_authorization(beginning->broker->discovery, account);
    const char *gap = NULL;

    if (err == MP_OK)
        gap = find_gap(account, endpoint, &err);
    if (err == MP_OK && beginning->redirect_uri[0])
        err = begin(beginning, endpoint);
    else if (err == MP_OK)
        answer(beginning->request, account, NULL, NULL);
    if (err != MP_OK)
        request_refuse(beginning->request, err, gap);
    free(beginning);
}

static void discovered(void *owner, struct job_result *result)
{
    struct beginning *beginning = owner;

    log_line(result->err == MP_OK ? LOG_INFO : LOG_WARNING,
             "event=discovery result=%s account=%s detail=\"%s\"", mp_err_name(result->err),
             beginning->account->name, result->detail);
    go_on(beginning, result->err);
}

/* Only the issuer's document says where the page is, and nobody has read it yet. */
static enum mp_err discover(struct beginning *beginning)
{
    struct broker *broker = beginning->broker;
    const struct config_account *account = beginning->account;
    struct secret *packet = NULL;
    enum mp_err err = job_admit(beginning->holder.uid, JOB_OWN);

    if (err == MP_OK)
        err = order_begin(broker, PROTO_JOB_DISCOVER, account, &packet);
    if (err == MP_OK)
        err = job_start(&beginning->job, broker, account, packet,
                        clock_monotonic_ms() + account->timeout_ms, discovered, beginning);
    if (err == MP_OK)
        job_charge(beginning->job, beginning->holder.uid, JOB_OWN);
    secret_free(&packet);
    return err;
}

static enum mp_err prepare(struct beginning *beginning, const struct nss_user *user)
{
    struct request *request = beginning->request;
    enum mp_err err = select_login_account(request, &beginning->account);

    if (err == MP_OK)
        err =
            mapping_holder(&beginning->holder, request->settings->config, beginning->account, user);
    if (err == MP_OK)
        err = wire_text(&request->message, PROTO_REDIRECT_URI, beginning->redirect_uri,
                        sizeof(beginning->redirect_uri));
    if (err == MP_OK && !beginning->broker->vault)
        err = MP_LOCKED;
    return err;
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    struct beginning *beginning = err == MP_OK ? calloc(1, sizeof(*beginning)) : NULL;

    if (err == MP_OK && !beginning)
        err = MP_NOMEM;
    if (err == MP_OK) {
        beginning->broker = broker;
        beginning->request = request;
        err = prepare(beginning, user);
    }
    if (err == MP_OK && !beginning->account->authorization_endpoint &&
        discovery_is_open(broker->discovery, beginning->account)) {
        err = discover(beginning);
        if (err == MP_OK)
            return;
    }
    if (err == MP_OK) {
        go_on(beginning, MP_OK);
        return;
    }
    free(beginning);
    request_refuse(request, err, NULL);
}

void begin_browser_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 0, user_known);
}

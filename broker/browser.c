/* PROTO_BEGIN_BROWSER: says which port to wait at, or begins a sign-in with a browser. */
#include <stdio.h>

#include "broker/authorization.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/select.h"
#include "broker/subject.h"

/* Why this account signs nobody in with a browser, or NULL. */
static const char *find_gap(const struct config_account *account, enum mp_err *err)
{
    *err = MP_CONFIGURATION;
    if (!account->authorization_endpoint)
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

static enum mp_err begin(struct broker *broker, struct request *request,
                         const struct config_account *account, const struct holder *holder,
                         const char *redirect_uri)
{
    const struct signin *signin = NULL;
    struct secret *url = NULL;
    enum mp_err err = MP_OK;

    if (!authorization_is_redirect_uri(account, redirect_uri))
        return MP_PROTOCOL;
    err = signins_begin(broker->signins, request->settings, account, holder, redirect_uri, &signin);
    if (err == MP_OK)
        err = authorization_url(signin, &url);
    log_line(LOG_INFO, "event=browser step=begin result=%s account=%s user=%s uid=%u",
             mp_err_name(err), account->name, holder->local_name, holder->uid);
    if (err == MP_OK)
        answer(request, account, signin, url);
    secret_free(&url);
    return err;
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    const struct config_account *account = NULL;
    struct holder holder;
    char redirect_uri[SIGNINS_MAX_URI + 1] = "";
    const char *gap = NULL;

    if (err == MP_OK)
        err = select_login_account(request, &account);
    if (err == MP_OK)
        err = mapping_holder(&holder, request->settings->config, account, user);
    if (err == MP_OK)
        err = wire_text(&request->message, PROTO_REDIRECT_URI, redirect_uri, sizeof(redirect_uri));
    if (err == MP_OK && !broker->vault)
        err = MP_LOCKED;
    if (err == MP_OK)
        gap = find_gap(account, &err);
    if (err == MP_OK && !redirect_uri[0]) {
        answer(request, account, NULL, NULL);
        return;
    }
    if (err == MP_OK)
        err = begin(broker, request, account, &holder, redirect_uri);
    if (err != MP_OK)
        request_refuse(request, err, gap);
}

void begin_browser_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 0, user_known);
}

/* PROTO_BEGIN_BROWSER, and the rules that both ends of a sign-in share. */
#include "broker/browser.h"

#include <stdio.h>
#include <string.h>

#include "broker/log.h"
#include "broker/operations.h"
#include "broker/pkce.h"
#include "broker/select.h"
#include "broker/subject.h"

#define MAX_URL 4096 /* PROTO_URL */
#define REDIRECT_START "http://127.0.0.1:"
#define REDIRECT_END "/callback"

/* --- the authorization request --- */

/* Everything but RFC 3986's unreserved characters as %XX: right for a query and for a form. */
static enum mp_err encode(struct secret *url, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    enum mp_err err = MP_OK;

    for (const char *c = text; *c && err == MP_OK; c++) {
        char escaped[4];

        snprintf(escaped, sizeof(escaped), "%%%02X", (unsigned char)*c);
        err = strchr(plain, *c) ? secret_append(url, c, 1) : secret_append(url, escaped, 3);
    }
    return err;
}

/* `name` comes with the '?' or '&' before it and the '=' behind. NULL adds nothing. */
static enum mp_err add(struct secret *url, const char *name, const char *value)
{
    enum mp_err err = value ? secret_append(url, name, strlen(name)) : MP_OK;

    return err == MP_OK && value ? encode(url, value) : err;
}

static enum mp_err add_challenge(struct secret *url, const struct secret *verifier)
{
    char challenge[PKCE_LENGTH + 1];
    enum mp_err err = pkce_challenge(verifier, challenge);

    if (err == MP_OK)
        err = add(url, "&code_challenge=", challenge);
    return err == MP_OK ? add(url, "&code_challenge_method=", "S256") : err;
}

enum mp_err browser_url(const struct signin *signin, struct secret **out)
{
    const struct config_account *account = signin->account;
    const char *endpoint = account->authorization_endpoint;
    struct secret *url = secret_new(MAX_URL);
    enum mp_err err = url ? secret_append(url, endpoint, strlen(endpoint)) : MP_NOMEM;

    if (err == MP_OK)
        err = add(url, "?response_type=", account->is_implicit ? "token" : "code");
    if (err == MP_OK)
        err = add(url, "&client_id=", account->client_id);
    if (err == MP_OK)
        err = add(url, "&redirect_uri=", signin->redirect_uri);
    if (err == MP_OK)
        err = add(url, "&scope=", account->scope);
    if (err == MP_OK)
        err = add(url, "&state=", secret_text(signin->state));
    if (err == MP_OK && !account->is_implicit)
        err = add_challenge(url, signin->verifier);
    if (err != MP_OK)
        secret_free(&url);
    *out = url;
    return err;
}

int browser_is_redirect_uri(const struct config_account *account, const char *uri)
{
    char expected[SIGNINS_MAX_URI + 1];
    unsigned port = 0;

    if (strncmp(uri, REDIRECT_START, strlen(REDIRECT_START)) != 0)
        return 0;
    for (const char *c = uri + strlen(REDIRECT_START); *c >= '0' && *c <= '9' && port <= 65535; c++)
        port = port * 10 + (unsigned)(*c - '0');
    if (port < 1 || port > 65535 ||
        (account->redirect_port && port != (unsigned)account->redirect_port))
        return 0;
    snprintf(expected, sizeof(expected), REDIRECT_START "%u" REDIRECT_END, port);
    return strcmp(uri, expected) == 0;
}

/* --- whose it is --- */

static int is_source_system(const char *platform)
{
    return strcmp(platform, "command") == 0 || strcmp(platform, "rivermine") == 0;
}

int browser_is_own(const struct config_account *account, const struct holder *holder,
                   const struct claims *claims)
{
    const char *name = holder->remote_name;
    const char *mark = strstr(name, "://");
    size_t system = mark ? (size_t)(mark - name) : 0;

    if (account->require_identifier)
        return 1;
    if (!claims->identifier[0])
        return 0;
    if (strcmp(claims->identifier, name) == 0 && (mark || !is_source_system(claims->platform)))
        return 1;
    /* the same bare name in two source systems is two people */
    return mark && strcmp(claims->identifier, mark + 3) == 0 &&
           (!claims->platform[0] ||
            (strlen(claims->platform) == system && memcmp(claims->platform, name, system) == 0));
}

/* --- PROTO_BEGIN_BROWSER --- */

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
    char any[64];
    enum mp_err err = result ? wire_put_text(result, PROTO_ACCOUNT, account->name) : MP_NOMEM;

    snprintf(any, sizeof(any), REDIRECT_START "%d" REDIRECT_END, account->redirect_port);
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

    if (!browser_is_redirect_uri(account, redirect_uri))
        return MP_PROTOCOL;
    err = signins_begin(broker->signins, request->settings, account, holder, redirect_uri, &signin);
    if (err == MP_OK)
        err = browser_url(signin, &url);
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

#include "broker/authorization.h"

#include <stdio.h>
#include <string.h>

#include "broker/pkce.h"

#define MAX_URL 4096 /* PROTO_URL */
#define REDIRECT_START "http://127.0.0.1:"

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

enum mp_err authorization_url(const struct signin *signin, const char *endpoint,
                              struct secret **out)
{
    const struct config_account *account = signin->account;
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

int authorization_is_redirect_uri(const struct config_account *account, const char *uri)
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
    snprintf(expected, sizeof(expected), AUTHORIZATION_REDIRECT_URI, port);
    return strcmp(uri, expected) == 0;
}

/* --- whose it is --- */

static int is_source_system(const char *platform)
{
    return strcmp(platform, "command") == 0 || strcmp(platform, "rivermine") == 0;
}

int authorization_is_own(const struct config_account *account, const struct holder *holder,
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

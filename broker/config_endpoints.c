/* Addresses that this client's credentials and tokens are sent to: single values, and what the
 * endpoints of an account mean together. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/address.h"
#include "broker/config_draft.h"
#include "broker/config_values.h"

/* --- single values --- */

/* https anywhere, or http at 127.0.0.1, which is judged with insecure_loopback later. */
static enum mp_err read_url(struct address *address, const char *value, char *problem, size_t size)
{
    const char *reason = NULL;
    int is_http = strncmp(value, "http://", 7) == 0;

    if (strlen(value) >= PROTO_MAX_TEXT) /* room for a slash */
        return config_refuse(problem, size, "is too long");
    if (address_read(address, value, is_http ? "http" : "https", is_http ? 80 : 443, &reason) !=
        MP_OK)
        return config_refuse(problem, size, reason);
    if (is_http && strcmp(address->host, "127.0.0.1") != 0)
        return config_refuse(problem, size, "it must begin with https://");
    return MP_OK;
}

enum mp_err config_set_endpoint(const struct config_key *key UNUSED, void *field, const char *value,
                                char *problem, size_t size)
{
    struct address address = {0};
    enum mp_err err = read_url(&address, value, problem, size);

    if (err == MP_OK && (!address.path || address.path[0] == '\0'))
        err = config_refuse(problem, size, "the path is missing: https://host/path");
    return err == MP_OK ? config_keep(field, value) : err;
}

enum mp_err config_set_issuer(const struct config_key *key UNUSED, void *field, const char *value,
                              char *problem, size_t size)
{
    struct address address = {0};
    enum mp_err err = read_url(&address, value, problem, size);

    if (err == MP_OK && strncmp(value, "https://", 8) != 0)
        err = config_refuse(problem, size, "it must begin with https://");
    return err == MP_OK ? config_keep(field, value) : err;
}

enum mp_err config_set_endpoints(const struct config_key *key, void *field, const char *value,
                                 char *problem, size_t size)
{
    char ***endpoints = field;
    char **words = NULL;
    char *kept = NULL;
    enum mp_err err = config_words(&words, value);

    for (size_t i = 0; err == MP_OK && words[i]; i++) {
        err = config_set_endpoint(key, &kept, words[i], problem, size);
        if (err == MP_OK && i >= CONFIG_MAX_ENDPOINTS)
            err = config_refuse(problem, size, "there are more than 8");
        for (size_t k = 0; err == MP_OK && k < i; k++)
            if (strcmp(words[k], words[i]) == 0)
                err = config_refuse(problem, size, "the same address stands there twice");
    }
    free(kept);
    if (err != MP_OK) {
        config_words_free(&words);
        return err;
    }
    config_words_free(endpoints);
    *endpoints = words;
    return MP_OK;
}

_Static_assert(CONFIG_MAX_ENDPOINTS == 8, "a message above names the number");

enum mp_err config_set_url(const struct config_key *key UNUSED, void *field, const char *value,
                           char *problem, size_t size)
{
    struct address address = {0};
    char *whole = NULL;
    enum mp_err err = read_url(&address, value, problem, size);

    if (err != MP_OK)
        return err;
    if (asprintf(&whole, "%s%s", value, address.path && address.path[0] ? "" : "/") < 0)
        return MP_NOMEM;
    err = config_keep(field, whole);
    free(whole);
    return err;
}

/* --- together --- */

static int is_http(const char *url)
{
    return strncmp(url, "http://", 7) == 0;
}

static void check_scheme(struct config_draft *draft, size_t i, const char *key, const char *url)
{
    if (url && is_http(url) && !draft->config->accounts[i].insecure_loopback)
        config_complain(draft, config_line(draft, i, key),
                        "%s: it must begin with https:// (http://127.0.0.1 needs "
                        "insecure_loopback = yes)",
                        key);
}

static void exclude(struct config_draft *draft, size_t i, const char *key)
{
    int environment = config_line(draft, i, "environment");
    int other = config_line(draft, i, key);

    if (environment && other)
        config_complain(draft, environment > other ? environment : other,
                        "environment and %s exclude each other (line %d)", key,
                        environment < other ? environment : other);
}

static void check_token_endpoints(struct config_draft *draft, size_t i)
{
    const struct config_account *account = &draft->config->accounts[i];

    exclude(draft, i, "token_endpoint");
    exclude(draft, i, "issuer");
    if (!config_line(draft, i, "environment") && !config_line(draft, i, "token_endpoint") &&
        !config_line(draft, i, "issuer"))
        config_complain(draft, account->line,
                        "[account %s] lacks environment (production, qa), token_endpoint or issuer",
                        account->name);
    for (char **url = account->token_endpoints; url && *url; url++)
        check_scheme(draft, i, "token_endpoint", *url);
}

/* The environment's one makes a list; an account without any is at home with its issuer. */
static enum mp_err settle_token_endpoints(struct config_account *account)
{
    enum mp_err err = MP_OK;

    if (!account->token_endpoints && account->environment)
        err = config_words(&account->token_endpoints, account->environment);
    if (err == MP_OK)
        err = config_keep(&account->home,
                          account->token_endpoints ? account->token_endpoints[0] : account->issuer);
    return err;
}

/* Do both lie on one server? Scheme, host and port; both are known to be readable. */
static int is_one_server(const char *one, const char *other)
{
    char servers[2][ADDRESS_SERVER_SIZE];

    return address_server(one, servers[0]) == MP_OK && address_server(other, servers[1]) == MP_OK &&
           is_http(one) == is_http(other) && strcmp(servers[0], servers[1]) == 0;
}

/* Secrets go there as well, so it must be where they belong: on the server of a token endpoint. */
static void check_companion(struct config_draft *draft, size_t i, const char *key, const char *url,
                            const char *why)
{
    const struct config_account *account = &draft->config->accounts[i];
    char *home[] = {account->home, NULL};
    char **one = account->token_endpoints ? account->token_endpoints : home;

    if (!url)
        return;
    check_scheme(draft, i, key, url);
    while (*one && !is_one_server(url, *one))
        one++;
    if (account->home && !*one)
        config_complain(draft, config_line(draft, i, key),
                        "%s: %.180s is not on the server of the token endpoint, %.180s: scheme, "
                        "host and port must be the same, because %s",
                        key, url, account->home, why);
}

/* PingFederate's other endpoints stand beside the token endpoint. */
static enum mp_err fill(char **field, const char *environment, const char *name)
{
    const char *slash = strrchr(environment, '/');

    if (*field)
        return MP_OK;
    if (asprintf(field, "%.*s%s", (int)(slash + 1 - environment), environment, name) < 0) {
        *field = NULL;
        return MP_NOMEM;
    }
    return MP_OK;
}

void config_check_endpoints(struct config_draft *draft, size_t i)
{
    static const char secret[] = "the client's secret is sent there";
    struct config_account *account = &draft->config->accounts[i];

    if (settle_token_endpoints(account) != MP_OK)
        draft->err = MP_NOMEM;
    check_token_endpoints(draft, i);
    check_companion(draft, i, "issuer", account->issuer, "it names others for the same secrets");
    check_companion(draft, i, "introspection_endpoint", account->introspection_endpoint, secret);
    check_companion(draft, i, "revocation_endpoint", account->revocation_endpoint, secret);
    check_companion(draft, i, "authorization_endpoint", account->authorization_endpoint,
                    "people type their passwords there");
    check_scheme(draft, i, "validate_url", account->validate_url);
    if (!account->environment || config_line(draft, i, "token_endpoint"))
        return;
    if (fill(&account->introspection_endpoint, account->environment, "introspect.oauth2") !=
            MP_OK ||
        fill(&account->revocation_endpoint, account->environment, "revoke_token.oauth2") != MP_OK ||
        fill(&account->authorization_endpoint, account->environment, "authorization.oauth2") !=
            MP_OK)
        draft->err = MP_NOMEM;
}

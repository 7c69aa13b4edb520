#include "broker/config_keys.h"

#include <string.h>

#include "broker/config.h"
#include "broker/config_values.h"
#include "broker/guard.h"

#define MAX_UID 4294967293 /* -1 and -2 are nobody on one system or another */

static const struct config_word environments[] = {
    {"production", 0, "https://oauth.tangoe.com/as/token.oauth2"},
    {"qa", 0, "https://oauthqa.tangoe.com/as/token.oauth2"},
    {NULL, 0, NULL},
};

static const struct config_word client_auths[] = {
    {"body", PROTO_AUTH_BODY, NULL},
    {"basic", PROTO_AUTH_BASIC, NULL},
    {"basic_raw", PROTO_AUTH_BASIC_RAW, NULL},
    {"none", PROTO_AUTH_NONE, NULL},
    {"tls", PROTO_AUTH_TLS, NULL},
    {NULL, 0, NULL},
};

/* platform users have a bare name: nothing is sent before it */
static const struct config_word source_systems[] = {
    {"command", 0, "command"},
    {"rivermine", 0, "rivermine"},
    {"platform", 0, NULL},
    {NULL, 0, NULL},
};

static const struct config_word validations[] = {
    {"validate_bearer", PROTO_VALIDATE_BEARER, NULL},
    {"introspect", PROTO_VALIDATE_INTROSPECT, NULL},
    {"url", PROTO_VALIDATE_URL, NULL},
    {"off", PROTO_VALIDATE_OFF, NULL},
    {NULL, 0, NULL},
};

static const struct config_word allow_or_deny[] = {
    {"allow", 0, NULL},
    {"deny", 1, NULL},
    {NULL, 0, NULL},
};

static const struct config_word browser_flows[] = {
    {"code", 0, NULL},
    {"implicit", 1, NULL},
    {NULL, 0, NULL},
};

static const struct config_word forgets[] = {
    {"never", 0, NULL},
    {"last-session", 1, NULL},
    {NULL, 0, NULL},
};

static const struct config_word aheads[] = {
    {"local", CONFIG_AHEAD_LOCAL, NULL},
    {"all", CONFIG_AHEAD_ALL, NULL},
    {"off", CONFIG_AHEAD_OFF, NULL},
    {NULL, 0, NULL},
};

static const struct config_word yes_or_no[] = {
    {"yes", 1, NULL},
    {"no", 0, NULL},
    {NULL, 0, NULL},
};

#define MOBPROC(name, reader, field, ...)                                         \
    {                                                                             \
        CONFIG_MOBPROC, name, reader, offsetof(struct config, field), __VA_ARGS__ \
    }
#define ACCOUNT(name, reader, field, ...)                                                 \
    {                                                                                     \
        CONFIG_ACCOUNT, name, reader, offsetof(struct config_account, field), __VA_ARGS__ \
    }
#define NUMBER(minimum, maximum, scale, unit) minimum, maximum, scale, unit, NULL
#define WORDS(words) 0, 0, 0, NULL, words
#define TEXT 0, 0, 0, NULL, NULL

/* clang-format off */
const struct config_key config_keys[] = {
    MOBPROC("login_account",            config_set_account_name, login_account,             TEXT),
    MOBPROC("minimum_uid",              config_set_uid,          minimum_uid,               NUMBER(1, MAX_UID, 1, NULL)),
    MOBPROC("maximum_uid",              config_set_uid,          maximum_uid,               NUMBER(1, MAX_UID, 1, NULL)),
    MOBPROC("guard_failures",           config_set_number,       guard_failures,            NUMBER(1, GUARD_MAX_FAILURES, 1, NULL)),
    MOBPROC("guard_window",             config_set_number,       guard_window_s,            NUMBER(1, 3600, 1, "seconds")),
    MOBPROC("forget",                   config_set_word_number,  forget_last_session,       WORDS(forgets)),
    MOBPROC("connect_ahead",            config_set_word_number,  connect_ahead,             WORDS(aheads)),

    ACCOUNT("environment",              config_set_word_text,    environment,               WORDS(environments)),
    ACCOUNT("issuer",                   config_set_issuer,       issuer,                    TEXT),
    ACCOUNT("token_endpoint",           config_set_endpoints,    token_endpoints,           TEXT),
    ACCOUNT("introspection_endpoint",   config_set_endpoint,     introspection_endpoint,    TEXT),
    ACCOUNT("revocation_endpoint",      config_set_endpoint,     revocation_endpoint,       TEXT),
    ACCOUNT("authorization_endpoint",   config_set_endpoint,     authorization_endpoint,    TEXT),
    ACCOUNT("browser_flow",             config_set_word_number,  is_implicit,               WORDS(browser_flows)),
    ACCOUNT("redirect_port",            config_set_number,       redirect_port,             NUMBER(0, 65535, 1, NULL)),
    ACCOUNT("insecure_loopback",        config_set_word_number,  insecure_loopback,         WORDS(yes_or_no)),
    ACCOUNT("client_id",                config_set_header_text,  client_id,                 TEXT),
    ACCOUNT("client_secret",            config_set_secret,       client_secret,             TEXT),
    ACCOUNT("client_auth",              config_set_client_auth,  client_auth,               WORDS(client_auths)),
    ACCOUNT("scope",                    config_set_scope,        scope,                     TEXT),
    ACCOUNT("tenant",                   config_set_claim,        tenant,                    TEXT),
    ACCOUNT("source_system",            config_set_word_text,    source_system,             WORDS(source_systems)),
    ACCOUNT("allow_users",              config_set_users,        allow_users,               TEXT),
    ACCOUNT("user_map",                 config_set_path,         user_map_path,             TEXT),
    ACCOUNT("username",                 config_set_header_text,  username,                  TEXT),
    ACCOUNT("password",                 config_set_secret,       password,                  TEXT),
    ACCOUNT("validate",                 config_set_validation,   validate,                  WORDS(validations)),
    ACCOUNT("validate_url",             config_set_url,          validate_url,              TEXT),
    ACCOUNT("accept_unvalidated",       config_set_word_number,  accept_unvalidated,        WORDS(yes_or_no)),
    ACCOUNT("require_tenant",           config_set_claim,        require_tenant,            TEXT),
    ACCOUNT("require_platform",         config_set_claim,        require_platform,          TEXT),
    ACCOUNT("require_identity_provider",config_set_claim,        require_identity_provider, TEXT),
    ACCOUNT("require_identifier",       config_set_identifier,   require_identifier,        TEXT),
    ACCOUNT("require_scope",            config_set_scope,        require_scope,             TEXT),
    ACCOUNT("account_without_login",    config_set_word_number,  deny_without_login,        WORDS(allow_or_deny)),
    ACCOUNT("hosts",                    config_set_hosts,        hosts,                     TEXT),
    ACCOUNT("ca",                       config_set_path,         ca,                        TEXT),
    ACCOUNT("ca_fingerprint",           config_set_fingerprint,  ca_fingerprint,            TEXT),
    ACCOUNT("client_certificate",       config_set_path,         client_certificate,        TEXT),
    ACCOUNT("client_key",               config_set_secret,       client_key,                TEXT),
    ACCOUNT("proxy",                    config_set_proxy,        proxy,                     TEXT),
    ACCOUNT("proxy_credentials",        config_set_secret,       proxy_credentials,         TEXT),
    ACCOUNT("connect_timeout",          config_set_number,       connect_timeout_ms,        NUMBER(1, 60, 1000, "seconds")),
    ACCOUNT("timeout",                  config_set_number,       timeout_ms,                NUMBER(2, 120, 1000, "seconds")),
    ACCOUNT("refresh_margin",           config_set_number,       refresh_margin_s,          NUMBER(0, 3600, 1, "seconds")),
    ACCOUNT("default_lifetime",         config_set_number,       default_lifetime_s,        NUMBER(1, 86400, 1, "seconds")),
};
/* clang-format on */

const size_t config_key_count = sizeof(config_keys) / sizeof(config_keys[0]);

_Static_assert(sizeof(config_keys) / sizeof(config_keys[0]) <= CONFIG_MAX_KEYS,
               "raise the maximum");

int config_key_find(enum config_section section, const char *name)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].section == section && strcmp(config_keys[i].name, name) == 0)
            return (int)i;
    return -1;
}

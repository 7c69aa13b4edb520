#include "broker/config.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/config_draft.h"
#include "broker/config_values.h"
#include "broker/ini.h"
#include "broker/trusted_file.h"

static void defaults(struct config *config)
{
    config->minimum_uid = 1000;
    config->maximum_uid = 60000;
    config->guard_failures = 2;
    config->guard_window_s = 60;
}

static void account_defaults(struct config_account *account)
{
    account->client_auth = PROTO_AUTH_BODY;
    account->connect_timeout_ms = 5000;
    account->timeout_ms = 10000;
    account->refresh_margin_s = 60;
    account->default_lifetime_s = 300;
}

static void account_free(struct config_account *account)
{
    free(account->home);
    free(account->environment);
    free(account->issuer);
    free(account->client_id);
    config_words_free(&account->token_endpoints);
    for (enum config_use use = 0; use < CONFIG_USES; use++)
        free(config_secret(account, use)->value);
    free(account->scope);
    free(account->tenant);
    free(account->source_system);
    free(account->ca);
    free(account->ca_fingerprint);
    free(account->client_certificate);
    free(account->proxy);
    free(account->validate_url);
    free(account->introspection_endpoint);
    free(account->revocation_endpoint);
    free(account->authorization_endpoint);
    free(account->require_tenant);
    free(account->require_platform);
    free(account->require_identity_provider);
    free(account->require_identifier);
    free(account->require_scope);
    free(account->user_map_path);
    usermap_free(&account->user_map);
    free(account->username);
    config_words_free(&account->allow_users);
    hosts_free(&account->hosts);
}

void config_free(struct config **config)
{
    if (!config || !*config)
        return;
    for (size_t i = 0; i < (*config)->account_count; i++)
        account_free(&(*config)->accounts[i]);
    free((*config)->login_account);
    free(*config);
    *config = NULL;
}

const struct config_account *config_account(const struct config *config, const char *name)
{
    for (size_t i = 0; i < config->account_count; i++)
        if (strcmp(config->accounts[i].name, name) == 0)
            return &config->accounts[i];
    return NULL;
}

int config_is_service(const struct config_account *account)
{
    return account->username != NULL;
}

const struct config_account *config_login_account(const struct config *config)
{
    return config->login_account ? config_account(config, config->login_account) : NULL;
}

/* Tells a whole message, or in place of the first one too many that there are more. */
static void tell(struct config_draft *draft, int line, const char *message)
{
    char more[PATH_MAX + 32];

    if (draft->err == MP_OK)
        draft->err = MP_CONFIGURATION;
    if (draft->reports > CONFIG_MAX_REPORTS)
        return;
    snprintf(more, sizeof(more), "%.4000s:%d: and more", draft->path, line);
    draft->report(draft->owner, draft->reports++ == CONFIG_MAX_REPORTS ? more : message);
}

void config_complain_elsewhere(void *draft, const char *message)
{
    tell(draft, 0, message);
}

void config_complain(struct config_draft *draft, int line, const char *format, ...)
{
    char reason[600];
    char message[PATH_MAX + sizeof(reason)];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    snprintf(message, sizeof(message), "%.4000s:%d: %s", draft->path, line, reason);
    tell(draft, line, message);
}

int config_line(const struct config_draft *draft, size_t i, const char *key)
{
    int index = config_key_find(CONFIG_ACCOUNT, key);

    return index < 0 ? 0 : draft->lines[1 + i][index];
}

static void begin_mobproc(struct config_draft *draft, int line)
{
    draft->row = draft->mobproc_line ? -1 : 0;
    if (draft->mobproc_line)
        config_complain(draft, line, "a second [mobproc] (the first: line %d) is not read",
                        draft->mobproc_line);
    else
        draft->mobproc_line = line;
}

static void begin_account(struct config_draft *draft, int line, const char *name)
{
    struct config *config = draft->config;
    const struct config_account *twin = config_account(config, name);
    struct config_account *account = NULL;

    draft->row = -1;
    if (!proto_is_account_name(name)) {
        config_complain(draft, line, "the name of an account must be [a-z0-9][a-z0-9._-]{0,63}");
    } else if (twin) {
        config_complain(draft, line, "a second [account %s] (the first: line %d) is not read", name,
                        twin->line);
    } else if (config->account_count == CONFIG_MAX_ACCOUNTS) {
        config_complain(draft, line, "there are more than %d accounts", CONFIG_MAX_ACCOUNTS);
    } else {
        account = &config->accounts[config->account_count++];
        snprintf(account->name, sizeof(account->name), "%s", name);
        account->line = line;
        account_defaults(account);
        draft->row = (int)config->account_count;
    }
}

static void take_section(void *owner, int line, const char *name)
{
    struct config_draft *draft = owner;

    draft->any_section = 1;
    draft->row = -1;
    if (!name)
        return;
    if (strcmp(name, "mobproc") == 0)
        begin_mobproc(draft, line);
    else if (strncmp(name, "account", 7) == 0 && (name[7] == ' ' || name[7] == '\t'))
        begin_account(draft, line, name + 7 + strspn(name + 7, " \t"));
    else
        config_complain(draft, line,
                        "an unknown section, which is not read: there are [mobproc] and "
                        "[account NAME]");
}

/* The key's place in the table, or -1 after an error that names it. */
static int find_key(struct config_draft *draft, int line, const char *key)
{
    enum config_section here = draft->row == 0 ? CONFIG_MOBPROC : CONFIG_ACCOUNT;
    enum config_section there = draft->row == 0 ? CONFIG_ACCOUNT : CONFIG_MOBPROC;
    int index = config_key_find(here, key);

    if (index >= 0)
        return index;
    if (config_key_find(there, key) >= 0)
        config_complain(draft, line, "%s: belongs into %s", key,
                        there == CONFIG_MOBPROC ? "[mobproc]" : "[account NAME]");
    else
        config_complain(draft, line, "%s: unknown key", key);
    return -1;
}

static void take_entry(void *owner, int line, const char *key, const char *value)
{
    struct config_draft *draft = owner;
    char problem[500] = "";
    char *fields = NULL;
    int *seen = NULL;
    int index = -1;
    enum mp_err err = MP_OK;

    if (!draft->any_section)
        config_complain(draft, line, "%s: stands before the first [section]", key);
    if (draft->row < 0)
        return;
    index = find_key(draft, line, key);
    if (index < 0)
        return;
    seen = &draft->lines[draft->row][index];
    if (*seen) {
        config_complain(draft, line, "%s: is set twice (the first: line %d)", key, *seen);
        return;
    }
    *seen = line;
    if (value[0] == '\0') {
        config_complain(draft, line, "%s: the value is empty", key);
        return;
    }
    fields =
        draft->row == 0 ? (char *)draft->config : (char *)&draft->config->accounts[draft->row - 1];
    err = config_keys[index].set(&config_keys[index], fields + config_keys[index].field, value,
                                 problem, sizeof(problem));
    if (err == MP_CONFIGURATION)
        config_complain(draft, line, "%s: %s", key, problem);
    else if (err != MP_OK)
        draft->err = err;
}

static void take_problem(void *owner, int line, const char *key, const char *reason)
{
    config_complain(owner, line, "%s%s%s", key ? key : "", key ? ": " : "", reason);
}

static enum mp_err read_text(struct config_draft *draft, uid_t uid, struct secret **text)
{
    const struct trusted_file_rules rules = {uid, 022, CONFIG_MAX_FILE, 1};
    char problem[200] = "";
    enum mp_err err = trusted_file_read(draft->path, &rules, text, problem, sizeof(problem));

    if (err == MP_CONFIGURATION)
        config_complain(draft, 0, "%s", problem);
    return err;
}

enum mp_err config_load(struct config **config, const char *path, uid_t uid, config_report *report,
                        void *owner)
{
    struct config_draft *draft = calloc(1, sizeof(*draft));
    struct ini_sink sink = {draft, take_section, take_entry, take_problem};
    struct secret *text = NULL; /* somebody may have written a secret into it */
    enum mp_err err = MP_NOMEM;

    *config = NULL;
    if (!draft)
        goto done;
    draft->path = path;
    draft->uid = uid;
    draft->report = report;
    draft->owner = owner;
    draft->row = -1;
    draft->config = calloc(1, sizeof(*draft->config));
    if (!draft->config)
        goto done;
    defaults(draft->config);
    err = read_text(draft, uid, &text);
    if (err != MP_OK)
        goto done;
    ini_parse((char *)secret_bytes(text), secret_length(text), CONFIG_MAX_LINE, &sink);
    if (draft->err == MP_OK || draft->err == MP_CONFIGURATION)
        config_check(draft);
    err = draft->err;
    if (err == MP_OK) {
        *config = draft->config;
        draft->config = NULL;
    }
done:
    secret_free(&text);
    if (draft)
        config_free(&draft->config);
    free(draft);
    return err;
}

/* Whose token it is and what must be true of it: service accounts, validation and its policy. */
#include <stdlib.h>
#include <string.h>

#include "broker/config_draft.h"

/* The keys of a service account stand there, right or wrong. */
static int wants_service(const struct config_draft *draft, size_t i)
{
    return config_line(draft, i, "username") || config_line(draft, i, "password");
}

/* --- service accounts --- */

static void exclude(struct config_draft *draft, size_t i, const char *key)
{
    int username = config_line(draft, i, "username");
    int other = config_line(draft, i, key);

    if (username && other)
        config_complain(draft, username > other ? username : other,
                        "username and %s exclude each other (line %d): username is sent as it is",
                        key, username < other ? username : other);
}

static void load_map(struct config_draft *draft, size_t i)
{
    struct config_account *account = &draft->config->accounts[i];
    enum mp_err err = MP_OK;

    if (!account->user_map_path)
        return;
    err = usermap_load(&account->user_map, account->user_map_path, draft->uid,
                       config_complain_elsewhere, draft);
    if (err == MP_NOMEM || (err != MP_OK && draft->err == MP_OK))
        draft->err = err;
}

void config_check_service(struct config_draft *draft, size_t i)
{
    const struct config_account *account = &draft->config->accounts[i];
    int username = config_line(draft, i, "username");
    int password = config_line(draft, i, "password");

    if (username && !password)
        config_complain(draft, username, "username: [account %s] lacks password", account->name);
    if (password && !username)
        config_complain(draft, password, "password: [account %s] lacks username", account->name);
    exclude(draft, i, "source_system");
    exclude(draft, i, "user_map");
    if (wants_service(draft, i) && account->require_identifier &&
        strstr(account->require_identifier, "%u"))
        config_complain(draft, config_line(draft, i, "require_identifier"),
                        "require_identifier: %%u is no name in a service account, which has no "
                        "local user");
    load_map(draft, i);
}

/* --- validation --- */

static void check_way(struct config_draft *draft, size_t i)
{
    const struct config_account *account = &draft->config->accounts[i];
    int validate = config_line(draft, i, "validate");
    int url = config_line(draft, i, "validate_url");

    if (account->validate == PROTO_VALIDATE_URL && !url)
        config_complain(draft, validate, "validate = url needs validate_url");
    if (account->validate != PROTO_VALIDATE_URL && url)
        config_complain(draft, url, "validate_url: needs validate = url");
    if (account->validate == PROTO_VALIDATE_INTROSPECT && !account->introspection_endpoint &&
        !account->issuer && !config_line(draft, i, "introspection_endpoint"))
        config_complain(draft, validate, "validate = introspect needs introspection_endpoint");
}

/* The requirements, by key. */
struct requirement {
    const char *key;
    char **text;
};
#define REQUIREMENTS 5

static void list_requirements(struct config_account *account,
                              struct requirement list[static REQUIREMENTS])
{
    list[0] = (struct requirement){"require_tenant", &account->require_tenant};
    list[1] = (struct requirement){"require_platform", &account->require_platform};
    list[2] =
        (struct requirement){"require_identity_provider", &account->require_identity_provider};
    list[3] = (struct requirement){"require_identifier", &account->require_identifier};
    list[4] = (struct requirement){"require_scope", &account->require_scope};
}

/* Without a validation there is nobody to ask: either the administrator accepts that, or no. */
static void check_off(struct config_draft *draft, size_t i)
{
    struct config_account *account = &draft->config->accounts[i];
    struct requirement list[REQUIREMENTS];

    list_requirements(account, list);
    for (size_t r = 0; r < REQUIREMENTS; r++) {
        int line = config_line(draft, i, list[r].key);

        if (*list[r].text && !account->accept_unvalidated)
            config_complain(draft, line ? line : config_line(draft, i, "validate"),
                            "%s%s cannot be checked with validate = off: validate the token, or "
                            "say accept_unvalidated = yes to let everybody in whose password is "
                            "right, whatever the tenant",
                            list[r].key, line ? "" : " (from tenant)");
        free(*list[r].text);
        *list[r].text = NULL;
    }
}

void config_check_validation(struct config_draft *draft, size_t i)
{
    struct config_account *account = &draft->config->accounts[i];
    int is_service = wants_service(draft, i);

    if (account->validate == 0) {
        if (config_line(draft, i, "validate"))
            return; /* its value was refused: nothing follows from it */
        account->validate = is_service ? PROTO_VALIDATE_OFF : PROTO_VALIDATE_BEARER;
    }
    if (!config_line(draft, i, "require_tenant") && account->tenant &&
        (!is_service || account->validate != PROTO_VALIDATE_OFF)) {
        account->require_tenant = strdup(account->tenant);
        if (!account->require_tenant)
            draft->err = MP_NOMEM;
    }
    check_way(draft, i);
    if (account->validate == PROTO_VALIDATE_OFF)
        check_off(draft, i);
    else if (account->accept_unvalidated)
        config_complain(draft, config_line(draft, i, "accept_unvalidated"),
                        "accept_unvalidated = yes needs validate = off: there is a validation, "
                        "and it is not passed over");
}

/* --- signing in with a browser --- */

void config_check_browser(struct config_draft *draft, size_t i)
{
    static const char *const keys[] = {"browser_flow", "redirect_port"};
    const struct config_account *account = &draft->config->accounts[i];

    for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
        if (config_line(draft, i, keys[k]) && !account->authorization_endpoint &&
            !account->issuer && !config_line(draft, i, "authorization_endpoint"))
            config_complain(draft, config_line(draft, i, keys[k]),
                            "%s: needs authorization_endpoint", keys[k]);
    if (account->is_implicit && account->validate == PROTO_VALIDATE_OFF)
        config_complain(draft, config_line(draft, i, "browser_flow"),
                        "browser_flow = implicit: a token that comes through the browser must be "
                        "validated, and this account has validate = off");
}

#include "helper/setup_text.h"

#include <string.h>
#include <unistd.h>

#include "helper/out.h"

#define FIRST_PERSON 1000 /* the broker's default minimum_uid */

static enum mp_err add(struct secret *text, const char *key, const char *value)
{
    return value[0] ? out_add(text, key, " = ", value, "\n", NULL) : MP_OK;
}

static enum mp_err compose_account(const struct answers *answers, const char *secret,
                                   struct secret *text)
{
    int is_url = strchr(answers->environment, ':') != NULL;
    int is_production = strcmp(answers->environment, "production") == 0;
    enum mp_err err = out_add(text, "[account " SETUP_ACCOUNT "]\n", NULL);

    if (err == MP_OK)
        err = add(text, is_url ? "token_endpoint" : "environment", answers->environment);
    if (err == MP_OK)
        err = add(text, "client_id", answers->client_id);
    if (err == MP_OK)
        err = add(text, "client_secret", secret);
    if (err == MP_OK)
        err = add(text, "scope", answers->scope);
    if (err == MP_OK)
        err = add(text, "tenant", answers->tenant);
    if (err == MP_OK)
        err = add(text, "source_system", answers->source_system);
    if (err == MP_OK)
        err = add(text, "allow_users", answers->users);
    if (err == MP_OK)
        err =
            out_add(text, "# The addresses that get the token.\n", is_production ? "" : "#",
                    "hosts = https://",
                    is_production ? "tngo-mobproc.cloudhub.io/mobproc/\n" : "api.example/\n", NULL);
    return err;
}

enum mp_err setup_text(const struct answers *answers, const char *secret, struct secret **out)
{
    struct secret *text = secret_new(16 * ANSWER_SIZE + SETUP_MAX_REFERENCE);
    uid_t uid = geteuid();
    enum mp_err err = MP_NOMEM;

    *out = NULL;
    if (!text)
        return MP_NOMEM;
    err = out_add(text, "# Written by mobproc setup; see mobproc.conf(5).\n\n",
                  "[mobproc]\nlogin_account = " SETUP_ACCOUNT "\n", NULL);
    if (err == MP_OK && uid > 0 && uid < FIRST_PERSON) {
        err = out_add(text, "minimum_uid = ", NULL);
        if (err == MP_OK)
            err = out_add_number(text, uid);
        if (err == MP_OK)
            err = out_add(text, "\n", NULL);
    }
    if (err == MP_OK)
        err = out_add(text, "\n", NULL);
    if (err == MP_OK)
        err = compose_account(answers, secret, text);
    if (err != MP_OK)
        secret_free(&text);
    *out = text;
    return err;
}

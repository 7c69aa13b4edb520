#include "broker/policy.h"

#include <stdio.h>
#include <string.h>

/* The text of require_identifier with %u and %r filled in; 0 when it does not fit. */
static int expand(char *out, size_t size, const char *pattern, const struct holder *holder)
{
    size_t used = 0;

    for (const char *c = pattern; *c; c++) {
        char plain[2] = {*c, '\0'};
        const char *piece = plain;
        int length = 0;

        if (*c == '%') {
            c++;
            piece = *c == 'u' ? holder->local_name : *c == 'r' ? holder->remote_name : "%";
        }
        length = snprintf(out + used, size - used, "%s", piece);
        if (length < 0 || (size_t)length >= size - used)
            return 0;
        used += (size_t)length;
    }
    return 1;
}

static int is_identifier(const char *pattern, const struct holder *holder, const char *claim)
{
    char wanted[PROTO_MAX_TEXT + 1] = "";

    return claim[0] && expand(wanted, sizeof(wanted), pattern, holder) &&
           strcmp(wanted, claim) == 0;
}

/* Is `word` (of `length` bytes) one of the blank-separated words of `list`? */
static int has_word(const char *list, const char *word, size_t length)
{
    for (const char *c = list; *c; c += strcspn(c, " "), c += strspn(c, " "))
        if (strcspn(c, " ") == length && memcmp(c, word, length) == 0)
            return 1;
    return 0;
}

static int has_all_words(const char *list, const char *wanted)
{
    for (const char *c = wanted; *c; c += strcspn(c, " "), c += strspn(c, " "))
        if (!has_word(list, c, strcspn(c, " ")))
            return 0;
    return 1;
}

/* An empty claim was not said, and what was not said is not equal to anything. */
static int is_met(const char *required, const char *claim)
{
    return !required || (claim[0] && strcmp(required, claim) == 0);
}

int policy_is_wider(const struct config_account *account, const char *scope)
{
    return account->scope && !has_all_words(account->scope, scope);
}

enum mp_err policy_check(const struct config_account *account, const struct holder *holder,
                         const struct claims *claims, const char **why)
{
    *why = "validate";
    if (account->validate == PROTO_VALIDATE_OFF)
        return MP_OK;
    if (claims->validated_at == 0)
        return MP_POLICY;
    *why = "client_id";
    if (claims->client_id[0] && strcmp(claims->client_id, account->client_id) != 0)
        return MP_POLICY;
    *why = "scope";
    if (policy_is_wider(account, claims->scope))
        return MP_POLICY;
    *why = "require_tenant";
    if (!is_met(account->require_tenant, claims->tenant))
        return MP_POLICY;
    *why = "require_platform";
    if (!is_met(account->require_platform, claims->platform))
        return MP_POLICY;
    *why = "require_identity_provider";
    if (!is_met(account->require_identity_provider, claims->identity_provider))
        return MP_POLICY;
    *why = "require_identifier";
    if (account->require_identifier &&
        !is_identifier(account->require_identifier, holder, claims->identifier))
        return MP_POLICY;
    *why = "require_scope";
    if (account->require_scope && !has_all_words(claims->scope, account->require_scope))
        return MP_POLICY;
    *why = NULL;
    return MP_OK;
}

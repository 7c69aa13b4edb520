/* links: broker/policy.o */
#include "tests/unit/check.h"

#include "broker/policy.h"

static const struct holder holder = {
    .uid = 2001, .local_name = "alice", .remote_name = "command://alice"};

/* An account that requires everything, and claims that meet it. */
static struct config_account account(void)
{
    return (struct config_account){.client_id = (char *)"id",
                                   .validate = PROTO_VALIDATE_BEARER,
                                   .require_tenant = (char *)"XYZ",
                                   .require_platform = (char *)"command",
                                   .require_identity_provider = (char *)"pcv_edge",
                                   .require_identifier = (char *)"api.%u",
                                   .require_scope = (char *)"MOBPROC read"};
}

static struct claims claims(void)
{
    return (struct claims){.validated_at = 1,
                           .multitenant = 0,
                           .tenant = "XYZ",
                           .platform = "command",
                           .identity_provider = "pcv_edge",
                           .identifier = "api.alice",
                           .scope = "read MOBPROC write",
                           .client_id = "id"};
}

static enum mp_err judge(const struct config_account *a, const struct claims *c)
{
    const char *why = NULL;
    enum mp_err err = policy_check(a, &holder, c, &why);

    CHECK((err == MP_OK) == (why == NULL) || a->validate == PROTO_VALIDATE_OFF);
    return err;
}

TEST(all_conditions_together_admit)
{
    struct config_account a = account();
    struct claims c = claims();

    CHECK(judge(&a, &c) == MP_OK);
}

/* ATTACKS P23: success needs all conditions; each one negated alone denies. */
TEST(P23_each_condition_negated_alone_denies)
{
    struct config_account a = account();

#define DENIED_WITH(change)                \
    do {                                   \
        struct claims c = claims();        \
        change;                            \
        CHECK(judge(&a, &c) == MP_POLICY); \
    } while (0)
    DENIED_WITH(c.validated_at = 0);
    DENIED_WITH(strcpy(c.client_id, "other"));
    DENIED_WITH(strcpy(c.tenant, "ABC"));
    DENIED_WITH(c.tenant[0] = '\0');
    DENIED_WITH(strcpy(c.tenant, "xyz"));
    DENIED_WITH(strcpy(c.tenant, "XYZ "));
    DENIED_WITH(strcpy(c.platform, "rivermine"));
    DENIED_WITH(c.platform[0] = '\0');
    DENIED_WITH(strcpy(c.identity_provider, "other"));
    DENIED_WITH(c.identity_provider[0] = '\0');
    DENIED_WITH(strcpy(c.identifier, "api.bob"));
    DENIED_WITH(strcpy(c.identifier, "xapi.alice"));
    DENIED_WITH(strcpy(c.identifier, "api.alicex"));
    DENIED_WITH(c.identifier[0] = '\0');
    DENIED_WITH(strcpy(c.scope, "MOBPROC"));
    DENIED_WITH(strcpy(c.scope, "MOBPROCX read"));
    DENIED_WITH(strcpy(c.scope, "MOBPROC reader"));
    DENIED_WITH(c.scope[0] = '\0');
#undef DENIED_WITH
}

TEST(a_missing_client_id_is_not_another_one)
{
    struct config_account a = account();
    struct claims c = claims();

    c.client_id[0] = '\0';
    CHECK(judge(&a, &c) == MP_OK);
}

TEST(what_is_not_required_does_not_matter)
{
    struct config_account a = {.client_id = (char *)"id", .validate = PROTO_VALIDATE_INTROSPECT};
    struct claims c = {.validated_at = 1, .tenant = "anything"};

    CHECK(judge(&a, &c) == MP_OK);
    c.validated_at = 0;
    CHECK(judge(&a, &c) == MP_POLICY);
    a.validate = PROTO_VALIDATE_OFF;
    CHECK(judge(&a, &c) == MP_OK);
}

TEST(the_identifier_may_name_local_and_remote)
{
    static const struct {
        const char *pattern;
        const char *identifier;
        enum mp_err err;
    } cases[] = {
        {"%r", "command://alice", MP_OK}, {"%u", "alice", MP_OK},
        {"%u@%%x", "alice@%x", MP_OK},    {"%u", "command://alice", MP_POLICY},
        {"%u%u", "alicealice", MP_OK},    {"alice", "alice", MP_OK},
        {"%r", "alice", MP_POLICY},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct config_account a = account();
        struct claims c = claims();

        a.require_identifier = (char *)cases[i].pattern;
        snprintf(c.identifier, sizeof(c.identifier), "%s", cases[i].identifier);
        CHECK(judge(&a, &c) == cases[i].err);
    }
}

/* Cut to what fits it could be equal to a claim that was cut as well. */
TEST(an_identifier_that_does_not_fit_is_nobodys)
{
    struct holder longest = holder;
    struct config_account a = account();
    struct claims c = claims();
    const char *why = NULL;

    memset(longest.remote_name, 'x', PROTO_MAX_TEXT);
    longest.remote_name[PROTO_MAX_TEXT] = '\0';
    memset(c.identifier, 'x', sizeof(c.identifier) - 1);
    for (int i = 0; i < 2; i++) {
        a.require_identifier = (char *)(i == 0 ? "%r" : "%rx");
        CHECK(policy_check(&a, &longest, &c, &why) == MP_POLICY);
        CHECK(strcmp(why, "require_identifier") == 0);
    }
}

TESTS(T(all_conditions_together_admit), T(P23_each_condition_negated_alone_denies),
      T(a_missing_client_id_is_not_another_one), T(what_is_not_required_does_not_matter),
      T(the_identifier_may_name_local_and_remote), T(an_identifier_that_does_not_fit_is_nobodys))

/* links: courier/verdict.o */
/* The taxonomy as truth tables. */
#include "courier/verdict.h"

#include "tests/unit/check.h"

/* What a body can be, as far as the verdict looks at it. */
static const struct body {
    const char *name;
    enum reply_kind kind;
    const char *error;
} bodies[] = {
    {"grant", REPLY_GRANT, ""},
    {"nonsense", REPLY_NONSENSE, ""},
    {"empty", REPLY_EMPTY, ""},
    {"invalid_grant", REPLY_ERROR, "invalid_grant"},
    {"invalid_client", REPLY_ERROR, "invalid_client"},
    {"unauthorized_client", REPLY_ERROR, "unauthorized_client"},
    {"invalid_scope", REPLY_ERROR, "invalid_scope"},
    {"invalid_request", REPLY_ERROR, "invalid_request"},
    {"unsupported_grant_type", REPLY_ERROR, "unsupported_grant_type"},
    {"server_error", REPLY_ERROR, "server_error"},
    {"temporarily_unavailable", REPLY_ERROR, "temporarily_unavailable"},
    {"mfa_required", REPLY_ERROR, "mfa_required"},
    {"interaction_required", REPLY_ERROR, "interaction_required"},
    {"Invalid_Grant", REPLY_ERROR, "Invalid_Grant"},
};
#define BODIES (sizeof(bodies) / sizeof(bodies[0]))

/* One letter per body above: K ok, D denied, C client, O outage. */
static const struct row {
    long first, last; /* HTTP status */
    int is_json;
    const char *password;
    const char *refresh;
} table[] = {
    {0, 199, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {200, 200, 1, "KOOOOOOOOOOOOO", "KOOOOOOOOOOOOO"},
    {200, 200, 0, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {201, 399, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {400, 401, 1, "OOCDCCCDDOODDD", "OOCDCCCCCOOOOO"},
    {400, 401, 0, "OOCDCCCDDOODDD", "OOCDCCCCCOOOOO"},
    {402, 402, 1, "OOODCCCDDOODDD", "OOODCCCCCOOOOO"},
    {403, 403, 1, "OODDCCCDDOODDD", "OOODCCCCCOOOOO"},
    {403, 403, 0, "OODDCCCDDOODDD", "OOODCCCCCOOOOO"},
    {404, 428, 1, "OOODCCCDDOODDD", "OOODCCCCCOOOOO"},
    {429, 429, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {430, 499, 0, "OOODCCCDDOODDD", "OOODCCCCCOOOOO"},
    {500, 599, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {600, 999, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
};

static char letter(enum mp_err err)
{
    return err == MP_OK       ? 'K'
           : err == MP_DENIED ? 'D'
           : err == MP_CLIENT ? 'C'
           : err == MP_OUTAGE ? 'O'
                              : '?';
}

static char decide(enum proto_operation operation, long status, int is_json, int is_encoded,
                   enum mp_err failure, const struct body *body)
{
    struct http_answer answer = {.failure = failure,
                                 .progress = PROTO_ANSWERED,
                                 .status = status,
                                 .is_json = is_json,
                                 .is_encoded = is_encoded};
    struct reply reply = {.kind = body->kind};

    snprintf(reply.error, sizeof(reply.error), "%s", body->error);
    return letter(verdict(operation, &answer, &reply));
}

TEST(every_status_with_every_body_has_its_verdict)
{
    for (size_t r = 0; r < sizeof(table) / sizeof(table[0]); r++)
        for (long status = table[r].first; status <= table[r].last; status++)
            for (size_t b = 0; b < BODIES; b++) {
                char password =
                    decide(PROTO_JOB_PASSWORD, status, table[r].is_json, 0, MP_OK, &bodies[b]);
                char refresh =
                    decide(PROTO_JOB_REFRESH, status, table[r].is_json, 0, MP_OK, &bodies[b]);

                if ((password != table[r].password[b] || refresh != table[r].refresh[b]) &&
                    !check_failure[0])
                    snprintf(check_failure, sizeof(check_failure),
                             "HTTP %ld with %s: password %c, refresh %c", status, bodies[b].name,
                             password, refresh);
            }
}

TEST(a_refresh_is_denied_by_invalid_grant_alone)
{
    for (long status = 0; status < 1000; status++)
        for (size_t b = 0; b < BODIES; b++)
            if (decide(PROTO_JOB_REFRESH, status, 1, 0, MP_OK, &bodies[b]) == 'D')
                CHECK(strcmp(bodies[b].error, "invalid_grant") == 0);
}

/* A grant needs all of: no failure, not encoded, 200, JSON, a usable reply. One less denies. */
TEST(success_needs_every_condition)
{
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_OK, &bodies[0]) == 'K');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_OUTAGE, &bodies[0]) == 'O');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_NOMEM, &bodies[0]) == '?');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 1, MP_OK, &bodies[0]) == 'O');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 0, 0, MP_OK, &bodies[0]) == 'O');
    CHECK(decide(PROTO_JOB_PASSWORD, 201, 1, 0, MP_OK, &bodies[0]) == 'O');
    for (size_t b = 1; b < BODIES; b++)
        CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_OK, &bodies[b]) == 'O');
}

TEST(a_compressed_refusal_is_an_outage)
{
    for (size_t b = 0; b < BODIES; b++)
        CHECK(decide(PROTO_JOB_PASSWORD, 400, 1, 1, MP_OK, &bodies[b]) == 'O');
}

/* --- validation and revocation --- */

static enum mp_err validated(enum proto_validation validation, long status, int is_json,
                             enum reply_kind kind, const char *error)
{
    struct http_answer answer = {.progress = PROTO_ANSWERED, .status = status, .is_json = is_json};
    struct reply reply = {.kind = kind};

    snprintf(reply.error, sizeof(reply.error), "%s", error);
    return verdict_validation(validation, &answer, &reply);
}

TEST(claims_count_with_200_and_json_only)
{
    for (int way = PROTO_VALIDATE_BEARER; way <= PROTO_VALIDATE_URL; way++)
        for (long status = 0; status < 1000; status++) {
            enum proto_validation validation = (enum proto_validation)way;
            int is_ok = status == 200;

            CHECK(validated(validation, status, 1, REPLY_CLAIMS, "") ==
                  (is_ok ? MP_OK : MP_OUTAGE));
            CHECK(validated(validation, status, 1, REPLY_DEAD, "") ==
                  (is_ok ? MP_DENIED : MP_OUTAGE));
            CHECK(validated(validation, status, 1, REPLY_FOREIGN, "") ==
                  (is_ok ? MP_POLICY : MP_OUTAGE));
            CHECK(validated(validation, status, 0, REPLY_CLAIMS, "") == MP_OUTAGE);
            CHECK(validated(validation, status, 0, REPLY_DEAD, "") == MP_OUTAGE);
            CHECK(validated(validation, status, 1, REPLY_GRANT, "") == MP_OUTAGE);
            CHECK(validated(validation, status, 1, REPLY_NONSENSE, "") == MP_OUTAGE);
            CHECK(validated(validation, status, 1, REPLY_EMPTY, "") == MP_OUTAGE);
        }
}

/* only invalid_grant says that a token is bad, and only where that is documented */
TEST(an_error_speaks_of_the_token_only_as_400_invalid_grant_of_validate_bearer)
{
    for (int way = PROTO_VALIDATE_BEARER; way <= PROTO_VALIDATE_URL; way++)
        for (long status = 0; status < 1000; status++)
            for (size_t b = 3; b < BODIES; b++) {
                enum mp_err err =
                    validated((enum proto_validation)way, status, 1, REPLY_ERROR, bodies[b].error);
                int is_bearer = way == PROTO_VALIDATE_BEARER;
                int is_grant = strcmp(bodies[b].error, "invalid_grant") == 0;
                int is_client = strcmp(bodies[b].error, "invalid_client") == 0 ||
                                strcmp(bodies[b].error, "unauthorized_client") == 0;
                int is_4xx = status >= 400 && status < 500 && status != 429;

                CHECK(err == (is_bearer && status == 400 && is_grant             ? MP_DENIED
                              : way != PROTO_VALIDATE_URL && is_4xx && is_client ? MP_CLIENT
                                                                                 : MP_OUTAGE));
            }
}

TEST(a_failed_or_compressed_validation_is_none)
{
    struct reply reply = {.kind = REPLY_CLAIMS};
    struct http_answer failed = {.failure = MP_CONFIGURATION, .status = 200, .is_json = 1};
    struct http_answer encoded = {.status = 200, .is_json = 1, .is_encoded = 1};

    CHECK(verdict_validation(PROTO_VALIDATE_BEARER, &failed, &reply) == MP_CONFIGURATION);
    CHECK(verdict_validation(PROTO_VALIDATE_BEARER, &encoded, &reply) == MP_OUTAGE);
}

TEST(a_revocation_is_done_with_200_alone)
{
    for (long status = 0; status < 1000; status++)
        for (size_t b = 0; b < BODIES; b++) {
            struct http_answer answer = {.progress = PROTO_ANSWERED, .status = status};
            struct reply reply = {.kind = bodies[b].kind};
            int is_client = strcmp(bodies[b].error, "invalid_client") == 0 ||
                            strcmp(bodies[b].error, "unauthorized_client") == 0;
            int is_4xx = status >= 400 && status < 500 && status != 429;

            snprintf(reply.error, sizeof(reply.error), "%s", bodies[b].error);
            CHECK(verdict_revocation(&answer, &reply) == (status == 200         ? MP_OK
                                                          : is_4xx && is_client ? MP_CLIENT
                                                                                : MP_OUTAGE));
            answer.failure = MP_OUTAGE;
            CHECK(verdict_revocation(&answer, &reply) == MP_OUTAGE);
        }
}

TEST(a_grant_that_cannot_be_used_is_lost_and_a_page_is_none)
{
    static const long statuses[] = {199, 200, 201, 299, 300, 400, 429, 503};

    for (size_t s = 0; s < sizeof(statuses) / sizeof(statuses[0]); s++)
        for (int flags = 0; flags < 4; flags++)
            for (size_t b = 0; b < BODIES; b++) {
                struct http_answer answer = {.progress = PROTO_ANSWERED,
                                             .status = statuses[s],
                                             .is_json = flags & 1,
                                             .is_encoded = flags >> 1};
                struct reply reply = {.kind = bodies[b].kind};
                int is_good = answer.status == 200 && flags == 1 && reply.kind == REPLY_GRANT;
                int is_lost = reply.kind == REPLY_GRANT;

                if (s >= 1 && s <= 3 && answer.is_json && reply.kind != REPLY_ERROR)
                    is_lost = 1;
                CHECK(verdict_is_lost_grant(&answer, &reply) == (is_lost && !is_good));
            }
}

TESTS(T(every_status_with_every_body_has_its_verdict),
      T(a_refresh_is_denied_by_invalid_grant_alone), T(success_needs_every_condition),
      T(a_compressed_refusal_is_an_outage), T(claims_count_with_200_and_json_only),
      T(an_error_speaks_of_the_token_only_as_400_invalid_grant_of_validate_bearer),
      T(a_failed_or_compressed_validation_is_none), T(a_revocation_is_done_with_200_alone),
      T(a_grant_that_cannot_be_used_is_lost_and_a_page_is_none))

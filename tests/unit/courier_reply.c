/* links: courier/reply.o courier/validity.o courier/claims.o courier/lifetime.o courier/json.o -ljson-c */
/* What the courier believes of a JSON object: RFC 6749 5.1 and 5.2. */
#include "tests/unit/courier_samples.h"

TEST(N16_grants_that_break_a_rule_are_nonsense)
{
    static const struct sample samples[] = {
        S("{\"access_token\":\"abc\"}"),
        S("{\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"abc\",\"token_type\":\"DPoP\"}"),
        S("{\"access_token\":\"abc\",\"token_type\":\"mac\"}"),
        S("{\"access_token\":\"abc\",\"token_type\":\"\"}"),
        S("{\"access_token\":\"abc\",\"token_type\":\"Bearer \"}"),
        S("{\"access_token\":\"abc\",\"token_type\":\"Bearerx\"}"),
        S("{\"access_token\":\"abc\",\"token_type\":null}"),
        S("{\"access_token\":\"abc\",\"token_type\":1}"),
        S("{\"access_token\":\"abc\",\"token_type\":[\"Bearer\"]}"),
        S("{\"access_token\":\"abc\",\"Token_Type\":\"Bearer\"}"),
        S("{\"access_token\":\"\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":null,\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":true,\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":123,\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":[\"abc\"],\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":{\"v\":\"abc\"},\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\nb\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\r\\nHost: x\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\tb\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\u001bb\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\u007fb\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\x7f\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\xc3\xa9\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\u00e9\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\u2028\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\u0000\",\"token_type\":\"Bearer\"}"),
        WITH("\"refresh_token\":0"),
        WITH("\"refresh_token\":true"),
        WITH("\"refresh_token\":[]"),
        WITH("\"refresh_token\":{}"),
        WITH("\"refresh_token\":\" \""),
        WITH("\"refresh_token\":\"a\\nb\""),
        WITH("\"scope\":1"),
        WITH("\"scope\":[\"MOBPROC\"]"),
        WITH("\"scope\":\"a\\nb\""),
        WITH("\"scope\":\"\xc3\xa9\""),
        WITH("\"scope\":\"\\u007f\""),
        WITH("\"error\":\"invalid_grant\""),
        WITH("\"error\":null"),
        WITH("\"error\":\"\""),
        S("{\"access_token\":null,\"error\":\"invalid_grant\"}"),
    };

    ALL(REPLY_NONSENSE, samples);
}

TEST(N15_lifetimes_are_whole_seconds_and_at_most_a_day)
{
    static const struct {
        const char *said;
        uint64_t believed; /* 0: refused */
    } lifetimes[] = {
        {"1", 1},
        {"\"1\"", 1},
        {"7199", 7199},
        {"\"7199\"", 7199},
        {"86399", 86399},
        {"86400", 86400},
        {"86401", 86400},
        {"\"86401\"", 86400},
        {"2147483647", 86400},
        {"2147483648", 86400},
        {"\"2147483648\"", 86400},
        {"2147483649", 0},
        {"\"2147483649\"", 0},
        {"4294967297", 0},
        {"9223372036854775807", 0},
        {"9223372036854775808", 0},
        {"18446744073709551617", 0},
        {"100000000000000000000000", 0},
        {"\"18446744073709551617\"", 0},
        {"0", 0},
        {"-0", 0},
        {"-1", 0},
        {"-9223372036854775809", 0},
        {"7200.0", 0},
        {"7.2e3", 0},
        {"3600.5", 0},
        {"1e400", 0},
        {"true", 0},
        {"null", 0},
        {"[7200]", 0},
        {"{}", 0},
        {"\"\"", 0},
        {"\"0\"", 0},
        {"\"007200\"", 0},
        {"\"-1\"", 0},
        {"\"+7200\"", 0},
        {"\" 7200\"", 0},
        {"\"7200 \"", 0},
        {"\"7200.0\"", 0},
        {"\"7e3\"", 0},
        {"\"0x10\"", 0},
        {"\"an hour\"", 0},
        {"\"36x00\"", 0},
    };

    for (size_t i = 0; i < sizeof(lifetimes) / sizeof(lifetimes[0]); i++) {
        char text[128];
        struct sample sample = {text, 0};
        struct reply reply = {0};
        enum reply_kind kind = REPLY_NONSENSE;

        snprintf(text, sizeof(text), "{" BEARER ",\"expires_in\":%s}", lifetimes[i].said);
        sample.length = strlen(text);
        kind = kind_of(&sample, &reply);
        if ((kind != (lifetimes[i].believed ? REPLY_GRANT : REPLY_NONSENSE) ||
             (lifetimes[i].believed && reply.expires_in != lifetimes[i].believed)) &&
            !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "expires_in %s: kind %d, %llu",
                     lifetimes[i].said, kind, (unsigned long long)reply.expires_in);
        reply_free(&reply);
    }
}

TEST(a_grant_carries_its_members)
{
    static const struct sample full =
        WITH("\"refresh_token\":\"d\\u0065f\",\"expires_in\":60,\"scope\":\"ONE two\",\"x\":\"y\"");
    static const struct sample bare = S("{" BEARER "}");
    struct reply reply = {0};

    CHECK(kind_of(&full, &reply) == REPLY_GRANT);
    CHECK(strcmp(secret_text(reply.access_token), "abc") == 0);
    CHECK(reply.refresh_token && strcmp(secret_text(reply.refresh_token), "def") == 0);
    CHECK(reply.expires_in == 60);
    CHECK(strcmp(reply.scope, "ONE two") == 0);
    reply_free(&reply);
    reply = (struct reply){0};
    CHECK(kind_of(&bare, &reply) == REPLY_GRANT);
    CHECK(!reply.refresh_token && reply.expires_in == 0 && reply.scope[0] == '\0');
    reply_free(&reply);
}

/* A grant whose token is `length` times 'x'. */
static enum reply_kind kind_of_long(const char *start, size_t length, const char *end)
{
    size_t room = strlen(start) + length + strlen(end);
    char *text = malloc(room + 1);
    struct sample sample = {text, room};
    struct reply reply = {0};
    enum reply_kind kind = REPLY_NONSENSE;

    NEED(text);
    memcpy(text, start, strlen(start));
    memset(text + strlen(start), 'x', length);
    memcpy(text + strlen(start) + length, end, strlen(end) + 1);
    kind = kind_of(&sample, &reply);
    reply_free(&reply);
    free(text);
    return kind;
}

TEST(lengths_have_a_limit)
{
    static const char token[] = "{\"token_type\":\"Bearer\",\"access_token\":\"";
    static const char refresh[] = "{" BEARER ",\"refresh_token\":\"";
    static const char scope[] = "{" BEARER ",\"scope\":\"";
    static const char error[] = "{\"error\":\"";

    CHECK(kind_of_long(token, 16384, "\"}") == REPLY_GRANT);
    CHECK(kind_of_long(token, 16385, "\"}") == REPLY_NONSENSE);
    CHECK(kind_of_long(refresh, 16384, "\"}") == REPLY_GRANT);
    CHECK(kind_of_long(refresh, 16385, "\"}") == REPLY_NONSENSE);
    CHECK(kind_of_long(scope, 1024, "\"}") == REPLY_GRANT);
    CHECK(kind_of_long(scope, 1025, "\"}") == REPLY_NONSENSE);
    CHECK(kind_of_long(error, 64, "\"}") == REPLY_ERROR);
    CHECK(kind_of_long(error, 65, "\"}") == REPLY_NONSENSE);
}

TEST(oauth_errors_are_words)
{
    static const struct sample samples[] = {
        S("{\"error\":\"invalid_grant\"}"),
        S("{\"error_description\":\"Account Locked\",\"error\":\"invalid_grant\"}\r\n"),
        S("{\"error\":\"mfa_required\",\"mfa_token\":\"x\"}"),
        S("{\"error\":\"A-Z.9_\"}"),
        S("{\"error\":\"x\",\"error_description\":7}"),
        S("{\"error\":\"x\",\"error_description\":null,\"error_uri\":\"https://x/\"}"),
        S("{\"error\":\"x\",\"token_type\":\"Bearer\"}"),
    };
    static const struct sample nonsense[] = {
        S("{\"error\":\"\"}"),
        S("{\"error\":400}"),
        S("{\"error\":null}"),
        S("{\"error\":true}"),
        S("{\"error\":[\"invalid_grant\"]}"),
        S("{\"error\":{\"code\":\"invalid_grant\"}}"),
        S("{\"error\":\"Invalid client id or secret\"}"),
        S("{\"error\":\"a\\nb\"}"),
        S("{\"error\":\"a%n\"}"),
        S("{\"error\":\"\xc3\xa9\"}"),
        S("{\"errorCode\":60001,\"errorMessage\":\"invalid_grant:token not found\"}"),
        S("{\"fault\":{\"faultstring\":\"x\",\"detail\":{\"errorcode\":\"y\"}}}"),
        S("{\"errorCode\":\"403\",\"id\":\"0\",\"message\":\"Forbidden\",\"status\":\"403\"}"),
        S("[{\"error\":\"invalid_grant\"}]"),
        S("{\"error\":\"invalid_grant\",\"x\":\"\\u0000\"}"),
    };

    ALL(REPLY_ERROR, samples);
    ALL(REPLY_NONSENSE, nonsense);
}

TEST(nothing_at_all_is_empty_and_not_nonsense)
{
    static const struct sample samples[] = {{"", 0}};

    ALL(REPLY_EMPTY, samples);
}

TEST(a_description_is_kept_as_it_is)
{
    static const struct sample sample =
        S("{\"error\":\"x\",\"error_description\":\"a\\u001b[31m\xc3\xa9\"}");
    struct reply reply = {0};

    CHECK(kind_of(&sample, &reply) == REPLY_ERROR);
    CHECK(reply.description && strcmp(secret_text(reply.description), "a\x1b[31m\xc3\xa9") == 0);
    reply_free(&reply);
}

TESTS(T(N16_grants_that_break_a_rule_are_nonsense),
      T(N15_lifetimes_are_whole_seconds_and_at_most_a_day), T(a_grant_carries_its_members),
      T(lengths_have_a_limit), T(oauth_errors_are_words),
      T(nothing_at_all_is_empty_and_not_nonsense), T(a_description_is_kept_as_it_is))

/* links: courier/reply.o courier/json.o courier/strict.o -ljson-c */
/* What the courier believes of a reply's body: RFC 8259 read strictly, then RFC 6749 5.1 and 5.2.
 */
#include "courier/reply.h"

#include "tests/unit/check.h"

struct sample {
    const char *text;
    size_t length;
};

#define S(text)                \
    {                          \
        text, sizeof(text) - 1 \
    }
#define BEARER "\"access_token\":\"abc\",\"token_type\":\"Bearer\""
#define WITH(member) S("{" BEARER "," member "}")

static enum reply_kind kind_of(const struct sample *sample, struct reply *reply)
{
    struct secret *body = secret_copy(sample->text, sample->length);

    NEED(body);
    NEED(reply_read(body, reply) == MP_OK);
    secret_free(&body);
    CHECK((reply->kind == REPLY_NONSENSE) == (reply->problem != NULL));
    CHECK((reply->kind == REPLY_GRANT) == (reply->access_token != NULL));
    CHECK((reply->kind == REPLY_ERROR) == (reply->error[0] != '\0'));
    return reply->kind;
}

/* Each sample alone: the first one of another kind is named. */
static void all_are(enum reply_kind expected, const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct reply reply = {0};
        enum reply_kind kind = kind_of(&samples[i], &reply);

        if (kind != expected && !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "sample %zu is %d: %.200s (%s)", i, kind,
                     samples[i].text, reply.problem ? reply.problem : "no problem");
        reply_free(&reply);
    }
}

#define ALL(expected, samples) all_are(expected, samples, sizeof(samples) / sizeof((samples)[0]))

TEST(good_grants_are_understood)
{
    static const struct sample samples[] = {
        S("{" BEARER "}"),
        S("{\"token_type\":\"Bearer\",\"access_token\":\"abc\"}"),
        S(" \t\r\n{ \"access_token\" : \"abc\" ,\n \"token_type\" : \"Bearer\" } \r\n\t"),
        S("{" BEARER "}\r\n"),
        S("{\"access_token\":\"abc\",\"token_type\":\"bearer\"}"),
        S("{\"access_token\":\"abc\",\"token_type\":\"BEARER\"}"),
        S("{\"access_token\":\"abc\",\"token_type\":\"bEaReR\"}"),
        S("{\"access_token\":\"!~\",\"token_type\":\"Bearer\"}"),
        S("{\"\\u0061ccess_token\":\"a\\u0062c\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\/b\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"a\\\"b\\\\c\",\"token_type\":\"Bearer\"}"),
        WITH("\"refresh_token\":\"def\""),
        WITH("\"refresh_token\":\"\""),
        WITH("\"refresh_token\":null"),
        WITH("\"scope\":\"MOBPROC other\""),
        WITH("\"scope\":\"\""),
        WITH("\"scope\":null"),
        WITH("\"expires_in\":7200"),
        WITH("\"expires_in\":\"7200\""),
        WITH("\"id_token\":\"e30.e30.\",\"iat\":1,\"issued\":1.5e3,\"ok\":true,\"no\":null"),
        WITH("\"nested\":{\"access_token\":7,\"error\":\"x\",\"deep\":[{\"expires_in\":-1},[[]]]}"),
        WITH("\"list\":[1,-2,0,-0,1.5,1e9,1E+9,1e-9,\"x\",true,false,null,{},[]]"),
        WITH("\"a\":{\"k\":1},\"b\":{\"k\":2}"), /* one key in two objects */
        WITH("\"a\":[{\"k\":1},{\"k\":2}]"),
        WITH("\"A\":1,\"a\":2"),
        WITH("\"errors\":[],\"Error\":1"),
        WITH("\"pair\":\"\\ud83d\\ude00 \xf0\x9f\x98\x80 \xc3\xa9 \\u00e9\""),
        WITH("\"escapes\":\"\\b\\f\\n\\r\\t\\\"\\\\\\/\""),
        WITH("\"\":1"),        /* an empty key */
        WITH("\"big\":1e400"), /* not used, so not asked for its size */
        WITH("\"long\":123456789012345678901234567890"),
        WITH("\"d2\":[[[[[[[]]]]]]]"), /* with the object: depth 8 */
        WITH("\"del\":\"\x7f\""),
        WITH("\"bidi\":\"\xe2\x80\xae\""),
        WITH("\"last\":\"\xf4\x8f\xbf\xbf\""),
    };

    ALL(REPLY_GRANT, samples);
}

TEST(what_is_not_json_is_nonsense)
{
    static const struct sample samples[] = {
        S(" "),
        S("\r\n"),
        S("null"),
        S("true"),
        S("7"),
        S("-"),
        S("\"access_token\""),
        S("[]"),
        S("[{" BEARER "}]"),
        S("{}"),
        S("{"),
        S("}"),
        S("{]"),
        S("[}"),
        S("{" BEARER),
        S("{" BEARER ",}"),
        S("{," BEARER "}"),
        S("{\"access_token\":\"abc\",,\"token_type\":\"Bearer\"}"),
        S("{\"access_token\":\"abc\" \"token_type\":\"Bearer\"}"),
        S("{\"access_token\" \"abc\",\"token_type\":\"Bearer\"}"),
        S("{\"access_token\"::\"abc\",\"token_type\":\"Bearer\"}"),
        S("{'access_token':'abc','token_type':'Bearer'}"),
        S("{access_token:\"abc\",\"token_type\":\"Bearer\"}"),
        S("{" BEARER "}x"),
        S("{" BEARER "}}"),
        S("{" BEARER "},"),
        S("{" BEARER "}{}"),
        S("{" BEARER "}{" BEARER "}"),
        S("{" BEARER "}\0"),
        S("{" BEARER "}\0x"),
        S("\0{" BEARER "}"),
        S("\xef\xbb\xbf{" BEARER "}"), /* byte order mark */
        S("\xff\xfe{\0}\0"),
        S("\x0b{" BEARER "}"),
        S("\x0c{" BEARER "}"),
        S("\xc2\xa0{" BEARER "}"), /* no-break space */
        S(")]}',\n{" BEARER "}"),
        S("/* yes */{" BEARER "}"),
        S("{" BEARER "}// end"),
        S("{#c\n" BEARER "}"),
        S("access_token=abc&token_type=bearer"),
        S("<html>"),
    };

    ALL(REPLY_NONSENSE, samples);
}

TEST(values_outside_the_standard_are_nonsense)
{
    static const struct sample samples[] = {
        WITH("\"x\":NaN"),
        WITH("\"x\":-NaN"),
        WITH("\"x\":Infinity"),
        WITH("\"x\":-Infinity"),
        WITH("\"x\":nan"),
        WITH("\"x\":True"),
        WITH("\"x\":TRUE"),
        WITH("\"x\":tru"),
        WITH("\"x\":Null"),
        WITH("\"x\":nul"),
        WITH("\"x\":undefined"),
        WITH("\"x\":"),
        WITH("\"x\""),
        WITH("\"x\":01"),
        WITH("\"x\":-01"),
        WITH("\"x\":+1"),
        WITH("\"x\":.5"),
        WITH("\"x\":1."),
        WITH("\"x\":1.e3"),
        WITH("\"x\":1e"),
        WITH("\"x\":1e+"),
        WITH("\"x\":-"),
        WITH("\"x\":--1"),
        WITH("\"x\":0x10"),
        WITH("\"x\":1_000"),
        WITH("\"x\":1 2"),
        WITH("\"x\":36x00"),
        WITH("\"x\":[1,]"),
        WITH("\"x\":[,1]"),
        WITH("\"x\":[1 2]"),
        WITH("\"x\":[1"),
        WITH("\"x\":{\"y\"}"),
        WITH("\"x\":{1:2}"),
        WITH("\"x\":{null:2}"),
        WITH("\"x\":'y'"),
        WITH("\"d\":[[[[[[[[]]]]]]]]"), /* depth 9 */
        WITH("\"d\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}"),
    };

    ALL(REPLY_NONSENSE, samples);
}

TEST(bad_characters_are_nonsense_even_in_members_that_nobody_reads)
{
    static const struct sample samples[] = {
        WITH("\"x\":\"a\nb\""),
        WITH("\"x\":\"a\tb\""),
        WITH("\"x\":\"a\rb\""),
        WITH("\"x\":\"a\0b\""),
        WITH("\"x\":\"a\x1f\""),
        WITH("\"x\":\"a\x1b[31m\""),
        WITH("\"x\":\"\\u0000\""),
        WITH("\"x\\u0000\":1"),
        WITH("\"x\":\"\\x41\""),
        WITH("\"x\":\"\\a\""),
        WITH("\"x\":\"\\U0041\""),
        WITH("\"x\":\"\\u004\""),
        WITH("\"x\":\"\\u00g0\""),
        WITH("\"x\":\"\\u+041\""),
        WITH("\"x\":\"\\\0\""),
        WITH("\"x\":\"\\u00\0\0\""),
        WITH("\"x\":\"\\"),
        WITH("\"x\":\"\\u12"),
        WITH("\"x\":\"\\ud800\""),
        WITH("\"x\":\"\\ud800x\""),
        WITH("\"x\":\"\\ud800\\n\""),
        WITH("\"x\":\"\\ud800\\u0041\""),
        WITH("\"x\":\"\\ud800\\ud800\""),
        WITH("\"x\":\"\\udc00\""),
        WITH("\"x\":\"\\udc00\\ud800\""),
        WITH("\"x\":\"\x80\""),
        WITH("\"x\":\"\xbf\""),
        WITH("\"x\":\"\xc3\""),
        WITH("\"x\":\"\xc3(\""),
        WITH("\"x\":\"\xc0\x80\""),
        WITH("\"x\":\"\xc1\xbf\""),
        WITH("\"x\":\"\xe0\x80\x80\""),
        WITH("\"x\":\"\xe0\x9f\xbf\""),
        WITH("\"x\":\"\xe2\x82\""),
        WITH("\"x\":\"\xed\xa0\x80\""), /* U+D800 */
        WITH("\"x\":\"\xed\xbf\xbf\""), /* U+DFFF */
        WITH("\"x\":\"\xf0\x80\x80\x80\""),
        WITH("\"x\":\"\xf0\x8f\xbf\xbf\""),
        WITH("\"x\":\"\xf0\x9f\x98\""),
        WITH("\"x\":\"\xf4\x90\x80\x80\""), /* U+110000 */
        WITH("\"x\":\"\xf5\x80\x80\x80\""),
        WITH("\"x\":\"\xf8\x88\x80\x80\x80\""),
        WITH("\"x\":\"\xfe\""),
        WITH("\"x\":\"\xff\""),
        WITH("\"\xff\":1"),
        WITH("\"x\":\"\xf0\x9f"),
    };

    ALL(REPLY_NONSENSE, samples);
}

TEST(a_key_twice_is_nonsense_however_it_is_written)
{
    static const struct sample samples[] = {
        WITH("\"access_token\":\"evil\""),
        WITH("\"access_token\":\"abc\""),
        WITH("\"token_type\":\"Bearer\""),
        WITH("\"x\":1,\"x\":1"),
        WITH("\"x\":1,\"y\":2,\"x\":3"),
        WITH("\"\":1,\"\":2"),
        WITH("\"\\u0061ccess_token\":\"evil\""),
        WITH("\"access\\u005ftoken\":\"evil\""),
        WITH("\"access\\u005Ftoken\":\"evil\""),
        WITH("\"a/b\":1,\"a\\/b\":2"),
        WITH("\"\\n\":1,\"\\u000a\":2"),
        WITH("\"\xc3\xa9\":1,\"\\u00e9\":2"),
        WITH("\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\uDE00\":2"),
        WITH("\"n\":{\"x\":1,\"x\":2}"),
        WITH("\"n\":[[{\"x\":{},\"x\":[]}]]"),
        WITH("\"n\":{\"x\":{\"y\":1},\"z\":0,\"x\":2}"),
        WITH("\"access_token\\u0000x\":\"evil\""),
        S("{\"access_token\\u0000x\":\"evil\",\"token_type\":\"Bearer\"}"),
        S("{\"error\":\"invalid_grant\",\"error\":\"server_error\"}"),
    };

    ALL(REPLY_NONSENSE, samples);
}

TEST(grants_that_break_a_rule_are_nonsense)
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

TEST(lifetimes_are_whole_seconds_and_at_most_a_day)
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

TEST(deep_and_wide_bodies_are_refused_quickly)
{
    static char text[65536];
    struct sample sample = {text, sizeof(text)};
    struct reply reply = {0};
    size_t used = 0;

    memset(text, '[', sizeof(text));
    CHECK(kind_of(&sample, &reply) == REPLY_NONSENSE);
    for (size_t i = 0; i + 6 < sizeof(text); i += 5)
        memcpy(text + i, "{\"a\":", 5);
    CHECK(kind_of(&sample, &reply) == REPLY_NONSENSE);
    used = (size_t)snprintf(text, sizeof(text), "{" BEARER);
    for (int i = 0; used < sizeof(text) - 20; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ",\"k%d\":0", i);
    text[used++] = '}';
    sample.length = used;
    CHECK(kind_of(&sample, &reply) == REPLY_NONSENSE);
    CHECK(strstr(reply.problem, "too many keys") != NULL);
    used = (size_t)snprintf(text, sizeof(text), "{" BEARER ",\"x\":[0");
    while (used < sizeof(text) - 8)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ",{}");
    sample.length = used + (size_t)snprintf(text + used, sizeof(text) - used, "]}");
    CHECK(kind_of(&sample, &reply) == REPLY_GRANT);
    reply_free(&reply);
}

TEST(every_truncation_of_a_grant_is_nonsense)
{
    static const char whole[] =
        "{" BEARER ",\"x\":[1.5,{\"y\":\"\\ud83d\\ude00\xc3\xa9\"},true,null]}";
    struct reply reply = {0};

    for (size_t length = 1; length < sizeof(whole) - 1; length++) {
        struct sample sample = {whole, length};

        CHECK(kind_of(&sample, &reply) == REPLY_NONSENSE);
    }
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

TESTS(T(good_grants_are_understood), T(what_is_not_json_is_nonsense),
      T(values_outside_the_standard_are_nonsense),
      T(bad_characters_are_nonsense_even_in_members_that_nobody_reads),
      T(a_key_twice_is_nonsense_however_it_is_written), T(grants_that_break_a_rule_are_nonsense),
      T(lifetimes_are_whole_seconds_and_at_most_a_day), T(a_grant_carries_its_members),
      T(lengths_have_a_limit), T(deep_and_wide_bodies_are_refused_quickly),
      T(every_truncation_of_a_grant_is_nonsense), T(oauth_errors_are_words),
      T(nothing_at_all_is_empty_and_not_nonsense), T(a_description_is_kept_as_it_is))

/* links: courier/reply.o courier/validity.o courier/claims.o courier/lifetime.o courier/json.o -ljson-c */
/* RFC 8259 read strictly: what is JSON, and what only looks like it. */
#include "tests/unit/courier_samples.h"

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

TEST(N14_what_is_not_json_is_nonsense)
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

TEST(N14_values_outside_the_standard_are_nonsense)
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

TEST(N14_bad_characters_are_nonsense_even_in_members_that_nobody_reads)
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

TEST(N14_a_key_twice_is_nonsense_however_it_is_written)
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

TEST(N14_deep_and_wide_bodies_are_refused_quickly)
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

TEST(N14_every_truncation_of_a_grant_is_nonsense)
{
    static const char whole[] =
        "{" BEARER ",\"x\":[1.5,{\"y\":\"\\ud83d\\ude00\xc3\xa9\"},true,null]}";
    struct reply reply = {0};

    for (size_t length = 1; length < sizeof(whole) - 1; length++) {
        struct sample sample = {whole, length};

        CHECK(kind_of(&sample, &reply) == REPLY_NONSENSE);
    }
}

TESTS(T(good_grants_are_understood), T(N14_what_is_not_json_is_nonsense),
      T(N14_values_outside_the_standard_are_nonsense),
      T(N14_bad_characters_are_nonsense_even_in_members_that_nobody_reads),
      T(N14_a_key_twice_is_nonsense_however_it_is_written),
      T(N14_deep_and_wide_bodies_are_refused_quickly),
      T(N14_every_truncation_of_a_grant_is_nonsense))

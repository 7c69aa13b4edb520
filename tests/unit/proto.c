/* links: lib/proto.o */
#include "tests/unit/check.h"

#include "lib/proto.h"

TEST(account_names)
{
    char longest[66];

    memset(longest, 'a', 65);
    longest[65] = '\0';
    CHECK(proto_is_account_name("tangoe") && proto_is_account_name("0.a_b-c"));
    CHECK(!proto_is_account_name("") && !proto_is_account_name(".a") &&
          !proto_is_account_name("_a") && !proto_is_account_name("-a") &&
          !proto_is_account_name("A") && !proto_is_account_name("a/b") &&
          !proto_is_account_name("a b") && !proto_is_account_name("\xc3\xa4"));
    CHECK(!proto_is_account_name(longest));
    longest[64] = '\0';
    CHECK(proto_is_account_name(longest));
}

/* ATTACKS P6: names that are paths, records, formats or terminal codes. */
TEST(P6_local_names)
{
    static const char *const bad[] = {"",       "../x",  "a/b",   ".",    "a:b", "a\nb",    "a\rb",
                                      "a\033b", "%n%s",  "Alice", "-x",   "*",   "@grp",    "#",
                                      "a@b",    "a%40b", "x://y", "O\\a", "a b", "\xc4\xb0"};

    CHECK(proto_is_local_name("alice") && proto_is_local_name("_svc.x-1") &&
          proto_is_local_name("0day"));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK(!proto_is_local_name(bad[i]));
}

TEST(tokens_are_visible_ascii)
{
    char token[PROTO_MAX_TOKEN + 1];

    memset(token, 'x', sizeof(token));
    CHECK(proto_is_token(token, 1) && proto_is_token(token, PROTO_MAX_TOKEN));
    CHECK(!proto_is_token(token, 0) && !proto_is_token(token, sizeof(token)));
    for (unsigned byte = 0; byte < 256; byte++) {
        token[3] = (char)byte;
        CHECK(proto_is_token(token, 8) == (byte >= 0x21 && byte <= 0x7e));
    }
}

TEST(header_texts_have_no_control_bytes)
{
    for (unsigned byte = 1; byte < 256; byte++) {
        char text[4] = {'a', (char)byte, 'b', '\0'};

        CHECK(proto_is_header_text(text) == (byte >= 0x20 && byte != 0x7f));
    }
}

TEST(escaping_leaves_one_printable_line)
{
    char out[64];

    proto_escape(out, sizeof(out), "a\nb\033[0m\\\x80");
    CHECK(strcmp(out, "a\\x0ab\\x1b[0m\\x5c\\x80") == 0);
    proto_escape(out, 8, "aaaaaa\nb");
    CHECK(strcmp(out, "aaaaaa") == 0);
    proto_escape(out, 1, "abc");
    CHECK(out[0] == '\0');
}

/* ATTACKS P11. Thirteen bytes, as often as it takes and cut anywhere; no other byte in any place.
 */
TEST(P11_sshd_s_stand_in_is_known_at_any_length)
{
    static const char once[] = "\b\n\r\177INCORRECT";
    char password[PROTO_MAX_PASSWORD];

    for (size_t i = 0; i < sizeof(password); i++)
        password[i] = once[i % 13];
    for (size_t length = 0; length <= sizeof(password); length++)
        CHECK(proto_is_stand_in(password, length));
    for (size_t i = 0; i < sizeof(password); i++) {
        password[i] ^= 1;
        CHECK(!proto_is_stand_in(password, i + 1) && proto_is_stand_in(password, i));
        password[i] ^= 1;
    }
    CHECK(!proto_is_stand_in("INCORRECT", 9) && !proto_is_stand_in(once, 14));
}

TEST(errors_have_words_and_numbers_stay_in_range)
{
    for (int err = 0; err < MP_ERR_COUNT; err++)
        CHECK(mp_err_name((enum mp_err)err)[0] && mp_err_text((enum mp_err)err)[0]);
    CHECK(mp_err_from_wire(MP_ERR_COUNT) == MP_PROTOCOL);
    CHECK(mp_err_from_wire(UINT64_MAX) == MP_PROTOCOL);
    CHECK(mp_err_from_wire(MP_DENIED) == MP_DENIED);
}

/* ATTACKS P34. */
TEST(P34_the_verdicts_differ_in_at_least_sixteen_bits)
{
    CHECK(__builtin_popcount((unsigned)PROTO_ADMIT ^ (unsigned)PROTO_DENY) >= 16);
    CHECK(__builtin_popcount((unsigned)PROTO_ADMIT) >= 8);
}

TESTS(T(account_names), T(P6_local_names), T(tokens_are_visible_ascii),
      T(header_texts_have_no_control_bytes), T(escaping_leaves_one_printable_line),
      T(P11_sshd_s_stand_in_is_known_at_any_length), T(errors_have_words_and_numbers_stay_in_range),
      T(P34_the_verdicts_differ_in_at_least_sixteen_bits))

/* links: lib/json_text.o tests/faults/inside.o */
/* What an object of a strict JSON text says: its members, their texts, their very words. */
#include "lib/json_text.h"

#include "tests/unit/every_fault.h"

static struct json_text json;

static void read_text(const char *text)
{
    NEED(json_text_read(&json, text, strlen(text)) == NULL);
}

static int says(size_t object, const char *name, const char *expected)
{
    struct secret *text = NULL;
    enum mp_err err = json_text_string(json_text_find(&json, object, name), &text);
    int same =
        err == MP_OK && (text ? expected && strcmp(secret_text(text), expected) == 0 : !expected);

    secret_free(&text);
    return same;
}

TEST(a_member_is_found_in_its_own_object_only)
{
    const struct json_text_member *inner = NULL;

    read_text("{\"a\":\"one\",\"in\":{\"a\":\"two\"},\"list\":[{\"a\":\"three\"}]}");
    CHECK(says(JSON_TEXT_ROOT, "a", "one"));
    inner = json_text_find(&json, JSON_TEXT_ROOT, "in");
    NEED(inner);
    CHECK(says(inner->inner, "a", "two"));
    CHECK(says(JSON_TEXT_ROOT, "b", NULL));
    /* a member that is no object has none inside */
    CHECK(!json_text_find(&json, json_text_find(&json, JSON_TEXT_ROOT, "a")->inner, "a"));
}

TEST(what_is_no_object_has_no_members)
{
    read_text("[\"a\"]");
    CHECK(!json_text_find(&json, JSON_TEXT_ROOT, "a"));
    read_text("[{\"a\":1}]");
    CHECK(!json_text_find(&json, JSON_TEXT_ROOT, "a"));
    read_text("\"a\"");
    CHECK(!json_text_find(&json, JSON_TEXT_ROOT, "a"));
}

TEST(a_text_is_what_was_meant)
{
    struct secret *text = NULL;

    read_text("{\"t\":\"\\u0061\\n\\u20ac\\ud83d\\ude00\\\\ \\u00e9\",\"n\":1,\"e\":\"\"}");
    CHECK(says(JSON_TEXT_ROOT, "t", "a\n\xe2\x82\xac\xf0\x9f\x98\x80\\ \xc3\xa9"));
    CHECK(says(JSON_TEXT_ROOT, "e", ""));
    CHECK(json_text_string(json_text_find(&json, JSON_TEXT_ROOT, "n"), &text) == MP_PROTOCOL);
    CHECK(!text);
}

TEST(a_name_may_be_written_with_escapes)
{
    read_text("{\"\\u0061\\u0062\":\"x\",\"abc\":\"y\"}");
    CHECK(says(JSON_TEXT_ROOT, "ab", "x"));
    CHECK(says(JSON_TEXT_ROOT, "abc", "y"));
    CHECK(says(JSON_TEXT_ROOT, "a", NULL));
}

TEST(a_value_is_compared_as_it_was_written)
{
    read_text("{\"yes\":true,\"v\":\"v1\",\"n\": 10 }");
    CHECK(json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "yes"), "true"));
    CHECK(!json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "yes"), "tru"));
    CHECK(!json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "yes"), "trum"));
    CHECK(json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "v"), "\"v1\""));
    CHECK(json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "n"), "10"));
    CHECK(!json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "absent"), "true"));
}

static enum mp_err take_text(void)
{
    struct secret *text = NULL;
    enum mp_err err = json_text_string(json_text_find(&json, JSON_TEXT_ROOT, "t"), &text);

    CHECK((text != NULL) == (err == MP_OK));
    secret_free(&text);
    return err;
}

TEST(a_text_is_there_as_a_whole_or_not_at_all)
{
    read_text("{\"t\":\"three\"}");
    EVERY_FAULT(take_text, FAULT_MEMORY, 0, MP_NOMEM);
    EVERY_FAULT(take_text, FAULT_ROOM, 0, MP_TOO_LONG);
}

/* A member that does not lie in a text that json_text_read() found right. */
TEST(a_text_that_was_never_read_is_not_believed)
{
    static const char cut[] = "\"\\\"";
    const struct json_text_member member = {
        .value = {(const uint8_t *)cut, (const uint8_t *)cut + sizeof(cut) - 1}};
    struct secret *text = NULL;

    CHECK(json_text_string(&member, &text) == MP_INTERNAL && !text);
}

static int is_refused(const char *text)
{
    return json_text_read(&json, text, strlen(text)) != NULL;
}

TEST(what_is_cut_off_is_refused)
{
    static const char *const texts[] = {"",
                                        " ",
                                        "{",
                                        "[",
                                        "\"",
                                        "{\"a\"",
                                        "{\"a\":",
                                        "tru",
                                        "nul",
                                        "fals",
                                        "t",
                                        "-",
                                        "1.",
                                        "1e",
                                        "1e+",
                                        "1e-",
                                        "01",
                                        "{\"a\":1",
                                        "[1",
                                        "[1,",
                                        "{\"a\" 1}",
                                        "{1:2}",
                                        "\"\\",
                                        "\"\\u",
                                        "\"\\u00",
                                        "\"\\u00g0\"",
                                        "\"\\ud800\"",
                                        "\"\\udc00\"",
                                        "\"\\ud800\\u0041\"",
                                        "\"\\ud800x\"",
                                        "\"\\ud800\\",
                                        "\"\\ud800\\u1",
                                        "\"\\x\"",
                                        "\"\\u0000\"",
                                        "nan",
                                        "1 2",
                                        "\"\xc3\"",
                                        "\"\xe2\x82\"",
                                        "\"\xff\""};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (!is_refused(texts[i]) && !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "taken: %s", texts[i]);
    }
    CHECK(!is_refused("[0.5, -0, 1E+2, 1e-2, \"\\ud83d\\ude00\\/\\b\\f\\r\\t\\u00AF\"]"));
}

TESTS(T(a_member_is_found_in_its_own_object_only), T(what_is_no_object_has_no_members),
      T(a_text_is_what_was_meant), T(a_name_may_be_written_with_escapes),
      T(a_value_is_compared_as_it_was_written), T(a_text_is_there_as_a_whole_or_not_at_all),
      T(a_text_that_was_never_read_is_not_believed), T(what_is_cut_off_is_refused))

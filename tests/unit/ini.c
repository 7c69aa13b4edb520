/* links: broker/ini.o broker/utf8.o */
#include "broker/ini.h"
#include "broker/utf8.h"

#include "tests/unit/check.h"

/* What the sink was told, one item a line: "2 section NAME", "3 KEY=VALUE", "4 ! KEY: REASON". */
static char told[8192];
static int problems;

static void tell(int line, const char *a, const char *b, const char *c, const char *d)
{
    size_t used = strlen(told);

    snprintf(told + used, sizeof(told) - used, "%d %s%s%s%s\n", line, a, b, c, d);
}

static void on_section(void *owner, int line, const char *name)
{
    (void)owner;
    tell(line, "section ", name ? name : "(refused)", "", "");
}

static void on_entry(void *owner, int line, const char *key, const char *value)
{
    (void)owner;
    tell(line, key, "=", value, "");
}

static void on_problem(void *owner, int line, const char *key, const char *reason)
{
    (void)owner;
    problems++;
    tell(line, "! ", key ? key : "-", ": ", reason);
}

static void parse(const char *text, size_t length)
{
    struct ini_sink sink = {NULL, on_section, on_entry, on_problem};
    char *copy = malloc(length + 1);

    NEED(copy);
    memcpy(copy, text, length);
    copy[length] = 'x'; /* what lies behind must not matter */
    told[0] = '\0';
    problems = 0;
    ini_parse(copy, length, 64, &sink);
    free(copy);
}

#define PARSE(text) parse(text, sizeof(text) - 1)
#define TOLD(text) (strcmp(told, text) == 0)
#define SAYS(text) (strstr(told, text) != NULL)

TEST(nothing_says_nothing)
{
    PARSE("");
    CHECK(TOLD(""));
    PARSE("\n \n\t\n# a comment\n  # another, indented\n");
    CHECK(TOLD(""));
}

TEST(sections_and_keys_come_with_their_lines)
{
    PARSE("# first\n[mobproc]\na=1\n\nb = 2\n[account x]\nc=3\n");
    CHECK(TOLD("2 section mobproc\n3 a=1\n5 b=2\n6 section account x\n7 c=3\n"));
}

TEST(blanks_around_are_dropped_and_inside_are_kept)
{
    PARSE(" \t[ \taccount  x\t ] \n\t key_1\t =\t one  two\tthree \t\n");
    CHECK(TOLD("1 section account  x\n2 key_1=one  two\tthree\n"));
}

TEST(a_final_newline_may_be_missing)
{
    PARSE("[a]\nb = c");
    CHECK(TOLD("1 section a\n2 b=c\n"));
    PARSE("[a]");
    CHECK(TOLD("1 section a\n"));
}

TEST(hash_and_semicolon_inside_a_value_belong_to_it)
{
    PARSE("a = b # c ; d\ne=#\nf=;x\ng=h=i\n");
    CHECK(TOLD("1 a=b # c ; d\n2 e=#\n3 f=;x\n4 g=h=i\n"));
}

TEST(an_empty_value_is_handed_on)
{
    PARSE("a=\nb =  \t\nc=");
    CHECK(TOLD("1 a=\n2 b=\n3 c=\n"));
}

TEST(there_is_no_continuation)
{
    PARSE("a = b\\\n  c\n");
    CHECK(SAYS("1 a=b\\\n"));
    CHECK(SAYS("2 ! -: neither key = value nor [section] nor # comment"));
    CHECK(problems == 1);
}

TEST(a_semicolon_is_no_comment)
{
    PARSE("; a = b\n");
    CHECK(TOLD("1 ! -: a comment starts with #\n"));
}

TEST(broken_sections_are_refused_and_close_the_one_before)
{
    static const char *const broken[] = {"[", "[a", "[a] b", "[a]]", "[[a]", "[a] # b", "[a]["};

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        parse(broken[i], strlen(broken[i]));
        CHECK(problems == 1);
        CHECK(SAYS("1 ! -: a section is written [name]"));
        CHECK(SAYS("1 section (refused)\n"));
    }
    PARSE("[]\n[ ]\n]");
    CHECK(SAYS("1 section \n2 section \n3 ! -: neither"));
}

TEST(keys_are_lower_case_words)
{
    static const char *const broken[] = {"=b",      " = b",  "A=b",   "a-b=c",
                                         "1a=b",    "_a=b",  "a b=c", "a.b=c",
                                         "\"a\"=b", "a[]=b", "$a=b",  "a\xc3\xa4=b"};

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        parse(broken[i], strlen(broken[i]));
        CHECK(TOLD("1 ! -: what stands before '=' is not a key (a to z, 0 to 9, _)\n"));
    }
    PARSE(
        "a234567890123456789012345678901234567890=b\na2345678901234567890123456789012345678901=b");
    CHECK(SAYS("1 a234567890123456789012345678901234567890=b\n2 ! -: what"));
}

TEST(crlf_is_told_once_and_the_rest_still_read)
{
    PARSE("[a]\r\nb = c\r\n\r\nd\r\n");
    CHECK(problems == 2);
    CHECK(SAYS("1 ! -: the line ends in CR LF (Windows); end lines with LF alone\n1 section a\n"));
    CHECK(SAYS("2 b=c\n4 ! -: neither"));
}

TEST(control_bytes_are_refused_everywhere_and_the_key_is_named)
{
    for (int byte = 0; byte < 0x100; byte++) {
        char text[] = "secret = abc?def\n";
        int is_control = (byte < 0x20 && byte != '\t' && byte != '\n') || byte == 0x7f;

        *strchr(text, '?') = (char)byte;
        parse(text, sizeof(text) - 1);
        if (is_control)
            CHECK(SAYS("1 ! secret: a") && problems == 1 && !SAYS("abc"));
        else if (byte >= 0x80)
            CHECK(SAYS("1 ! secret: not valid UTF-8\n") && problems == 1 && !SAYS("abc"));
        else if (byte != '\n')
            CHECK(problems == 0);
    }
    PARSE("# a comment with \x01\n");
    CHECK(TOLD("1 ! -: a control byte\n"));
    PARSE("a = b\0\n[x\0]\n");
    CHECK(SAYS("1 ! a: a NUL byte\n2 ! -: a NUL byte\n"));
    PARSE("a = b\rc\n");
    CHECK(TOLD("1 ! a: a carriage return inside the line\n"));
    PARSE("a = b\xc2\x9b"
          "31m\n");
    CHECK(TOLD("1 ! a: a control character\n"));
}

TEST(only_well_formed_utf8_is_read)
{
    static const struct {
        const char *bytes;
        int fits;
    } rows[] = {
        {"\xc3\xa4", 1},
        {"\xe2\x82\xac", 1},
        {"\xf0\x9f\x94\x91", 1},
        {"\xed\x9f\xbf", 1},
        {"\xee\x80\x80", 1},
        {"\xf4\x8f\xbf\xbf", 1},
        {"\xe0\xa0\x80", 1},
        {"\xf0\x90\x80\x80", 1},
        {"\xc2\xa0", 1},
        {"\xc0\xaf", 0},
        {"\xc1\xbf", 0},
        {"\xe0\x80\xaf", 0},
        {"\xf0\x80\x80\xaf", 0},
        {"\xed\xa0\x80", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\x80", 0},
        {"\xc3", 0},
        {"\xe2\x82", 0},
        {"\xf0\x9f\x94", 0},
        {"\xc3\x28", 0},
        {"\xe2\x28\xa1", 0},
        {"\xe2\x82\x28", 0},
        {"\xff", 0},
        {"\xfe", 0},
        {"\xf8\x88\x80\x80\x80", 0},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[32];

        snprintf(text, sizeof(text), "a=%s", rows[i].bytes);
        parse(text, strlen(text));
        CHECK(problems == !rows[i].fits);
        snprintf(text, sizeof(text), "a=%s.", rows[i].bytes);
        parse(text, strlen(text));
        CHECK(problems == !rows[i].fits);
    }
}

TEST(a_sequence_does_not_reach_over_the_end)
{
    CHECK(utf8_is_valid("\xe2\x82\xac", 3));
    CHECK(!utf8_is_valid("\xe2\x82\xac", 2));
    CHECK(!utf8_is_valid("\xe2\x82\xac", 1));
    CHECK(utf8_is_valid("\xe2\x82\xac", 0));
}

TEST(a_byte_order_mark_is_refused_and_skipped)
{
    PARSE("\xef\xbb\xbf[a]\nb=c\n");
    CHECK(TOLD("1 ! -: the file begins with a byte order mark\n1 section a\n2 b=c\n"));
}

TEST(a_line_has_a_limit)
{
    char text[80];

    memset(text, 'b', sizeof(text));
    memcpy(text, "a=", 2);
    parse(text, 64);
    CHECK(problems == 0 && SAYS("1 a=bbb"));
    parse(text, 65);
    CHECK(TOLD("1 ! a: the line is too long\n"));
    text[65] = '\n';
    memcpy(text + 66, "c=d", 3);
    parse(text, 69);
    CHECK(TOLD("1 ! a: the line is too long\n2 c=d\n"));
}

TEST(a_problem_never_quotes_the_line)
{
    PARSE("hunter2\nhunter2 hunter2\nHUNTER2=hunter2\n[hunter2\nk=hunter2\x01\n"
          "k=hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2hunter2\n");
    CHECK(problems == 6);
    CHECK(!SAYS("hunter2") && !SAYS("HUNTER2"));
}

TESTS(T(nothing_says_nothing), T(sections_and_keys_come_with_their_lines),
      T(blanks_around_are_dropped_and_inside_are_kept), T(a_final_newline_may_be_missing),
      T(hash_and_semicolon_inside_a_value_belong_to_it), T(an_empty_value_is_handed_on),
      T(there_is_no_continuation), T(a_semicolon_is_no_comment),
      T(broken_sections_are_refused_and_close_the_one_before), T(keys_are_lower_case_words),
      T(crlf_is_told_once_and_the_rest_still_read),
      T(control_bytes_are_refused_everywhere_and_the_key_is_named),
      T(only_well_formed_utf8_is_read), T(a_sequence_does_not_reach_over_the_end),
      T(a_byte_order_mark_is_refused_and_skipped), T(a_line_has_a_limit),
      T(a_problem_never_quotes_the_line))

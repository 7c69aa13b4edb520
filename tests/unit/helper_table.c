/* links: helper/table.o helper/lifetime.o helper/out.o helper/exit.o */
#include "helper/lifetime.h"
#include "helper/table.h"

#include "tests/unit/check.h"

static char left[LIFETIME_SIZE];

static const char *lifetime(uint64_t seconds)
{
    lifetime_text(seconds, left);
    return left;
}

#define LIFETIME(seconds, text) CHECK(strcmp(lifetime(seconds), text) == 0)

TEST(a_lifetime_is_rounded_down_to_two_units)
{
    LIFETIME(0, "0 s");
    LIFETIME(59, "59 s");
    LIFETIME(60, "1 min");
    LIFETIME(3599, "59 min");
    LIFETIME(3600, "1 h 0 min");
    LIFETIME(7049, "1 h 57 min");
    LIFETIME(48 * 3600 - 1, "47 h 59 min");
    LIFETIME(48 * 3600, "2 d 0 h");
    LIFETIME(UINT64_MAX, "213503982334601 d 7 h");
}

TEST(columns_are_as_wide_as_their_widest_cell)
{
    static const char *const rows[][3] = {{"A", "BB", "C"}, {"long one", "b", ""}, {"", "", "z"}};
    struct table *table = table_new(3, 3);
    struct secret *out = secret_new(1000);

    NEED(table && out);
    for (size_t i = 0; i < 3; i++)
        table_add(table, rows[i]);
    CHECK(table_write(table, out) == MP_OK);
    CHECK(strcmp(secret_text(out), "A         BB  C\nlong one  b   \n              z\n") == 0);
    table_free(&table);
    CHECK(!table);
    secret_free(&out);
}

TEST(a_cell_is_escaped_and_cut)
{
    char text[200];
    const char *cells[] = {text};
    struct table *table = table_new(1, 2);
    struct secret *out = secret_new(1000);

    NEED(table && out);
    memset(text, 0x1b, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    table_add(table, cells);
    CHECK(table_write(table, out) == MP_OK);
    CHECK(secret_length(out) == TABLE_MAX_CELL - 1 + 1);
    CHECK(strncmp(secret_text(out), "\\x1b\\x1b", 8) == 0);
    table_free(&table);
    secret_free(&out);
}

TEST(rows_beyond_the_last_are_ignored_and_a_full_buffer_is_an_error)
{
    static const char *const cells[] = {"x"};
    struct table *table = table_new(1, 2);
    struct secret *out = secret_new(4);
    struct secret *small = secret_new(3);

    NEED(table && out && small);
    for (int i = 0; i < 5; i++)
        table_add(table, cells);
    CHECK(table_write(table, out) == MP_OK);
    CHECK(strcmp(secret_text(out), "x\nx\n") == 0);
    CHECK(table_write(table, small) == MP_TOO_LONG);
    table_free(&table);
    secret_free(&out);
    secret_free(&small);
}

TESTS(T(a_lifetime_is_rounded_down_to_two_units), T(columns_are_as_wide_as_their_widest_cell),
      T(a_cell_is_escaped_and_cut),
      T(rows_beyond_the_last_are_ignored_and_a_full_buffer_is_an_error))

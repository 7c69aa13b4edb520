/*
 * Unit tests as sentences. A test file defines functions and lists them:
 *
 *     TEST(an_empty_buffer_has_no_length) { CHECK(secret_length(s) == 0); }
 *     TESTS(T(an_empty_buffer_has_no_length), ...)
 *
 * The program prints `ok NAME` or `not ok NAME: file:line: condition` for each and exits 1 if one
 * failed. With arguments it runs only the tests named.
 */
#ifndef MOBPROC_TESTS_CHECK_H
#define MOBPROC_TESTS_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char check_failure[512];

struct check_test {
    const char *name;
    void (*run)(void);
};

#define TEST(name) static void test_##name(void)

/* The first failure in a test is kept; the test goes on to its own clean-up. */
#define CHECK(condition)                                                                    \
    do {                                                                                    \
        if (!(condition) && !check_failure[0])                                              \
            snprintf(check_failure, sizeof(check_failure), "%s:%d: %s", __FILE__, __LINE__, \
                     #condition);                                                           \
    } while (0)

/* For what a test cannot go on without. */
#define NEED(condition)                                                         \
    do {                                                                        \
        if (!(condition)) {                                                     \
            printf("not ok need: %s:%d: %s\n", __FILE__, __LINE__, #condition); \
            exit(1);                                                            \
        }                                                                       \
    } while (0)

static int check_run(const struct check_test *tests, size_t count, int argc, char **argv)
{
    int failed = 0;

    for (size_t i = 0; i < count; i++) {
        int wanted = argc < 2;

        for (int a = 1; a < argc; a++)
            wanted |= strcmp(argv[a], tests[i].name) == 0;
        if (!wanted)
            continue;
        check_failure[0] = '\0';
        tests[i].run();
        if (check_failure[0]) {
            printf("not ok %s: %s\n", tests[i].name, check_failure);
            failed = 1;
        } else {
            printf("ok %s\n", tests[i].name);
        }
        fflush(stdout);
    }
    return failed;
}

/* Each entry is written T(name). */
#define T(name)            \
    {                      \
#name, test_##name \
    }
#define TESTS(...)                                                             \
    int main(int argc, char **argv)                                            \
    {                                                                          \
        static const struct check_test tests[] = {__VA_ARGS__};                \
        return check_run(tests, sizeof(tests) / sizeof(tests[0]), argc, argv); \
    }

#endif

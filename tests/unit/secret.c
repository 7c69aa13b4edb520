/* links: lib/secret.o */
#include "tests/unit/check.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/secret.h"

#define LENGTH 64

TEST(it_holds_its_capacity_and_no_more)
{
    struct secret *secret = secret_new(4);

    NEED(secret);
    CHECK(secret_append(secret, "abc", 3) == MP_OK);
    CHECK(secret_append(secret, "de", 2) == MP_TOO_LONG);
    CHECK(secret_length(secret) == 3 && strcmp(secret_text(secret), "abc") == 0);
    CHECK(secret_append(secret, "d", 1) == MP_OK);
    CHECK(strcmp(secret_text(secret), "abcd") == 0);
    secret_free(&secret);
    CHECK(!secret);
    secret_free(&secret);
    secret_free(NULL);
}

TEST(shortening_wipes_the_rest)
{
    struct secret *secret = secret_copy("password", 8);

    NEED(secret);
    secret_truncate(secret, 2);
    CHECK(secret_length(secret) == 2);
    CHECK(memcmp(secret_bytes(secret), "pa\0\0\0\0\0", 8) == 0);
    secret_truncate(secret, 5);
    CHECK(secret_length(secret) == 2);
    secret_free(&secret);
}

TEST(comparing_sees_every_difference)
{
    struct secret *one = secret_copy("password", 8);

    NEED(one);
    for (size_t at = 0; at < 8; at++)
        for (int bit = 0; bit < 8; bit++) {
            struct secret *other = secret_copy("password", 8);

            NEED(other);
            CHECK(secret_equal(one, other));
            secret_bytes(other)[at] ^= (uint8_t)(1 << bit);
            CHECK(!secret_equal(one, other));
            secret_free(&other);
        }
    secret_truncate(one, 7);
    {
        struct secret *other = secret_copy("password", 8);

        NEED(other);
        CHECK(!secret_equal(one, other));
        secret_free(&other);
    }
    secret_free(&one);
}

/* In a child: one comparison between two signals to itself. */
static void compare_between_signals(const char *one, const char *other)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    (void)secret_equal_bytes(one, other, LENGTH);
    raise(SIGUSR1);
    _exit(0);
}

/* How many instructions a comparison takes, with some for raise(3) that are always the same. */
static long steps_of(const char *one, const char *other)
{
    pid_t child = fork();
    long steps = 0;
    int status = 0;

    if (child == 0)
        compare_between_signals(one, other);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        return -1;
    while (steps < 1000000 && ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) == 0 &&
           waitpid(child, &status, 0) == child && WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP)
        steps++;
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return WIFSTOPPED(status) && WSTOPSIG(status) == SIGUSR1 ? steps : -1;
}

TEST(P25_a_comparison_takes_as_many_steps_wherever_the_difference_is)
{
    char one[LENGTH];
    char other[LENGTH];
    long equal = 0;

    memset(one, 'a', sizeof(one));
    equal = steps_of(one, one);
    CHECK(equal > LENGTH);
    for (size_t at = 0; at < LENGTH; at += 9) {
        memset(other, 'a', sizeof(other));
        other[at] = 'b';
        CHECK(steps_of(one, other) == equal);
        memset(other + at, 'c', sizeof(other) - at);
        CHECK(steps_of(one, other) == equal);
    }
}

TEST(a_length_never_exceeds_the_capacity)
{
    struct secret *secret = secret_new(3);

    NEED(secret);
    secret_set_length(secret, 9);
    CHECK(secret_length(secret) == 3 && secret_capacity(secret) == 3);
    secret_free(&secret);
    CHECK(!secret_new(SIZE_MAX));
}

TESTS(T(it_holds_its_capacity_and_no_more), T(shortening_wipes_the_rest),
      T(comparing_sees_every_difference),
      T(P25_a_comparison_takes_as_many_steps_wherever_the_difference_is),
      T(a_length_never_exceeds_the_capacity))

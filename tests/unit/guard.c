/* links: broker/guard.o broker/hash.o broker/store.o broker/store_walk.o -lsodium */
#include "broker/guard.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/unit/scratch.h"

#define ENDPOINT "https://ping.example/as/token.oauth2"
#define FAILURES 2
#define WINDOW 60
#define NOW 1700000000

enum { LOCAL, REMOTE };

static int wait_s; /* of the last charge */

static enum mp_err charge_name(int dir, const char *name, int kind, int64_t now,
                               struct guard_unit *unit)
{
    wait_s = -1;
    return guard_charge(dir, ENDPOINT, name, kind, FAILURES, WINDOW, now, unit, &wait_s);
}

static enum mp_err charge(int dir, int kind, int64_t now)
{
    struct guard_unit unit;
    enum mp_err err = charge_name(dir, "ada", kind, now, &unit);

    CHECK((err == MP_OK) == (unit.charged_at != 0));
    return err;
}

/* The path of the only file. */
static int find_file(int dir, char name[65])
{
    DIR *directory = fdopendir(openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const struct dirent *entry = NULL;

    name[0] = '\0';
    NEED(directory != NULL);
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.')
            snprintf(name, 65, "%.64s", entry->d_name);
    closedir(directory);
    return name[0] != '\0';
}

TEST(the_budget_is_used_up_and_comes_back)
{
    int dir = scratch_begin();

    CHECK(charge(dir, LOCAL, NOW) == MP_OK && wait_s == 0);
    CHECK(charge(dir, LOCAL, NOW + 10) == MP_OK);
    CHECK(charge(dir, LOCAL, NOW + 20) == MP_GUARD && wait_s == 40);
    CHECK(charge(dir, LOCAL, NOW + 59) == MP_GUARD && wait_s == 1);
    CHECK(charge(dir, LOCAL, NOW + 60) == MP_OK);
    CHECK(charge(dir, LOCAL, NOW + 60) == MP_GUARD && wait_s == 10);
    CHECK(charge(dir, LOCAL, NOW + 70) == MP_OK);
    CHECK(charge(dir, LOCAL, NOW + 70) == MP_GUARD && wait_s == 50);
    CHECK(scratch_count(dir) == 1);
    scratch_end(dir);
}

static int is_used_up(int dir, int kind, int64_t now)
{
    return guard_is_used_up(dir, ENDPOINT, "ada", kind, FAILURES, WINDOW, now);
}

TEST(whoever_only_asks_is_told_what_a_charge_would_be)
{
    int dir = scratch_begin();
    char name[65];

    CHECK(!is_used_up(dir, LOCAL, NOW) && scratch_count(dir) == 0);
    CHECK(charge(dir, LOCAL, NOW) == MP_OK && !is_used_up(dir, LOCAL, NOW));
    CHECK(charge(dir, LOCAL, NOW) == MP_OK && is_used_up(dir, LOCAL, NOW));
    CHECK(!is_used_up(dir, REMOTE, NOW));
    CHECK(is_used_up(dir, LOCAL, NOW + 59) && !is_used_up(dir, LOCAL, NOW + 60));
    NEED(find_file(dir, name));
    CHECK(unlinkat(dir, name, 0) == 0 && mkdirat(dir, name, 0700) == 0);
    CHECK(is_used_up(dir, REMOTE, NOW));
    CHECK(unlinkat(dir, name, AT_REMOVEDIR) == 0);
    scratch_end(dir);
}

TEST(every_budget_from_1_to_the_maximum_holds)
{
    for (int failures = 1; failures <= GUARD_MAX_FAILURES; failures++) {
        int dir = scratch_begin();
        struct guard_unit unit;

        for (int i = 0; i < failures; i++)
            CHECK(guard_charge(dir, ENDPOINT, "ada", LOCAL, failures, WINDOW, NOW + i, &unit,
                               &wait_s) == MP_OK);
        CHECK(guard_charge(dir, ENDPOINT, "ada", LOCAL, failures, WINDOW, NOW + 20, &unit,
                           &wait_s) == MP_GUARD);
        CHECK(wait_s == 40);
        /* a smaller budget, set by an administrator in between */
        CHECK(guard_charge(dir, ENDPOINT, "ada", LOCAL, 1, WINDOW, NOW + 20, &unit, &wait_s) ==
              MP_GUARD);
        CHECK(wait_s == 40 + failures - 1);
        scratch_end(dir);
    }
}

TEST(units_of_one_second_are_told_apart)
{
    int dir = scratch_begin();
    struct guard_unit unit;

    CHECK(charge(dir, LOCAL, NOW) == MP_OK && charge(dir, LOCAL, NOW) == MP_OK);
    CHECK(guard_charge(dir, ENDPOINT, "ada", LOCAL, 1, WINDOW, NOW + 20, &unit, &wait_s) ==
          MP_GUARD);
    CHECK(wait_s == 40);
    scratch_end(dir);
}

TEST(strangers_cannot_use_up_the_consoles_budget)
{
    int dir = scratch_begin();

    CHECK(charge(dir, REMOTE, NOW) == MP_OK && charge(dir, REMOTE, NOW) == MP_OK);
    CHECK(charge(dir, REMOTE, NOW) == MP_GUARD);
    CHECK(charge(dir, LOCAL, NOW) == MP_OK && charge(dir, LOCAL, NOW) == MP_OK);
    CHECK(charge(dir, LOCAL, NOW) == MP_GUARD);
    scratch_end(dir);
}

TEST(names_and_endpoints_have_budgets_of_their_own)
{
    int dir = scratch_begin();
    struct guard_unit unit;

    CHECK(charge(dir, LOCAL, NOW) == MP_OK && charge(dir, LOCAL, NOW) == MP_OK);
    CHECK(charge_name(dir, "bob", LOCAL, NOW, &unit) == MP_OK);
    CHECK(guard_charge(dir, ENDPOINT "a", "da", LOCAL, 1, WINDOW, NOW, &unit, &wait_s) == MP_OK);
    CHECK(guard_charge(dir, ENDPOINT, "ada", LOCAL, 1, WINDOW, NOW, &unit, &wait_s) == MP_GUARD);
    CHECK(guard_charge(dir, "https://other", "ada", LOCAL, 1, WINDOW, NOW, &unit, &wait_s) ==
          MP_OK);
    CHECK(charge_name(dir, "../../escape", LOCAL, NOW, &unit) == MP_OK);
    CHECK(strlen(unit.file) == 64 && strspn(unit.file, "0123456789abcdef") == 64);
    CHECK(scratch_count(dir) == 5);
    scratch_end(dir);
}

TEST(the_count_survives_a_restart)
{
    int dir = scratch_begin();
    int again = -1;

    CHECK(charge(dir, LOCAL, NOW) == MP_OK && charge(dir, LOCAL, NOW) == MP_OK);
    again = open(scratch_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    guard_sweep(again, NOW + 30, WINDOW);
    CHECK(charge(again, LOCAL, NOW + 30) == MP_GUARD && wait_s == 30);
    close(again);
    scratch_end(dir);
}

TEST(a_unit_is_given_back_once)
{
    int dir = scratch_begin();
    struct guard_unit first;
    struct guard_unit copy;

    CHECK(charge_name(dir, "ada", LOCAL, NOW, &first) == MP_OK);
    CHECK(charge(dir, LOCAL, NOW) == MP_OK && charge(dir, LOCAL, NOW) == MP_GUARD);
    copy = first;
    guard_give_back(dir, &first, NOW, WINDOW);
    CHECK(first.charged_at == 0);
    guard_give_back(dir, &first, NOW, WINDOW);
    CHECK(charge(dir, LOCAL, NOW + 1) == MP_OK && charge(dir, LOCAL, NOW + 1) == MP_GUARD);
    copy.charged_at = NOW - 1; /* of another time: nothing to give */
    guard_give_back(dir, &copy, NOW, WINDOW);
    CHECK(charge(dir, LOCAL, NOW + 1) == MP_GUARD);
    scratch_end(dir);
}

TEST(a_unit_goes_back_to_its_own_budget)
{
    int dir = scratch_begin();
    struct guard_unit remote;

    CHECK(charge_name(dir, "ada", REMOTE, NOW, &remote) == MP_OK && remote.is_remote);
    CHECK(charge(dir, LOCAL, NOW) == MP_OK && charge(dir, LOCAL, NOW) == MP_OK);
    guard_give_back(dir, &remote, NOW, WINDOW);
    CHECK(charge(dir, LOCAL, NOW) == MP_GUARD);
    CHECK(charge(dir, REMOTE, NOW) == MP_OK && charge(dir, REMOTE, NOW) == MP_OK);
    scratch_end(dir);
}

TEST(the_last_unit_takes_its_file_along)
{
    int dir = scratch_begin();
    struct guard_unit unit;

    CHECK(charge_name(dir, "ada", LOCAL, NOW, &unit) == MP_OK && scratch_count(dir) == 1);
    guard_give_back(dir, &unit, NOW, WINDOW);
    CHECK(scratch_count(dir) == 0);
    scratch_end(dir);
}

TEST(L20_a_clock_that_went_back_neither_frees_nor_locks_out)
{
    static const int64_t jumps[] = {1, 86400, NOW - 1, NOW, NOW + 5};

    for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        int dir = scratch_begin();
        int64_t later = NOW - jumps[i] > 0 ? NOW - jumps[i] : 1;

        CHECK(charge(dir, LOCAL, NOW) == MP_OK && charge(dir, LOCAL, NOW) == MP_OK);
        CHECK(charge(dir, LOCAL, NOW - jumps[i]) == MP_GUARD && wait_s == WINDOW);
        CHECK(charge(dir, LOCAL, later + 30) == MP_GUARD && wait_s == WINDOW - 30);
        CHECK(charge(dir, LOCAL, later + WINDOW) == MP_OK);
        scratch_end(dir);
    }
}

TEST(L20_a_clock_that_starts_in_1970_counts)
{
    int dir = scratch_begin();

    CHECK(charge(dir, LOCAL, 0) == MP_OK && charge(dir, LOCAL, 0) == MP_OK);
    CHECK(charge(dir, LOCAL, 0) == MP_GUARD);
    CHECK(charge(dir, LOCAL, INT64_MAX) == MP_OK);
    CHECK(charge(dir, LOCAL, INT64_MAX) == MP_OK);
    CHECK(charge(dir, LOCAL, INT64_MAX) == MP_GUARD && wait_s == WINDOW);
    scratch_end(dir);
}

TEST(a_damaged_file_refuses_for_one_window)
{
    static const char *const damages[] = {"", "MPGD", "x"};
    int dir = scratch_begin();
    char name[65];
    uint8_t bytes[512] = {0};
    ssize_t length = 0;

    CHECK(charge(dir, LOCAL, NOW) == MP_OK);
    NEED(find_file(dir, name));
    length = scratch_get(dir, name, bytes, sizeof(bytes));
    CHECK(length == 5 + 2 * GUARD_MAX_FAILURES * 8);
    for (size_t i = 0; i < 7; i++) {
        int64_t now = NOW + (int64_t)i * 1000;

        if (i < 3)
            scratch_put(dir, name, damages[i], strlen(damages[i]), 0600);
        else if (i == 3)
            scratch_put(dir, name, bytes, (size_t)length + 1, 0600);
        else if (i == 4)
            scratch_put(dir, name, bytes, (size_t)length - 1, 0600);
        else if (i == 5)
            scratch_put(dir, name, bytes, (size_t)length, 0644);
        else {
            bytes[4] = 0; /* no version */
            scratch_put(dir, name, bytes, (size_t)length, 0600);
        }
        CHECK(charge(dir, LOCAL, now) == MP_GUARD && wait_s == WINDOW);
        CHECK(charge(dir, REMOTE, now + WINDOW - 1) == MP_GUARD);
        CHECK(charge(dir, LOCAL, now + WINDOW) == MP_OK);
    }
    scratch_end(dir);
}

TEST(a_time_that_cannot_be_counts_from_now)
{
    int dir = scratch_begin();
    char name[65];
    uint8_t bytes[512];
    ssize_t length = 0;

    CHECK(charge(dir, LOCAL, NOW) == MP_OK);
    NEED(find_file(dir, name));
    length = scratch_get(dir, name, bytes, sizeof(bytes));
    memset(bytes + 5, 0xff, (size_t)length - 5); /* negative */
    scratch_put(dir, name, bytes, (size_t)length, 0600);
    CHECK(charge(dir, LOCAL, NOW) == MP_GUARD && wait_s == WINDOW);
    bytes[5] = 0x7f; /* the largest */
    scratch_put(dir, name, bytes, (size_t)length, 0600);
    CHECK(charge(dir, LOCAL, NOW) == MP_GUARD && wait_s == WINDOW);
    CHECK(charge(dir, LOCAL, NOW + WINDOW) == MP_OK);
    scratch_end(dir);
}

TEST(P13_a_trap_in_place_of_the_file_does_not_wait)
{
    int dir = scratch_begin();
    char name[65];

    alarm(10);
    CHECK(charge(dir, LOCAL, NOW) == MP_OK);
    NEED(find_file(dir, name) && unlinkat(dir, name, 0) == 0 && mkfifoat(dir, name, 0600) == 0);
    CHECK(charge(dir, LOCAL, NOW) == MP_GUARD);
    CHECK(charge(dir, LOCAL, NOW + WINDOW) == MP_OK);
    NEED(unlinkat(dir, name, 0) == 0 && mkdirat(dir, name, 0700) == 0);
    CHECK(charge(dir, LOCAL, NOW) == MP_STORAGE); /* and the caller sends nothing */
    alarm(0);
    scratch_end(dir);
}

TEST(what_cannot_be_stored_is_not_allowed)
{
    int dir = scratch_begin();
    int status = 0;
    pid_t child = fork();

    NEED(child >= 0);
    if (child == 0) {
        struct rlimit limit = {10, 10};

        signal(SIGXFSZ, SIG_IGN);
        NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
        _exit(charge(dir, LOCAL, NOW) == MP_STORAGE ? 0 : 1);
    }
    NEED(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(charge(-1, LOCAL, NOW) == MP_SYSTEM);
    CHECK(scratch_count(dir) == 0);
    scratch_end(dir);
}

TEST(impossible_limits_are_refused)
{
    int dir = scratch_begin();
    struct guard_unit unit;

    CHECK(guard_charge(dir, "e", "n", 0, 0, WINDOW, NOW, &unit, &wait_s) == MP_INTERNAL);
    CHECK(guard_charge(dir, "e", "n", 0, GUARD_MAX_FAILURES + 1, WINDOW, NOW, &unit, &wait_s) ==
          MP_INTERNAL);
    CHECK(guard_charge(dir, "e", "n", 0, 1, 0, NOW, &unit, &wait_s) == MP_INTERNAL);
    CHECK(unit.charged_at == 0 && scratch_count(dir) == 0);
    scratch_end(dir);
}

TEST(a_sweep_removes_what_is_over)
{
    int dir = scratch_begin();
    struct guard_unit unit;

    CHECK(charge_name(dir, "ada", LOCAL, NOW, &unit) == MP_OK);
    CHECK(charge_name(dir, "bob", REMOTE, NOW + 30, &unit) == MP_OK);
    scratch_put(dir, ".tmp-x", "x", 1, 0600);
    guard_sweep(dir, NOW + 30, WINDOW);
    CHECK(scratch_count(dir) == 2);
    guard_sweep(dir, NOW + WINDOW, WINDOW);
    CHECK(scratch_count(dir) == 1);
    CHECK(charge_name(dir, "bob", REMOTE, NOW + 60, &unit) == MP_OK);
    CHECK(charge_name(dir, "bob", REMOTE, NOW + 60, &unit) == MP_GUARD);
    guard_sweep(dir, NOW - 86400, WINDOW); /* the clock went back: nothing is over */
    CHECK(scratch_count(dir) == 1);
    scratch_end(dir);
}

TESTS(T(the_budget_is_used_up_and_comes_back), T(whoever_only_asks_is_told_what_a_charge_would_be),
      T(every_budget_from_1_to_the_maximum_holds), T(units_of_one_second_are_told_apart),
      T(strangers_cannot_use_up_the_consoles_budget),
      T(names_and_endpoints_have_budgets_of_their_own), T(the_count_survives_a_restart),
      T(a_unit_is_given_back_once), T(a_unit_goes_back_to_its_own_budget),
      T(the_last_unit_takes_its_file_along),
      T(L20_a_clock_that_went_back_neither_frees_nor_locks_out),
      T(L20_a_clock_that_starts_in_1970_counts), T(a_damaged_file_refuses_for_one_window),
      T(a_time_that_cannot_be_counts_from_now), T(P13_a_trap_in_place_of_the_file_does_not_wait),
      T(what_cannot_be_stored_is_not_allowed), T(impossible_limits_are_refused),
      T(a_sweep_removes_what_is_over))

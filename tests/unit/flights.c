/* links: broker/ -lsodium -lseccomp */
#include "broker/flights.h"

#include "lib/clock.h"
#include "tests/unit/check.h"

#define ROOM 256 /* for failures */

static const struct config_account account = {.name = "tangoe"};

static struct holder person(uid_t uid)
{
    return (struct holder){.uid = uid};
}

static void remember(struct flights *flights, uid_t uid, int64_t until_ms)
{
    struct holder holder = person(uid);

    flights_remember(flights, &account, &holder, MP_OUTAGE, until_ms);
}

static enum mp_err remembered(struct flights *flights, uid_t uid)
{
    struct holder holder = person(uid);
    unsigned left_s = 0;
    enum mp_err err = flights_remembered(flights, &account, &holder, &left_s);

    CHECK((err == MP_OK) == (left_s == 0));
    return err;
}

TEST(a_failure_is_remembered_for_its_time)
{
    struct flights *flights = NULL;
    int64_t now = clock_monotonic_ms();

    NEED(flights_new(&flights) == MP_OK);
    remember(flights, 1, now + 60000);
    remember(flights, 2, now - 1);
    CHECK(remembered(flights, 1) == MP_OUTAGE && remembered(flights, 1) == MP_OUTAGE);
    CHECK(remembered(flights, 2) == MP_OK && remembered(flights, 3) == MP_OK);
    flights_free(&flights);
}

TEST(failures_that_nobody_asked_for_again_take_no_room)
{
    struct flights *flights = NULL;
    int64_t now = clock_monotonic_ms();

    NEED(flights_new(&flights) == MP_OK);
    remember(flights, 1, now + 60000);
    for (uid_t uid = 2; uid < 2 + 2 * ROOM; uid++)
        remember(flights, uid, now - 1);
    remember(flights, 1000, now + 60000);
    CHECK(remembered(flights, 1000) == MP_OUTAGE);
    CHECK(remembered(flights, 1) == MP_OUTAGE);
    flights_free(&flights);
}

TEST(no_more_are_remembered_than_there_is_room_for)
{
    struct flights *flights = NULL;
    int64_t later = clock_monotonic_ms() + 60000;

    NEED(flights_new(&flights) == MP_OK);
    for (uid_t uid = 1; uid <= ROOM + 1; uid++)
        remember(flights, uid, later);
    CHECK(remembered(flights, ROOM) == MP_OUTAGE && remembered(flights, ROOM + 1) == MP_OK);
    flights_free(&flights);
}

TESTS(T(a_failure_is_remembered_for_its_time), T(failures_that_nobody_asked_for_again_take_no_room),
      T(no_more_are_remembered_than_there_is_room_for))

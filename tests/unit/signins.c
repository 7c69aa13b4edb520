/* links: broker/signins.o broker/pkce.o -lsodium */
/* Sign-ins that were begun: how many, for how long, and whose. The clock is the test's. */
#include "broker/signins.h"

#include "lib/clock.h"
#include "tests/unit/check.h"

static int64_t now_ms = 1000;
static int holds;

int64_t clock_monotonic_ms(void)
{
    return now_ms;
}

struct settings *settings_hold(struct settings *settings)
{
    holds++;
    return settings;
}

void settings_release(struct settings **settings)
{
    holds--;
    *settings = NULL;
}

static struct settings the_settings;

/* Begins one and returns a copy of its handle; NULL when that is refused. */
static struct secret *begin(struct signins *signins, uid_t uid, enum mp_err wanted)
{
    const struct holder holder = {.uid = uid};
    const struct signin *signin = NULL;
    enum mp_err err = signins_begin(signins, &the_settings, NULL, &holder, "http://x", &signin);

    CHECK(err == wanted && (err == MP_OK) == (signin != NULL));
    return signin ? secret_copy(secret_text(signin->handle), secret_length(signin->handle)) : NULL;
}

/* Can it be taken? Frees the handle. */
static int take(struct signins *signins, uid_t uid, struct secret *handle)
{
    struct signin *signin = handle ? signins_take(signins, uid, handle) : NULL;
    int found = signin != NULL;

    signin_free(&signin);
    secret_free(&handle);
    return found;
}

static struct signins *fresh(void)
{
    struct signins *signins = NULL;

    NEED(signins_new(&signins) == MP_OK);
    return signins;
}

TEST(it_is_taken_once_and_by_its_user)
{
    struct signins *signins = fresh();
    struct secret *handle = begin(signins, 1, MP_OK);
    struct secret *again = secret_copy(secret_text(handle), secret_length(handle));
    struct secret *theirs = secret_copy(secret_text(handle), secret_length(handle));

    CHECK(!take(signins, 2, theirs) && signins_are_open(signins));
    CHECK(take(signins, 1, handle) && !signins_are_open(signins));
    CHECK(!take(signins, 1, again));
    signins_free(&signins);
    CHECK(holds == 0 && !signins);
}

TEST(it_ends_after_ten_minutes)
{
    struct signins *signins = fresh();
    struct secret *handle = begin(signins, 1, MP_OK);
    struct secret *again = secret_copy(secret_text(handle), secret_length(handle));

    now_ms += SIGNINS_LIFE_MS - 1;
    CHECK(signins_are_open(signins) && take(signins, 1, handle));
    handle = begin(signins, 1, MP_OK);
    now_ms += SIGNINS_LIFE_MS;
    CHECK(!take(signins, 1, handle) && !signins_are_open(signins));
    CHECK(!take(signins, 1, again) && holds == 0);
    signins_free(&signins);
}

TEST(a_fifth_of_one_user_ends_his_first_and_nobody_elses)
{
    struct signins *signins = fresh();
    struct secret *other = begin(signins, 2, MP_OK);
    struct secret *handles[5];

    for (int i = 0; i < 5; i++)
        handles[i] = begin(signins, 1, MP_OK);
    CHECK(!take(signins, 1, handles[0]));
    for (int i = 1; i < 5; i++)
        CHECK(take(signins, 1, handles[i]));
    CHECK(take(signins, 2, other) && holds == 0);
    signins_free(&signins);
}

TEST(there_are_64_in_all)
{
    struct signins *signins = fresh();
    struct secret *first = begin(signins, 100, MP_OK);
    struct secret *handle = NULL;

    for (uid_t i = 1; i < SIGNINS_MAX; i++) {
        handle = begin(signins, 100 + i / SIGNINS_MAX_PER_UID, MP_OK);
        secret_free(&handle);
    }
    CHECK(begin(signins, 1, MP_BUSY) == NULL);
    CHECK(take(signins, 100, first));
    handle = begin(signins, 1, MP_OK);
    CHECK(take(signins, 1, handle));
    now_ms += SIGNINS_LIFE_MS;
    handle = begin(signins, 1, MP_OK); /* all others are over */
    CHECK(take(signins, 1, handle) && !signins_are_open(signins) && holds == 0);
    signins_free(&signins);
}

TEST(what_is_still_open_is_freed_with_the_table)
{
    struct signins *signins = fresh();

    for (uid_t i = 0; i < 10; i++) {
        struct secret *handle = begin(signins, i, MP_OK);

        secret_free(&handle);
    }
    CHECK(holds == 10);
    signins_free(&signins);
    signins_free(&signins);
    CHECK(holds == 0);
}

TESTS(T(it_is_taken_once_and_by_its_user), T(it_ends_after_ten_minutes),
      T(a_fifth_of_one_user_ends_his_first_and_nobody_elses), T(there_are_64_in_all),
      T(what_is_still_open_is_freed_with_the_table))

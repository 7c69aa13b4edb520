#include "broker/flights.h"

#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

#define MAX_FAILURES 256

struct waiter {
    refresh_done *done;
    void *owner;
    struct waiter *next;
};

struct failure {
    uid_t uid;
    char account[PROTO_MAX_ACCOUNT + 1];
    enum mp_err err;
    int64_t until_ms;
    struct failure *next;
};

struct flights {
    struct flight *first;
    struct failure *failures;
    size_t failure_count;
};

enum mp_err flights_new(struct flights **flights)
{
    *flights = calloc(1, sizeof(**flights));
    return *flights ? MP_OK : MP_NOMEM;
}

/* Takes the flight out of the list; its waiters go to the caller. */
static struct waiter *flight_free(struct flight *flight)
{
    struct flight **link = &flight->flights->first;
    struct waiter *waiters = flight->waiters;

    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
    job_cancel(&flight->job);
    settings_release(&flight->settings);
    free(flight);
    return waiters;
}

void flights_free(struct flights **flights)
{
    if (!*flights)
        return;
    while ((*flights)->first) {
        struct waiter *waiter = flight_free((*flights)->first);

        while (waiter) {
            struct waiter *next = waiter->next;

            free(waiter);
            waiter = next;
        }
    }
    while ((*flights)->failures) {
        struct failure *failure = (*flights)->failures;

        (*flights)->failures = failure->next;
        free(failure);
    }
    free(*flights);
    *flights = NULL;
}

/* All who use a service account share its failures. */
static uid_t owner_of(const struct holder *holder)
{
    return holder->is_service ? (uid_t)-1 : holder->uid;
}

struct flight *flights_find(struct flights *flights, const struct config_account *account,
                            const struct holder *holder)
{
    for (struct flight *f = flights->first; f; f = f->next)
        if (owner_of(&f->holder) == owner_of(holder) &&
            strcmp(f->account->name, account->name) == 0)
            return f;
    return NULL;
}

struct flight *flights_add(struct flights *flights, struct broker *broker,
                           struct settings *settings, const struct config_account *account,
                           const struct holder *holder)
{
    struct flight *flight = calloc(1, sizeof(*flight));

    if (!flight)
        return NULL;
    flight->flights = flights;
    flight->broker = broker;
    flight->settings = settings_hold(settings);
    flight->account = account;
    flight->holder = *holder;
    flight->next = flights->first;
    flights->first = flight;
    return flight;
}

enum mp_err flight_join(struct flight *flight, refresh_done *done, void *owner)
{
    struct waiter *waiter = calloc(1, sizeof(*waiter));

    if (!waiter)
        return MP_NOMEM;
    *waiter = (struct waiter){.done = done, .owner = owner, .next = flight->waiters};
    flight->waiters = waiter;
    return MP_OK;
}

void flight_land(struct flight *flight, enum mp_err err, const char *text, unsigned retry_after_s)
{
    struct waiter *waiter = flight_free(flight);

    while (waiter) {
        struct waiter *next = waiter->next;

        waiter->done(waiter->owner, err, text, retry_after_s);
        free(waiter);
        waiter = next;
    }
}

static struct failure **find_failure(struct flights *flights, const char *account, uid_t uid)
{
    struct failure **link = &flights->failures;

    while (*link && !((*link)->uid == uid && strcmp((*link)->account, account) == 0))
        link = &(*link)->next;
    return link;
}

/* Frees it; the next one is then at the same place. */
static void forget(struct flights *flights, struct failure **link)
{
    struct failure *failure = *link;

    *link = failure->next;
    flights->failure_count--;
    free(failure);
}

void flights_forget(struct flights *flights, const struct config_account *account,
                    const struct holder *holder)
{
    struct failure **link = find_failure(flights, account->name, owner_of(holder));

    if (*link)
        forget(flights, link);
}

void flights_forget_mended(struct flights *flights)
{
    struct failure **link = &flights->failures;

    while (*link) {
        if ((*link)->err == MP_OUTAGE)
            link = &(*link)->next;
        else
            forget(flights, link);
    }
}

/* Those whose time is over, of people who did not ask again, would fill the memory for good. */
static void forget_expired(struct flights *flights)
{
    int64_t now = clock_monotonic_ms();
    struct failure **link = &flights->failures;

    while (*link) {
        if ((*link)->until_ms > now)
            link = &(*link)->next;
        else
            forget(flights, link);
    }
}

void flights_remember(struct flights *flights, const struct config_account *account,
                      const struct holder *holder, enum mp_err err, int64_t until_ms)
{
    struct failure *failure = NULL;

    flights_forget(flights, account, holder);
    forget_expired(flights);
    /* memory of failures is a kindness to the server: when it is full, do without */
    if (flights->failure_count < MAX_FAILURES)
        failure = calloc(1, sizeof(*failure));
    if (!failure)
        return;
    failure->uid = owner_of(holder);
    memcpy(failure->account, account->name, sizeof(failure->account));
    failure->err = err;
    failure->until_ms = until_ms;
    failure->next = flights->failures;
    flights->failures = failure;
    flights->failure_count++;
}

enum mp_err flights_remembered(struct flights *flights, const struct config_account *account,
                               const struct holder *holder, unsigned *left_s)
{
    const struct failure *failure = *find_failure(flights, account->name, owner_of(holder));
    int left = failure ? clock_left_ms(failure->until_ms) : 0;

    *left_s = (unsigned)(left + 999) / 1000;
    if (!failure)
        return MP_OK;
    if (left == 0) {
        flights_forget(flights, account, holder);
        return MP_OK;
    }
    return failure->err;
}

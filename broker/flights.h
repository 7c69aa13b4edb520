/* The list of refreshes under way and of failures remembered: who joins what. No policy. */
#ifndef MOBPROC_BROKER_FLIGHTS_H
#define MOBPROC_BROKER_FLIGHTS_H

#include <stdint.h>

#include "broker/broker.h"
#include "broker/guard.h"
#include "broker/job.h"
#include "broker/refresh.h"

struct waiter;

/* One refresh, from the mark on disk to the last callback. */
struct flight {
    struct flights *flights;
    struct broker *broker;
    struct settings *settings;
    const struct config_account *account;
    struct holder holder;
    uint64_t generation;    /* of the record as marked; 0: there is none */
    int is_login;           /* a service account's password is under way, not a refresh */
    struct guard_unit unit; /* charged for that password */
    struct job *job;
    struct waiter *waiters;
    struct flight *next;
};

/* The flight for this record, or NULL. */
struct flight *flights_find(struct flights *flights, const struct config_account *account,
                            const struct holder *holder);

/* A new flight without a job or waiters; NULL when memory is short. */
struct flight *flights_add(struct flights *flights, struct broker *broker,
                           struct settings *settings, const struct config_account *account,
                           const struct holder *holder) MUST_CHECK;

enum mp_err flight_join(struct flight *flight, refresh_done *done, void *owner) MUST_CHECK;

/* Frees the flight, then calls everybody who waited. */
void flight_land(struct flight *flight, enum mp_err err, const char *text, unsigned retry_after_s);

/* What a flight ends with. Owns nothing. */
struct landing {
    enum mp_err err;
    const char *text;       /* static, or NULL */
    unsigned retry_after_s; /* 0: not known */
};

/* Remembers a failure until `until_ms` (lib/clock.h), so that it is not tried again at once. */
void flights_remember(struct flights *flights, const struct config_account *account,
                      const struct holder *holder, enum mp_err err, int64_t until_ms);

/* A failure that still counts, or MP_OK; *left_s gets the seconds until it may be tried again. */
enum mp_err flights_remembered(struct flights *flights, const struct config_account *account,
                               const struct holder *holder, unsigned *left_s);

/* Forgets what is remembered about a record; after a login. */
void flights_forget(struct flights *flights, const struct config_account *account,
                    const struct holder *holder);

/* Forgets every failure that a new configuration or a new secret may have mended: all but outages,
 * whose end the server decides. */
void flights_forget_mended(struct flights *flights);

#endif

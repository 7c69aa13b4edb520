#include "broker/refresh.h"

#include <stdlib.h>
#include <sys/random.h>

#include "broker/flights.h"
#include "broker/held.h"
#include "broker/job.h"
#include "broker/log.h"
#include "broker/order.h"
#include "broker/policy.h"
#include "broker/revoke.h"
#include "broker/service.h"
#include "broker/settle.h"
#include "lib/clock.h"

#define REMEMBER_S 5 /* a failure, plus up to as much again by chance */
#define MAX_RETRY_AFTER_S 300
#define CRASH_MARGIN_S 2 /* beyond the courier's deadline, for a clock read in whole seconds */

/* Remembers a failure for a jittered time, or as long as the server asked for. */
static unsigned remember(struct flight *flight, enum mp_err err, unsigned asked_s)
{
    unsigned char chance = 0;
    int64_t wait_ms = REMEMBER_S * INT64_C(1000);

    if (getrandom(&chance, 1, GRND_NONBLOCK) == 1)
        wait_ms += REMEMBER_S * INT64_C(1000) * chance / 255;
    if (asked_s > 0)
        wait_ms = (int64_t)(asked_s < MAX_RETRY_AFTER_S ? asked_s : MAX_RETRY_AFTER_S) * 1000;
    flights_remember(flight->flights, flight->account, &flight->holder, err,
                     clock_monotonic_ms() + wait_ms);
    return (unsigned)((wait_ms + 999) / 1000);
}

/* A write that lost against an erase or a login: the record on disk is somebody's newer will. */
static struct landing superseded(enum mp_err err)
{
    if (err == MP_NO_RECORD)
        return (struct landing){.err = MP_OK}; /* read again: whatever is there now counts */
    return (struct landing){.err = err, .text = "the refreshed token could not be stored"};
}

/* A token that may do more than was asked for is used by nobody (RFC 6749 6), and given back. */
static struct landing refuse_wider(struct flight *flight, const struct job_result *result)
{
    enum mp_err err = settle(flight, 1, DOUBT_OVER);

    log_line(LOG_WARNING, "event=policy result=refused account=%s uid=%u key=scope",
             flight->account->name, flight->holder.uid);
    revoke_tokens(flight->broker, flight->settings, flight->account, flight->holder.uid,
                  result->refresh_token, result->access_token, NULL, NULL);
    if (err != MP_OK)
        return superseded(err);
    return (struct landing){.err = MP_LOGIN_NEEDED,
                            .text = "the refreshed token has a wider scope than configured"};
}

static struct landing judge(struct flight *flight, struct job_result *result)
{
    enum mp_err err = MP_OK;

    if (result->err == MP_OK && !result->access_token)
        result->err = MP_OUTAGE;
    switch (result->err) {
    case MP_OK:
        if (policy_is_wider(flight->account, result->scope))
            return refuse_wider(flight, result);
        err = settle_pair(flight, result);
        return err == MP_OK ? (struct landing){.err = MP_OK} : superseded(err);
    case MP_DENIED:
        err = settle(flight, 1, DOUBT_OVER);
        if (err == MP_OK)
            return (struct landing){.err = MP_LOGIN_NEEDED,
                                    .text = "the sign-in server refused the refresh token"};
        return superseded(err);
    default:
        err = settle(flight, 0, result->progress == PROTO_MAYBE_SENT ? DOUBT_STAYS : DOUBT_BACK);
        if (err == MP_NO_RECORD)
            return superseded(err);
        return (struct landing){.err = result->err,
                                .retry_after_s =
                                    remember(flight, result->err, result->retry_after_s)};
    }
}

static void landed(void *owner, struct job_result *result);

/* Lands, unless a service account's password is the way out of a dead refresh token. */
static void land_or_log_in(struct flight *flight, struct landing landing)
{
    if (landing.err == MP_LOGIN_NEEDED && flight->holder.is_service && !flight->is_login) {
        landing = (struct landing){.err = service_log_in(flight, landed)};
        if (landing.err == MP_OK)
            return;
        landing.retry_after_s = remember(flight, landing.err, 0);
    }
    flight_land(flight, landing.err, landing.text, landing.retry_after_s);
}

static void landed(void *owner, struct job_result *result)
{
    struct flight *flight = owner;
    struct landing landing;

    flight->job = NULL;
    if (flight->is_login) {
        landing = service_judge(flight, result);
        if (landing.err == MP_OUTAGE)
            landing.retry_after_s = remember(flight, landing.err, result->retry_after_s);
        flight_land(flight, landing.err, landing.text, landing.retry_after_s);
        return;
    }
    flight->broker->metrics.refreshes[result->err]++;
    log_line(result->err == MP_OK ? LOG_INFO : LOG_WARNING,
             "event=refresh result=%s account=%s uid=%u http=%u oauth_error=%s detail=\"%s\"",
             mp_err_name(result->err), flight->account->name, flight->holder.uid,
             result->http_status, result->oauth_error, result->detail);
    land_or_log_in(flight, judge(flight, result));
}

/* Marks the record in doubt: from here on a crash leaves a trace. */
static enum mp_err mark(struct flight *flight, struct record *record, uint64_t generation)
{
    int64_t now = clock_utc();

    record->doubt_since = now;
    record->doubt_until = now + flight->account->timeout_ms / 1000 + CRASH_MARGIN_S;
    record->doubt_count++;
    return held_write(flight->broker, flight->account, &flight->holder, record, generation,
                      &flight->generation);
}

/* May this record be refreshed now? MP_OK, or what the flight ends with. */
static struct landing look(struct flight *flight, struct record *record, uint64_t *generation)
{
    struct landing landing = {
        .err = held_read(flight->broker, flight->account, &flight->holder, record, generation)};
    int64_t now = clock_utc();

    /* a service account needs no record to begin with */
    if (flight->holder.is_service && (landing.err == MP_NO_RECORD || landing.err == MP_STORAGE))
        landing.err = MP_LOGIN_NEEDED;
    if (landing.err != MP_OK)
        return landing;
    if (!record->refresh_token)
        return (struct landing){.err = MP_LOGIN_NEEDED};
    if (record->doubt_count == 0)
        return landing;
    /* a mark from the future is a clock that went back; it must not wait longer than a timeout */
    if (now < record->doubt_until && record->doubt_since <= now)
        return (struct landing){.err = MP_OUTAGE,
                                .text = "an earlier refresh may still be under way",
                                .retry_after_s = (unsigned)(record->doubt_until - now)};
    if (record->doubt_count >= REFRESH_MAX_DOUBT) {
        flight->generation = *generation;
        landing.err = settle(flight, 1, DOUBT_OVER);
        if (landing.err == MP_OK)
            landing = (struct landing){.err = MP_LOGIN_NEEDED,
                                       .text = "the answer to a refresh was lost twice"};
    }
    return landing;
}

static enum mp_err send_job(struct flight *flight, const struct record *record)
{
    struct broker *broker = flight->broker;
    struct secret *packet = NULL;
    enum mp_err err = order_begin(broker, PROTO_JOB_REFRESH, flight->account, &packet);

    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_REFRESH_TOKEN, record->refresh_token);
    if (err == MP_OK)
        err = job_start(&flight->job, broker, flight->account, packet,
                        clock_monotonic_ms() + flight->account->timeout_ms, landed, flight);
    if (err == MP_OK)
        job_charge(flight->job, flight->holder.uid, JOB_OWN);
    secret_free(&packet);
    return err;
}

static void take_off(struct flight *flight)
{
    struct record record = {0};
    uint64_t generation = 0;
    struct landing landing = look(flight, &record, &generation);

    if (landing.err == MP_OK)
        landing.err = mark(flight, &record, generation);
    if (landing.err == MP_OK) {
        landing.err = send_job(flight, &record);
        if (landing.err != MP_OK) {
            if (settle(flight, 0, DOUBT_BACK) != MP_OK)
                log_line(LOG_WARNING, "event=refresh_mark_stays account=%s uid=%u",
                         flight->account->name, flight->holder.uid);
            landing.retry_after_s = remember(flight, landing.err, 0);
        }
    }
    record_free(&record);
    if (landing.err != MP_OK)
        land_or_log_in(flight, landing);
}

void refresh_join(struct broker *broker, struct settings *settings,
                  const struct config_account *account, const struct holder *holder,
                  refresh_done *done, void *owner)
{
    struct flight *flight = flights_find(broker->flights, account, holder);
    unsigned left_s = 0;
    int is_new = !flight;
    enum mp_err err = MP_OK;

    if (is_new)
        err = flights_remembered(broker->flights, account, holder, &left_s);
    if (is_new && err == MP_OK)
        err = job_admit(holder->uid, JOB_OWN);
    if (err != MP_OK) {
        done(owner, err, NULL, left_s);
        return;
    }
    if (is_new)
        flight = flights_add(broker->flights, broker, settings, account, holder);
    if (!flight || flight_join(flight, done, owner) != MP_OK) {
        if (flight && is_new)
            flight_land(flight, MP_NOMEM, NULL, 0);
        done(owner, MP_NOMEM, NULL, 0);
    } else if (is_new) {
        take_off(flight);
    }
}

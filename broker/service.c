#include "broker/service.h"

#include <sys/random.h>

#include "broker/credentials.h"
#include "broker/grant.h"
#include "broker/held.h"
#include "broker/log.h"
#include "lib/clock.h"

#define BACK_OFF_S 300 /* after a refusal, plus up to as much again by chance */

static void give_back(struct flight *flight)
{
    guard_give_back(flight->broker->guard_fd, &flight->unit, clock_utc(),
                    flight->settings->config->guard_window_s);
}

enum mp_err service_log_in(struct flight *flight, job_done *done)
{
    const struct config_account *account = flight->account;
    const struct config *config = flight->settings->config;
    struct broker *broker = flight->broker;
    struct secret *password = NULL;
    int wait_s = 0;
    enum mp_err err = credentials_fetch(broker, account, CONFIG_PASSWORD, &password);

    if (err == MP_OK && !password)
        err = MP_CONFIGURATION;
    if (err == MP_OK)
        err = guard_charge(broker->guard_fd, account->home, account->username, 0,
                           config->guard_failures, config->guard_window_s, clock_utc(),
                           &flight->unit, &wait_s);
    if (err == MP_OK) {
        flight->is_login = 1;
        err = grant_start(broker, account, account->username, password, -1,
                          clock_monotonic_ms() + account->timeout_ms, &flight->job, done, flight);
        if (err == MP_OK)
            job_charge(flight->job, flight->holder.uid, JOB_OWN);
        else
            give_back(flight);
    }
    secret_free(&password);
    return err;
}

/* A refused password is not tried again soon: the server would lock the account. */
static unsigned back_off(struct flight *flight, enum mp_err err)
{
    unsigned char chance = 0;
    unsigned wait_s = BACK_OFF_S;

    if (getrandom(&chance, 1, GRND_NONBLOCK) == 1)
        wait_s += BACK_OFF_S * (unsigned)chance / 255;
    flights_remember(flight->flights, flight->account, &flight->holder, err,
                     clock_monotonic_ms() + (int64_t)wait_s * 1000);
    return wait_s;
}

struct landing service_judge(struct flight *flight, struct job_result *result)
{
    struct landing landing = {.err = grant_judge(flight->account, &flight->holder, result)};
    struct record record = {0};
    uint64_t generation = 0;

    if (grant_costs_nothing(result))
        give_back(flight);
    if (landing.err == MP_OK) {
        grant_fill(&record, flight->account, result, clock_utc());
        landing.err = held_write(flight->broker, flight->account, &flight->holder, &record,
                                 VAULT_ANY_GENERATION, &generation);
    }
    record_free(&record);
    log_line(landing.err == MP_OK ? LOG_INFO : LOG_ERR, "event=service_login result=%s account=%s",
             mp_err_name(landing.err), flight->account->name);
    if (landing.err == MP_DENIED || landing.err == MP_POLICY || landing.err == MP_CLIENT) {
        landing.text = "the service account could not log in; see the broker's log";
        landing.retry_after_s = back_off(flight, landing.err);
    }
    return landing;
}

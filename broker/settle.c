#include "broker/settle.h"

#include "broker/grant.h"
#include "broker/held.h"
#include "broker/revoke.h"
#include "lib/clock.h"

static void apply_doubt(struct record *record, enum doubt doubt)
{
    if (doubt == DOUBT_BACK && record->doubt_count > 0)
        record->doubt_count--;
    if (doubt == DOUBT_OVER)
        record->doubt_count = 0;
    record->doubt_until = clock_utc(); /* no courier is under way any more */
    if (record->doubt_count == 0)
        record->doubt_since = record->doubt_until = 0;
}

enum mp_err settle(struct flight *flight, int drop_refresh_token, enum doubt doubt)
{
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err err =
        held_read(flight->broker, flight->account, &flight->holder, &record, &generation);

    if (err == MP_OK && generation != flight->generation)
        err = MP_NO_RECORD;
    if (err == MP_OK) {
        if (drop_refresh_token)
            secret_free(&record.refresh_token);
        apply_doubt(&record, doubt);
        err = held_write(flight->broker, flight->account, &flight->holder, &record,
                         flight->generation, &generation);
    }
    record_free(&record);
    return err;
}

/* Whoever logged out while the refresh was under way leaves no living pair at the server. */
static void give_back(const struct flight *flight, const struct job_result *result)
{
    revoke_tokens(flight->broker, flight->settings, flight->account, flight->holder.uid,
                  result->refresh_token, result->access_token, NULL, NULL);
}

enum mp_err settle_pair(struct flight *flight, struct job_result *result)
{
    struct record record = {0};
    uint64_t generation = 0;
    int64_t now = clock_utc();
    enum mp_err err =
        held_read(flight->broker, flight->account, &flight->holder, &record, &generation);

    if (err == MP_NO_RECORD)
        give_back(flight, result);
    if (err != MP_OK || generation != flight->generation) {
        record_free(&record);
        return err == MP_OK ? MP_NO_RECORD : err;
    }
    secret_free(&record.access_token);
    record.access_token = result->access_token;
    result->access_token = NULL;
    if (result->refresh_token) {
        secret_free(&record.refresh_token);
        record.refresh_token = result->refresh_token;
        result->refresh_token = NULL;
    }
    record.obtained_at = now;
    record.expires_at = now + grant_lifetime(flight->account, result);
    record.doubt_since = record.doubt_until = 0;
    record.doubt_count = 0;
    err = held_write(flight->broker, flight->account, &flight->holder, &record, flight->generation,
                     &generation);
    record_free(&record);
    return err;
}

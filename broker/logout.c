/*
 * PROTO_LOGOUT: the tokens are revoked, the refresh token first, and then forgotten, also when the
 * server could not be told. The answer says what could not be done.
 */
#include <stdlib.h>

#include "broker/flights.h"
#include "broker/held.h"
#include "broker/job.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/revoke.h"
#include "broker/select.h"
#include "broker/subject.h"

struct logout {
    struct broker *broker;
    struct request *request;
    const struct config_account *account; /* of the request's settings */
    struct holder holder;
    int64_t login_at;    /* of the record whose tokens are revoked; 0: it did not open */
    uint64_t generation; /* the same */
    int is_again;        /* they are revoked once more, because a refresh had brought others */
};

static void log_out(struct logout *logout);

static const char *what_remains(const struct logout *logout, enum mp_err revoked)
{
    if (revoked == MP_OK)
        return NULL;
    if (revoked == MP_UNSUPPORTED)
        return "the server was not told: no revocation_endpoint is configured";
    log_line(LOG_WARNING, "event=logout problem=not_revoked account=%s uid=%u",
             logout->account->name, logout->holder.uid);
    return "the server could not be told; it accepts the tokens until they end by themselves";
}

/* Who signed in again while the server was being told stays signed in; a refresh does not count. */
static enum mp_err look_again(const struct logout *logout, int *is_new, int *is_refreshed)
{
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err err =
        held_read(logout->broker, logout->account, &logout->holder, &record, &generation);
    int is_other = err == MP_OK && generation != logout->generation;

    *is_new = is_other && record.login_at != logout->login_at;
    *is_refreshed = is_other && !*is_new;
    record_free(&record);
    return err == MP_SYSTEM || err == MP_NOMEM ? err : MP_OK;
}

static void revoked(void *owner, enum mp_err revocation)
{
    struct logout *logout = owner;
    int is_new = 0;
    int is_refreshed = 0;
    enum mp_err err = look_again(logout, &is_new, &is_refreshed);

    if (is_refreshed && !logout->is_again) {
        logout->is_again = 1;
        log_out(logout);
        return;
    }
    if (err == MP_OK && !is_new)
        err = held_erase(logout->broker, logout->account, &logout->holder);

    if (err == MP_OK) {
        flights_forget(logout->broker->flights, logout->account, &logout->holder);
        log_line(LOG_INFO, "event=logout result=ok account=%s uid=%u", logout->account->name,
                 logout->holder.uid);
    }
    request_refuse(logout->request, err, what_remains(logout, revocation));
    free(logout);
}

static void log_out(struct logout *logout)
{
    struct record record = {0};
    uint64_t generation = 0;
    enum mp_err err =
        held_read(logout->broker, logout->account, &logout->holder, &record, &generation);

    if (err == MP_OK) {
        logout->login_at = record.login_at;
        logout->generation = generation;
        revoke_tokens(logout->broker, logout->request->settings, logout->account,
                      logout->holder.uid, record.refresh_token, record.access_token, revoked,
                      logout);
    } else if (err == MP_STORAGE) {
        revoked(logout, MP_OUTAGE); /* a record that does not open is forgotten as well */
    } else {
        request_refuse(logout->request, err, NULL);
        free(logout);
    }
    record_free(&record);
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    struct logout *logout = err == MP_OK ? calloc(1, sizeof(*logout)) : NULL;

    if (!logout) {
        request_refuse(request, err == MP_OK ? MP_NOMEM : err, NULL);
        return;
    }
    logout->broker = broker;
    logout->request = request;
    err = select_own_account(broker, request, user, &logout->account, &logout->holder);
    if (err == MP_OK)
        err = job_admit(request->caller.uid, JOB_OWN);
    if (err == MP_OK) {
        log_out(logout);
        return;
    }
    free(logout);
    request_refuse(request, err, NULL);
}

void logout_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 1, user_known);
}

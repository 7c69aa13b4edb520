/*
 * PROTO_REFRESH: a new access token now, whatever life the old one has left. For others than root
 * and the one user of a private broker, one of a few seconds ago is new enough.
 */
#include <stdlib.h>

#include "broker/held.h"
#include "broker/operations.h"
#include "broker/refresh.h"
#include "broker/select.h"
#include "broker/subject.h"
#include "lib/clock.h"

/* A caller who waits for the new token. */
struct force {
    struct broker *broker;
    struct request *request;
    const struct config_account *account; /* of the request's settings */
    struct holder holder;
};

static void refreshed(void *owner, enum mp_err err, const char *text, unsigned retry_after_s)
{
    struct force *force = owner;
    struct record record = {0};
    struct secret *result = NULL;
    uint64_t generation = 0;

    if (err == MP_OK) /* whoever logged out meanwhile has no token, new or old */
        err = held_read(force->broker, force->account, &force->holder, &record, &generation);
    result = request_result(err);
    if (result &&
        (wire_put_text(result, PROTO_ACCOUNT, force->account->name) != MP_OK ||
         wire_put_text(result, PROTO_TEXT, text) != MP_OK ||
         (retry_after_s && wire_put_number(result, PROTO_RETRY_AFTER, retry_after_s) != MP_OK) ||
         (err == MP_OK &&
          wire_put_number(result, PROTO_EXPIRES_AT, (uint64_t)record.expires_at) != MP_OK)))
        secret_free(&result);
    record_free(&record);
    request_answer(force->request, result);
    free(force);
}

static int is_new_enough(const struct force *force)
{
    uid_t caller = force->request->caller.uid;
    struct record record = {0};
    uint64_t generation = 0;
    int is_new = 0;

    if (caller != 0 && caller != force->broker->uid &&
        held_read(force->broker, force->account, &force->holder, &record, &generation) == MP_OK)
        is_new = held_is_new(&record, &force->holder, clock_utc());
    record_free(&record);
    return is_new;
}

static void user_known(struct broker *broker, struct request *request, enum mp_err err,
                       const struct nss_user *user)
{
    struct force *force = err == MP_OK ? calloc(1, sizeof(*force)) : NULL;

    if (!force) {
        request_refuse(request, err == MP_OK ? MP_NOMEM : err, NULL);
        return;
    }
    force->broker = broker;
    force->request = request;
    err = select_own_account(broker, request, user, &force->account, &force->holder);
    if (err == MP_OK && is_new_enough(force)) {
        refreshed(force, MP_OK, NULL, 0);
        return;
    }
    if (err == MP_OK) {
        refresh_join(broker, request->settings, force->account, &force->holder, refreshed, force);
        return;
    }
    free(force);
    request_refuse(request, err, NULL);
}

void refresh_handle(struct broker *broker, struct request *request)
{
    subject_of_records(broker, request, 1, user_known);
}

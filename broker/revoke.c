#include "broker/revoke.h"

#include <stdlib.h>

#include "broker/discovery.h"
#include "broker/job.h"
#include "broker/log.h"
#include "broker/order.h"
#include "lib/clock.h"

/* One revocation under way. */
struct revocation {
    struct broker *broker;
    struct settings *settings;
    const struct config_account *account;
    struct job *job;
    revoke_done *done;
    void *owner;
    struct revocation *next;
};

static void finish(struct revocation *revocation, enum mp_err err)
{
    struct revocation **link = &revocation->broker->revocations;
    revoke_done *done = revocation->done;
    void *owner = revocation->owner;

    while (*link != revocation)
        link = &(*link)->next;
    *link = revocation->next;
    job_cancel(&revocation->job);
    settings_release(&revocation->settings);
    free(revocation);
    if (done)
        done(owner, err);
}

static void answered(void *owner, struct job_result *result)
{
    struct revocation *revocation = owner;

    revocation->job = NULL;
    log_line(result->err == MP_OK ? LOG_INFO : LOG_WARNING,
             "event=revoke result=%s account=%s http=%u detail=\"%s\"", mp_err_name(result->err),
             revocation->account->name, result->http_status, result->detail);
    finish(revocation, result->err);
}

static enum mp_err send_job(struct revocation *revocation, const struct secret *refresh_token,
                            const struct secret *access_token)
{
    const struct config_account *account = revocation->account;
    struct broker *broker = revocation->broker;
    struct secret *packet = NULL;
    enum mp_err err = order_begin(broker, PROTO_JOB_REVOKE, account, &packet);

    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_REFRESH_TOKEN, refresh_token);
    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_ACCESS_TOKEN, access_token);
    if (err == MP_OK)
        err = job_start(&revocation->job, broker, account, packet,
                        clock_monotonic_ms() + account->timeout_ms, answered, revocation);
    secret_free(&packet);
    return err;
}

void revoke_tokens(struct broker *broker, struct settings *settings,
                   const struct config_account *account, uid_t uid,
                   const struct secret *refresh_token, const struct secret *access_token,
                   revoke_done *done, void *owner)
{
    struct revocation *revocation = NULL;
    int is_possible = discovery_revocation(broker->discovery, account) ||
                      discovery_is_open(broker->discovery, account);
    enum mp_err err = is_possible ? MP_NOMEM : MP_UNSUPPORTED;

    if (!refresh_token && !access_token)
        err = MP_OK;
    else if (is_possible)
        revocation = calloc(1, sizeof(*revocation));
    if (!revocation) {
        if (done)
            done(owner, err);
        return;
    }
    revocation->broker = broker;
    revocation->settings = settings_hold(settings);
    revocation->account = account;
    revocation->done = done;
    revocation->owner = owner;
    revocation->next = broker->revocations;
    broker->revocations = revocation;
    err = send_job(revocation, refresh_token, access_token);
    if (err == MP_OK)
        job_charge(revocation->job, uid, JOB_OWN);
    else
        finish(revocation, err);
}

void revoke_forget_all(struct broker *broker)
{
    while (broker->revocations) {
        broker->revocations->done = NULL; /* NOLINT: finish() takes itself out of the list */
        finish(broker->revocations, MP_INTERRUPTED);
    }
}

int revoke_is_busy(const struct broker *broker)
{
    return broker->revocations != NULL;
}

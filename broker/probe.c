/*
 * PROTO_PROBE: for `mobproc doctor`. A courier goes the way to an account's server with tokens that
 * are made up, and says how far it came. No password is sent and no record is touched.
 */
#include <stdlib.h>
#include <string.h>

#include "broker/job.h"
#include "broker/log.h"
#include "broker/operations.h"
#include "broker/order.h"
#include "lib/clock.h"

/* Who reads the server's log may know whose this is. */
#define MADE_UP "made-up-by-mobproc-doctor"
#define ENTRY_SIZE 512

struct probing {
    struct request *request;
    const struct config_account *account; /* of the request's settings */
    struct job *job;
};

/* The courier speaks with strangers: each of its steps is read before it is passed on. */
static enum mp_err put_steps(const struct secret *report, struct secret *answer)
{
    struct wire_message message;
    struct wire_message step;
    enum mp_err err = MP_OUTAGE;

    if (!report)
        return MP_OUTAGE;
    err = proto_parse(&message, secret_text(report), secret_length(report));
    for (size_t i = 0; i < message.count && err == MP_OK; i++) {
        const struct wire_field *field = &message.fields[i];

        if (field->tag != PROTO_PROBE_STEP)
            continue;
        err = proto_parse(&step, field->bytes, field->length);
        if (err == MP_OK && step.operation != PROTO_STEP_ENTRY)
            err = MP_PROTOCOL;
        if (err == MP_OK)
            err = wire_put(answer, PROTO_PROBE_STEP, field->bytes, field->length);
    }
    return err;
}

static void answered(void *owner, struct job_result *result)
{
    struct probing *probing = owner;
    struct secret *answer = request_result(result->err);
    enum mp_err err = result->err;

    if (err == MP_OK && answer)
        err = put_steps(result->steps, answer);
    log_line(LOG_INFO, "event=probe result=%s account=%s detail=\"%s\"", mp_err_name(err),
             probing->account->name, result->detail);
    if (err == MP_OK) {
        request_answer(probing->request, answer);
    } else {
        secret_free(&answer);
        request_refuse(probing->request, err, result->detail[0] ? result->detail : NULL);
    }
    free(probing);
}

static enum mp_err send_job(struct broker *broker, struct probing *probing)
{
    const struct config_account *account = probing->account;
    struct secret *packet = NULL;
    enum mp_err err = order_begin(broker, PROTO_JOB_PROBE, account, &packet);

    if (err == MP_OK)
        err = wire_put_text(packet, PROTO_REFRESH_TOKEN, MADE_UP);
    if (err == MP_OK)
        err = wire_put_text(packet, PROTO_ACCESS_TOKEN, MADE_UP);
    if (err == MP_OK)
        err = job_start(&probing->job, broker, account, packet,
                        clock_monotonic_ms() + account->timeout_ms, answered, probing);
    secret_free(&packet);
    return err;
}

/* Which accounts there are to probe. */
static void name_accounts(struct request *request)
{
    const struct config *config = request->settings->config;
    struct secret *answer = request_result(MP_OK);
    struct secret *entry = secret_new(ENTRY_SIZE);

    for (size_t i = 0; answer && i < config->account_count; i++) {
        if (entry)
            secret_truncate(entry, 0);
        if (!entry || wire_begin(entry, PROTO_RECORD_ENTRY) != MP_OK ||
            wire_put_text(entry, PROTO_ACCOUNT, config->accounts[i].name) != MP_OK ||
            wire_put_number(entry, PROTO_ERROR, MP_OK) != MP_OK ||
            wire_put_secret(answer, PROTO_RECORD, entry) != MP_OK)
            secret_free(&answer);
    }
    secret_free(&entry);
    request_answer(request, answer);
}

void probe_handle(struct broker *broker, struct request *request)
{
    char name[PROTO_MAX_ACCOUNT + 1];
    struct probing *probing = NULL;
    const char *text = NULL;
    enum mp_err err = wire_text(&request->message, PROTO_ACCOUNT, name, sizeof(name));

    if (err == MP_OK && !name[0]) {
        name_accounts(request);
        return;
    }
    probing = calloc(1, sizeof(*probing));
    if (err == MP_OK && !probing)
        err = MP_NOMEM;
    if (err == MP_OK) {
        probing->request = request;
        probing->account = config_account(request->settings->config, name);
        err = probing->account ? send_job(broker, probing) : MP_NO_ACCOUNT;
        if (err == MP_CONFIGURATION)
            text = "the client secret cannot be read; the broker's log says why";
        else if (err == MP_OUTAGE)
            text = "no courier answers; is mobproc-courier running?";
    }
    if (err == MP_OK)
        return;
    free(probing);
    request_refuse(request, err, text);
}

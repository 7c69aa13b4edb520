#include "courier/job.h"

#include <unistd.h>

#include "courier/order.h"
#include "courier/probe.h"
#include "courier/report.h"
#include "courier/steps.h"
#include "lib/clock.h"
#include "lib/packet.h"
#include "lib/proto.h"
#include "lib/wire.h"

#define PACKET_MS 2000
#define GRACE_SECONDS 5 /* past the job's own deadline SIGALRM ends what hangs in a library */

struct job {
    enum mp_err err;
    const char *problem; /* static sentence when the job was refused before it began */
    struct order order;
    struct http *http; /* for the next step, or NULL */
    struct step grant;
    struct step second; /* a validation or a revocation */
    struct step third;  /* the other revocation */
    const struct step *decided;
};

static void decide(struct job *job, const struct step *step)
{
    job->decided = step;
    job->err = step->err;
}

static void validate(struct job *job, int is_fresh)
{
    step_validate(&job->order, &job->http, is_fresh, &job->second);
    decide(job, &job->second);
}

static void ask_for_tokens(struct job *job)
{
    struct order *order = &job->order;

    step_grant(order, &job->http, &job->grant);
    decide(job, &job->grant);
    if (job->err != MP_OK || order->validation == PROTO_VALIDATE_OFF)
        return;
    secret_free(&order->access_token);
    order->access_token = secret_copy(secret_text(job->grant.reply.access_token),
                                      secret_length(job->grant.reply.access_token));
    if (order->access_token)
        validate(job, 1);
    else
        job->err = MP_NOMEM;
}

/* Both, whatever becomes of the first; the first failure decides. */
static void revoke_tokens(struct job *job)
{
    struct order *order = &job->order;

    if (order->refresh_token) {
        step_revoke(order, &job->http, order->refresh_token, "refresh_token", &job->second);
        decide(job, &job->second);
    }
    if (order->access_token) {
        step_revoke(order, &job->http, order->access_token, "access_token", &job->third);
        if (!job->decided || job->err == MP_OK)
            decide(job, &job->third);
    }
}

static void do_job(struct job *job)
{
    switch (job->order.operation) {
    case PROTO_JOB_PASSWORD:
    case PROTO_JOB_REFRESH:
    case PROTO_JOB_CODE:
        ask_for_tokens(job);
        break;
    case PROTO_JOB_VALIDATE:
        validate(job, 0);
        break;
    case PROTO_JOB_REVOKE:
        revoke_tokens(job);
        break;
    case PROTO_JOB_PROBE:
        probe_run(&job->order, &job->http, &job->grant, &job->second);
        job->err = MP_OK; /* what it found is in its steps */
        break;
    default:
        job->err = MP_PROTOCOL;
    }
}

static void answer(int connection, const struct job *job)
{
    const struct step nothing = STEP_NONE;
    struct report report = {.err = job->err,
                            .problem = job->problem,
                            .order = &job->order,
                            .decided = job->decided,
                            .grant = &job->grant,
                            .validation = &job->second};
    struct secret *packet = secret_new(WIRE_MAX_PACKET);
    enum mp_err err = MP_NOMEM;

    if (job->order.operation == PROTO_JOB_PROBE) /* whatever the server gave is not passed on */
        report.grant = report.validation = &nothing;
    if (packet)
        err = report_write(&report, packet);
    if (err == MP_OK && job->err == MP_OK && job->order.operation == PROTO_JOB_PROBE)
        err = probe_write(&job->order, &job->grant, &job->second, packet);
    if (err == MP_OK)
        err = packet_send(connection, clock_monotonic_ms() + PACKET_MS, packet);
    (void)err; /* a broker that hears nothing counts the job as failed and perhaps sent */
    secret_free(&packet);
}

/* Parses one packet into the job; `packet` may be NULL. */
static void read_job(struct job *job, const struct secret *packet)
{
    struct wire_message message;

    job->err = MP_PROTOCOL;
    job->problem = "the job is malformed";
    if (!packet || proto_parse(&message, secret_text(packet), secret_length(packet)) != MP_OK)
        return;
    job->err = order_read(&message, &job->order, &job->problem);
}

void job_run(int connection)
{
    struct job job = {
        .err = MP_INTERNAL, .grant = STEP_NONE, .second = STEP_NONE, .third = STEP_NONE};
    struct secret *packet = NULL;
    enum mp_err received = MP_OK;

    alarm(PACKET_MS / 1000 + GRACE_SECONDS);
    received = packet_receive(connection, clock_monotonic_ms() + PACKET_MS, &packet);
    if (received != MP_PROTOCOL && !packet)
        return; /* silence, or gone */
    read_job(&job, packet);
    secret_free(&packet);
    if (job.err == MP_OK) {
        alarm((unsigned)clock_left_ms(job.order.deadline_ms) / 1000 + 1 + GRACE_SECONDS);
        do_job(&job);
    }
    answer(connection, &job);
    step_free(&job.grant);
    step_free(&job.second);
    step_free(&job.third);
    order_free(&job.order);
}

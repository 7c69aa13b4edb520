#include "courier/job.h"

#include <poll.h>
#include <unistd.h>

#include "courier/ahead.h"
#include "courier/confine.h"
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
    unsigned confined;   /* of enum proto_confined */
    struct order order;
    struct order way;  /* what was connected ahead, before the order came */
    struct http *http; /* for the next step, or NULL */
    struct step grant;
    struct step second; /* a validation or a revocation */
    struct step third;  /* the other revocation */
    const struct step *decided;
    struct discovered discovered;
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

    /* unless it has been asked over a connection made ahead */
    if (job->grant.answer.progress <= PROTO_NOTHING_SENT) {
        step_free(&job->grant);
        step_grant(order, &job->http, &job->grant);
    }
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

/* 0: the job ends here. */
static int discover(struct job *job)
{
    if (!job->order.issuer[0])
        return 1;
    step_discover(&job->order, &job->http, &job->discovered, &job->second);
    decide(job, &job->second);
    if (job->err != MP_OK && job->order.operation == PROTO_JOB_PROBE) {
        job->grant = job->second; /* its steps show how far it came */
        job->second = STEP_NONE;
        job->err = MP_OK;
        return 0;
    }
    if (job->err != MP_OK)
        return 0;
    step_free(&job->second);
    job->decided = NULL;
    return 1;
}

static void do_job(struct job *job)
{
    if (!discover(job))
        return;
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
    case PROTO_JOB_DISCOVER:
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
                            .confined = job->confined,
                            .order = &job->order,
                            .decided = job->decided,
                            .grant = &job->grant,
                            .validation = &job->second,
                            .discovered = &job->discovered};
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

void job_set_alarm(int64_t deadline_ms)
{
    alarm((unsigned)clock_left_ms(deadline_ms) / 1000 + 1 + GRACE_SECONDS);
}

/* The order was for a connection alone; the job itself may follow. 0 when it does not. */
static int connect_ahead(struct job *job, int connection)
{
    struct ahead ahead = {.order = &job->order};

    job->way = job->order;
    job->order = (struct order){0};
    ahead_run(&ahead, connection, &job->way, &job->http, &job->grant);
    job->err = ahead.err;
    job->problem = ahead.problem;
    return ahead.has_come;
}

/* What this kernel lacks is told to the broker; what fails ends the job. */
static void note_confined(struct job *job, enum mp_err result, enum proto_confined what)
{
    if (result == MP_OK) {
        job->confined |= what;
    } else if (result != MP_UNSUPPORTED) {
        job->err = MP_SYSTEM;
        job->problem = "the courier cannot confine itself";
    }
}

/* Before anything of the network is there; a job that was prepared goes the same way. */
static void confine(struct job *job)
{
    note_confined(job, confine_calls(), PROTO_CONFINED_CALLS);
    note_confined(job, confine_files(&job->order.transport), PROTO_CONFINED_FILES);
}

/* Did the broker give up while its order waited for a child? It has told everybody so. */
static int is_abandoned(int connection)
{
    struct pollfd broker = {.fd = connection};

    return poll(&broker, 1, 0) > 0;
}

void job_run(int connection)
{
    struct job job = {
        .err = MP_INTERNAL, .grant = STEP_NONE, .second = STEP_NONE, .third = STEP_NONE};
    struct secret *packet = NULL;
    enum mp_err received = MP_OK;

    job_set_alarm(clock_monotonic_ms() + PACKET_MS);
    received = packet_receive(connection, clock_monotonic_ms() + PACKET_MS, &packet);
    if ((received != MP_PROTOCOL && !packet) || is_abandoned(connection)) {
        secret_free(&packet);
        return; /* silence, or gone */
    }
    job.err = order_parse(packet, &job.order, &job.problem);
    secret_free(&packet);
    if (job.err == MP_OK)
        confine(&job);
    if (job.err == MP_OK && job.order.operation == PROTO_JOB_AHEAD &&
        !connect_ahead(&job, connection))
        goto out;
    if (job.err == MP_OK) {
        job_set_alarm(job.order.deadline_ms);
        do_job(&job);
    }
    answer(connection, &job);
out:
    step_free(&job.grant);
    step_free(&job.second);
    step_free(&job.third);
    order_free(&job.order);
    order_free(&job.way);
}

#include "courier/job.h"

#include <stdio.h>
#include <unistd.h>

#include "courier/detail.h"
#include "courier/endpoint.h"
#include "courier/grant.h"
#include "courier/http.h"
#include "courier/reply.h"
#include "courier/verdict.h"
#include "lib/clock.h"
#include "lib/packet.h"
#include "lib/proto.h"
#include "lib/wire.h"

#define PACKET_MS 2000
#define GRACE_SECONDS 5 /* past the job's own deadline SIGALRM ends what hangs in a library */
#define MAX_RETRY_AFTER 3600

struct job {
    enum mp_err err;
    const char *problem; /* static sentence when the job was refused before anything was sent */
    struct grant grant;
    struct http_answer answer;
    struct reply reply;
};

static void post_form(struct job *job, struct http *http)
{
    struct http_request request = {.deadline_ms = job->grant.deadline_ms,
                                   .connect_by_ms = job->grant.connect_by_ms};
    struct secret *form = NULL;
    struct secret *authorization = NULL;

    job->err = grant_request(&job->grant, &form, &authorization);
    if (job->err == MP_OK) {
        request.form = form;
        request.authorization = authorization;
        http_post(http, &request, &job->answer);
        if (job->answer.body && !job->answer.is_encoded)
            job->err = reply_read(job->answer.body, &job->reply);
    }
    if (job->err == MP_OK)
        job->err = verdict(job->grant.operation, &job->answer, &job->reply);
    secret_free(&form);
    secret_free(&authorization);
}

static void do_job(struct job *job)
{
    enum endpoint kind = endpoint_kind(job->grant.endpoint);
    struct http *http = NULL;

    job->err = MP_CONFIGURATION;
    job->problem = "the endpoint is neither https:// nor http://127.0.0.1/";
    if (kind == ENDPOINT_REFUSED)
        return;
    job->err = http_open(job->grant.endpoint, kind == ENDPOINT_LOOPBACK, job->grant.ca, &http);
    job->problem = job->err == MP_CONFIGURATION ? "the CA file or directory cannot be read"
                   : job->err != MP_OK          ? "libcurl refuses to be set up"
                                                : NULL;
    if (job->err != MP_OK)
        return;
    post_form(job, http);
    /* not closed: that could wait for a name server longer than anybody waits for our answer */
}

static enum mp_err put_grant(const struct reply *reply, struct secret *packet)
{
    enum mp_err err = wire_put_secret(packet, PROTO_ACCESS_TOKEN, reply->access_token);

    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_REFRESH_TOKEN, reply->refresh_token);
    if (err == MP_OK && reply->expires_in)
        err = wire_put_number(packet, PROTO_EXPIRES_IN, reply->expires_in);
    if (err == MP_OK && reply->scope[0])
        err = wire_put_text(packet, PROTO_SCOPE, reply->scope);
    return err;
}

static enum mp_err put_circumstances(const struct job *job, struct secret *packet)
{
    char detail[PROTO_MAX_TEXT] = "";
    enum proto_progress progress = job->answer.progress;
    long retry = job->answer.retry_after;
    enum mp_err err = MP_OK;

    if (job->problem)
        snprintf(detail, sizeof(detail), "%s", job->problem);
    else if (progress)
        detail_write(detail, sizeof(detail), &job->grant, &job->answer, &job->reply);
    err = wire_put_number(packet, PROTO_PROGRESS, progress ? progress : PROTO_NOTHING_SENT);
    if (err == MP_OK && job->answer.status > 0)
        err = wire_put_number(packet, PROTO_HTTP_STATUS, (uint64_t)job->answer.status);
    if (err == MP_OK && detail_may_name_error(&job->grant, &job->reply))
        err = wire_put_text(packet, PROTO_OAUTH_ERROR, job->reply.error);
    if (err == MP_OK && detail[0])
        err = wire_put_text(packet, PROTO_DETAIL, detail);
    if (err == MP_OK && retry > 0)
        err = wire_put_number(packet, PROTO_RETRY_AFTER,
                              (uint64_t)(retry < MAX_RETRY_AFTER ? retry : MAX_RETRY_AFTER));
    return err;
}

static void answer(int connection, const struct job *job)
{
    struct secret *packet = secret_new(WIRE_MAX_PACKET);
    enum mp_err err = packet ? wire_begin(packet, PROTO_JOB_DONE) : MP_NOMEM;

    if (err == MP_OK)
        err = wire_put_number(packet, PROTO_ERROR, (uint64_t)job->err);
    if (err == MP_OK)
        err = put_circumstances(job, packet);
    if (err == MP_OK && job->err == MP_OK)
        err = put_grant(&job->reply, packet);
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
    job->err = grant_read(&message, &job->grant, &job->problem);
}

void job_run(int connection)
{
    struct job job = {.err = MP_INTERNAL};
    struct secret *packet = NULL;
    enum mp_err received = MP_OK;

    alarm(PACKET_MS / 1000 + GRACE_SECONDS);
    received = packet_receive(connection, clock_monotonic_ms() + PACKET_MS, &packet);
    if (received != MP_PROTOCOL && !packet)
        return; /* silence, or gone */
    read_job(&job, packet);
    secret_free(&packet);
    if (job.err == MP_OK) {
        alarm((unsigned)clock_left_ms(job.grant.deadline_ms) / 1000 + 1 + GRACE_SECONDS);
        do_job(&job);
    }
    answer(connection, &job);
    reply_free(&job.reply);
    http_answer_free(&job.answer);
    grant_free(&job.grant);
}

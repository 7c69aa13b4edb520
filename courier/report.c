#include "courier/report.h"

#include <stdio.h>

#include "courier/detail.h"
#include "courier/verdict.h"
#include "lib/clock.h"
#include "lib/proto.h"
#include "lib/wire.h"

#define MAX_RETRY_AFTER 3600

static int has_tokens(const struct report *report)
{
    return report->grant->err == MP_OK && report->grant->reply.kind == REPLY_GRANT;
}

static int has_claims(const struct report *report)
{
    return report->err == MP_OK && report->validation->err == MP_OK &&
           report->validation->reply.kind == REPLY_CLAIMS;
}

static enum mp_err put_tokens(const struct reply *reply, struct secret *packet)
{
    enum mp_err err = wire_put_secret(packet, PROTO_ACCESS_TOKEN, reply->access_token);

    if (err == MP_OK)
        err = wire_put_secret(packet, PROTO_REFRESH_TOKEN, reply->refresh_token);
    if (err == MP_OK && reply->scope[0])
        err = wire_put_text(packet, PROTO_SCOPE, reply->scope);
    return err;
}

static enum mp_err put_claims(const struct reply *reply, struct secret *packet)
{
    enum mp_err err = wire_put_number(packet, PROTO_VALIDATED_AT, (uint64_t)clock_utc());

    if (err == MP_OK && reply->expires_in)
        err = wire_put_number(packet, PROTO_VALIDATED_FOR, reply->expires_in);
    return err == MP_OK ? claims_write(&reply->claims, packet) : err;
}

static enum mp_err put_lifetime(const struct report *report, struct secret *packet)
{
    uint64_t seconds = 0;

    if (has_tokens(report))
        seconds = report->grant->reply.expires_in;
    else if (has_claims(report))
        seconds = report->validation->reply.expires_in;
    return seconds ? wire_put_number(packet, PROTO_EXPIRES_IN, seconds) : MP_OK;
}

static enum mp_err put_progress(const struct report *report, struct secret *packet)
{
    const struct step *step = report->decided;
    enum proto_progress progress = step ? step->answer.progress : 0;

    if (step == report->grant && progress == PROTO_ANSWERED &&
        verdict_is_lost_grant(&step->answer, &step->reply))
        progress = PROTO_MAYBE_SENT;
    return wire_put_number(packet, PROTO_PROGRESS, progress ? progress : PROTO_NOTHING_SENT);
}

static enum mp_err put_detail(const struct report *report, struct secret *packet)
{
    char detail[PROTO_MAX_TEXT] = "";

    if (report->problem)
        snprintf(detail, sizeof(detail), "%s", report->problem);
    else if (report->decided && report->decided->answer.progress)
        detail_write(detail, sizeof(detail), report->order, &report->decided->answer,
                     &report->decided->reply);
    return detail[0] ? wire_put_text(packet, PROTO_DETAIL, detail) : MP_OK;
}

static enum mp_err put_answer(const struct report *report, struct secret *packet)
{
    const struct step *step = report->decided;
    long retry = step->answer.retry_after;
    enum mp_err err = MP_OK;

    if (step->answer.status > 0)
        err = wire_put_number(packet, PROTO_HTTP_STATUS, (uint64_t)step->answer.status);
    if (err == MP_OK && detail_may_name_error(report->order, &step->reply))
        err = wire_put_text(packet, PROTO_OAUTH_ERROR, step->reply.error);
    if (err == MP_OK && retry > 0)
        err = wire_put_number(packet, PROTO_RETRY_AFTER,
                              (uint64_t)(retry < MAX_RETRY_AFTER ? retry : MAX_RETRY_AFTER));
    return err;
}

enum mp_err report_write(const struct report *report, struct secret *packet)
{
    enum mp_err err = wire_begin(packet, PROTO_JOB_DONE);

    if (err == MP_OK)
        err = wire_put_number(packet, PROTO_ERROR, (uint64_t)report->err);
    if (err == MP_OK)
        err = put_progress(report, packet);
    if (err == MP_OK)
        err = wire_put_number(packet, PROTO_CONFINED, report->confined);
    if (err == MP_OK && report->decided)
        err = put_answer(report, packet);
    if (err == MP_OK)
        err = put_detail(report, packet);
    if (err == MP_OK)
        err = put_lifetime(report, packet);
    if (err == MP_OK && has_tokens(report))
        err = put_tokens(&report->grant->reply, packet);
    if (err == MP_OK && has_claims(report))
        err = put_claims(&report->validation->reply, packet);
    if (err == MP_OK)
        err = discovery_write(report->discovered, packet);
    return err;
}

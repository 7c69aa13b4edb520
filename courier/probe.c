#include "courier/probe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "courier/detail.h"
#include "courier/endpoint.h"
#include "lib/proto.h"
#include "lib/wire.h"

#define DAY 86400
#define STEP_SIZE (PROTO_MAX_TEXT + 256)

/* What is written, and how far the way was good. */
struct probe {
    const struct order *order;
    struct secret *packet;
    enum mp_err err; /* the first that writing brought */
};

static void add(struct probe *probe, const char *name, enum proto_step_result result,
                const char *format, ...) PRINTF_LIKE(4, 5);

static void add(struct probe *probe, const char *name, enum proto_step_result result,
                const char *format, ...)
{
    struct secret *step = secret_new(STEP_SIZE);
    char words[PROTO_MAX_TEXT];
    enum mp_err err = step ? wire_begin(step, PROTO_STEP_ENTRY) : MP_NOMEM;
    va_list values;

    va_start(values, format);
    vsnprintf(words, sizeof(words), format, values);
    va_end(values);
    if (err == MP_OK)
        err = wire_put_text(step, PROTO_STEP_NAME, name);
    if (err == MP_OK)
        err = wire_put_number(step, PROTO_STEP_RESULT, result);
    if (err == MP_OK)
        err = wire_put_text(step, PROTO_TEXT, words);
    if (err == MP_OK)
        err = wire_put_secret(probe->packet, PROTO_PROBE_STEP, step);
    if (probe->err == MP_OK)
        probe->err = err;
    secret_free(&step);
}

/* --- the way -------------------------------------------------------------------------------------
 */

static void add_certificate(struct probe *probe, const struct facts *facts)
{
    int64_t days = (facts->certificate_end - facts->date_seen_at) / DAY;

    if (!facts->certificate_end)
        add(probe, "tls", PROTO_STEP_OK, "chain and host name are right");
    else
        add(probe, "tls", days < PROBE_CERTIFICATE_DAYS ? PROTO_STEP_WARNING : PROTO_STEP_OK,
            "chain and host name are right; the certificate ends in %" PRId64 " days", days);
}

static void add_clock(struct probe *probe, const struct facts *facts)
{
    int64_t apart = facts->date_seen_at - facts->date;
    int64_t distance = apart < 0 ? -apart : apart;
    enum proto_step_result result = PROTO_STEP_OK;

    if (!facts->date)
        return;
    if (distance > PROBE_CLOCK_WARNING)
        result = distance > PROBE_CLOCK_FAILURE ? PROTO_STEP_FAILED : PROTO_STEP_WARNING;
    add(probe, "clock", result, "ours is %" PRId64 " s %s the server's", distance,
        apart < 0 ? "behind" : "ahead of");
}

/* 1 when an answer came. */
static int add_way(struct probe *probe, const struct http_answer *answer)
{
    const struct facts *facts = &answer->facts;
    int is_plain = endpoint_kind(probe->order->endpoints[0]) == ENDPOINT_LOOPBACK;

    if (answer->failure == MP_CONFIGURATION) { /* before anything was tried */
        add(probe, "endpoint", PROTO_STEP_FAILED, "%s", answer->detail);
        return 0;
    }
    if (!facts->is_resolved) {
        add(probe, "dns", PROTO_STEP_FAILED, "%s", answer->detail);
        return 0;
    }
    add(probe, "dns", PROTO_STEP_OK, "the name has an address");
    if (!facts->is_connected) {
        add(probe, "tcp", PROTO_STEP_FAILED, "%s", answer->detail);
        return 0;
    }
    add(probe, "tcp", PROTO_STEP_OK, "connected");
    if (!is_plain && !facts->is_secured) {
        add(probe, "tls", PROTO_STEP_FAILED, "%s", answer->detail);
        return 0;
    }
    if (!is_plain)
        add_certificate(probe, facts);
    if (answer->failure != MP_OK) {
        add(probe, "http", PROTO_STEP_FAILED, "%s", answer->detail);
        return 0;
    }
    add_clock(probe, facts);
    return 1;
}

/* --- the client ----------------------------------------------------------------------------------
 */

static int is_refused_with(const struct step *step, const char *error)
{
    return step->reply.kind == REPLY_ERROR && strcmp(step->reply.error, error) == 0;
}

static void add_client(struct probe *probe, const struct step *step)
{
    char detail[PROTO_MAX_TEXT / 2];

    detail_write(detail, sizeof(detail), probe->order, &step->answer, &step->reply);
    if (step->err == MP_DENIED)
        add(probe, "client", PROTO_STEP_OK, "the server accepts client id and secret");
    else if (step->err == MP_CLIENT && is_refused_with(step, "unauthorized_client"))
        add(probe, "client", PROTO_STEP_WARNING, "the client is known, but may not refresh: %s",
            detail);
    else if (step->err == MP_CLIENT)
        add(probe, "client", PROTO_STEP_FAILED, "the server refuses this client: %s", detail);
    else
        add(probe, "client", PROTO_STEP_FAILED, "the answer is none of a token endpoint: %s",
            step->err == MP_OK ? "it gives tokens to everybody" : detail);
}

static void add_validation(struct probe *probe, const struct step *step)
{
    char detail[PROTO_MAX_TEXT / 2];

    detail_write(detail, sizeof(detail), probe->order, &step->answer, &step->reply);
    if (step->err == MP_DENIED)
        add(probe, "validation", PROTO_STEP_OK, "this client may validate tokens");
    else if (step->err == MP_CLIENT)
        add(probe, "validation", PROTO_STEP_FAILED, "this client may not validate tokens: %s",
            detail);
    else
        add(probe, "validation", PROTO_STEP_FAILED, "the validating side does not work: %s",
            step->err == MP_OK ? "it calls a made-up token good" : detail);
}

/* --- both ----------------------------------------------------------------------------------------
 */

/* Nothing is documented of what the plain validator says to a bad token: it cannot be judged. */
static int has_validation(const struct order *order)
{
    return order->validation == PROTO_VALIDATE_BEARER ||
           order->validation == PROTO_VALIDATE_INTROSPECT;
}

void probe_run(struct order *order, struct http **http, struct step *client,
               struct step *validation)
{
    step_grant(order, http, client);
    if (client->err == MP_DENIED && has_validation(order) && order->access_token)
        step_validate(order, http, 0, validation);
}

enum mp_err probe_write(const struct order *order, const struct step *client,
                        const struct step *validation, struct secret *packet)
{
    struct probe probe = {.order = order, .packet = packet, .err = MP_OK};

    if (add_way(&probe, &client->answer))
        add_client(&probe, client);
    if (validation->answer.progress)
        add_validation(&probe, validation);
    return probe.err;
}

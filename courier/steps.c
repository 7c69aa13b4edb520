#include "courier/steps.h"

#include <poll.h>
#include <string.h>

#include "courier/grant.h"
#include "courier/revocation.h"
#include "courier/validation.h"
#include "courier/validity.h"
#include "courier/verdict.h"
#include "lib/clock.h"

void step_free(struct step *step)
{
    reply_free(&step->reply);
    http_answer_free(&step->answer);
    *step = STEP_NONE;
}

static void send_request(const struct order *order, struct http **http,
                         const struct request *request, const struct http_terms *terms,
                         struct http_answer *answer)
{
    enum mp_err err = *http ? MP_OK : http_open(&order->transport, http);

    if (err == MP_OK && order->operation == PROTO_JOB_PROBE)
        err = http_watch(*http);
    if (err == MP_OK) {
        http_send(*http, request, terms, answer);
    } else {
        *answer = (struct http_answer){.failure = err, .progress = PROTO_NOTHING_SENT};
        proto_escape(answer->detail, sizeof(answer->detail), "libcurl refuses to be set up");
    }
    if (answer->failure != MP_OK)
        *http = NULL; /* left behind: courier/http.h */
}

/* For what changes nothing when it is sent twice. */
static void send_repeatable(const struct order *order, struct http **http,
                            const struct request *request, struct http_answer *answer)
{
    struct http_terms terms = {.deadline_ms = order->deadline_ms,
                               .connect_by_ms = order_connect_by(order, 0),
                               .keeps = 1,
                               .reuses = 1};

    send_request(order, http, request, &terms, answer);
}

/* A body that may be read, or NULL. */
static const struct secret *readable(const struct http_answer *answer)
{
    return answer->is_encoded ? NULL : answer->body;
}

/* --- discovery --- */

static void ask_place(const struct order *order, enum discovery_place place, struct http **http,
                      struct step *step)
{
    struct request request = {0};

    step->err = discovery_request(order->issuer, place, &request);
    if (step->err == MP_OK)
        send_repeatable(order, http, &request, &step->answer);
    if (step->err == MP_OK)
        step->err = step->answer.failure;
    request_free(&request);
}

static const char *read_document(const struct step *step, struct order *order,
                                 struct discovered *discovered)
{
    const char *problem = NULL;

    if (step->answer.status != 200 || !step->answer.is_json || !readable(&step->answer))
        return "there is no document of the issuer";
    problem = discovery_read(step->answer.body, order->issuer, discovered);
    return problem ? problem : discovery_fill(order, discovered);
}

void step_discover(struct order *order, struct http **http, struct discovered *discovered,
                   struct step *step)
{
    ask_place(order, DISCOVERY_OPENID, http, step);
    if (step->err == MP_OK && step->answer.status == 404) {
        step_free(step);
        ask_place(order, DISCOVERY_OAUTH, http, step);
    }
    if (step->err == MP_OK) {
        step->reply.problem = read_document(step, order, discovered);
        step->err = step->reply.problem ? MP_OUTAGE : MP_OK;
    }
    step->answer.progress = PROTO_NOTHING_SENT;
}

/* --- tokens --- */

/* What the answer to a grant means. */
static void judge(const struct order *order, struct step *step)
{
    if (readable(&step->answer))
        step->err = reply_read(step->answer.body, &step->reply);
    if (step->err == MP_OK)
        step->err = verdict(order->operation, &step->answer, &step->reply);
}

static void ask_one(const struct order *order, size_t number, struct http **http, struct step *step)
{
    struct http_terms terms = {.deadline_ms = order->deadline_ms,
                               .connect_by_ms =
                                   order_connect_by(order, order->endpoint_count - 1 - number),
                               .keeps = order->validation != PROTO_VALIDATE_OFF};
    struct request request = {0};

    step->err = grant_request(order, order->endpoints[number], &request);
    if (step->err == MP_OK)
        send_request(order, http, &request, &terms, &step->answer);
    if (step->err == MP_OK)
        judge(order, step);
    request_free(&request);
}

void step_grant_ahead(struct order *order, const struct order *way, struct hold *hold,
                      const struct request *request, struct http **http, struct step *step)
{
    struct http_terms terms = {.deadline_ms = hold->until_ms,
                               .connect_by_ms = order_connect_by(way, 0),
                               .keeps = 1,
                               .hold = hold};

    send_request(way, http, request, &terms, &step->answer);
    step->err = MP_OK;
    judge(order, step);
}

static int is_untouched(const struct step *step)
{
    return step->err == MP_OUTAGE && step->answer.failure == MP_OUTAGE &&
           step->answer.progress == PROTO_NOTHING_SENT;
}

static void validate_where_issued(struct order *order, size_t number)
{
    for (size_t i = 0; i < order->endpoint_count; i++)
        if (strcmp(order->endpoints[i], order->validation_endpoint) == 0) {
            memcpy(order->validation_endpoint, order->endpoints[number],
                   sizeof(order->validation_endpoint));
            return;
        }
}

void step_grant(struct order *order, struct http **http, struct step *step)
{
    size_t number = 0;

    ask_one(order, number, http, step);
    while (is_untouched(step) && ++number < order->endpoint_count) {
        step_free(step);
        ask_one(order, number, http, step);
    }
    if (step->err == MP_OK)
        validate_where_issued(order, number);
}

static void validate_once(const struct order *order, struct http **http, struct step *step)
{
    struct validity_question question = {.validation = order->validation,
                                         .client_id = order->client_id};
    struct request request = {0};

    step->err = validation_request(order, &request);
    if (step->err == MP_OK)
        send_repeatable(order, http, &request, &step->answer);
    question.now = clock_utc();
    if (step->err == MP_OK && readable(&step->answer))
        step->err = reply_read_validity(step->answer.body, &question, &step->reply);
    if (step->err == MP_OK)
        step->err = verdict_validation(order->validation, &step->answer, &step->reply);
    request_free(&request);
}

void step_validate(const struct order *order, struct http **http, int is_fresh, struct step *step)
{
    validate_once(order, http, step);
    if (step->err != MP_DENIED || !is_fresh || clock_left_ms(order->deadline_ms) <= STEPS_LAG_MS)
        return;
    poll(NULL, 0, STEPS_LAG_MS);
    step_free(step);
    validate_once(order, http, step);
}

void step_revoke(const struct order *order, struct http **http, const struct secret *token,
                 const char *hint, struct step *step)
{
    struct request request = {0};

    step->err = revocation_request(order, token, hint, &request);
    if (step->err == MP_OK)
        send_repeatable(order, http, &request, &step->answer);
    if (step->err == MP_OK && readable(&step->answer) && step->answer.status != 200)
        step->err = reply_read(step->answer.body, &step->reply);
    if (step->err == MP_OK)
        step->err = verdict_revocation(&step->answer, &step->reply);
    request_free(&request);
}

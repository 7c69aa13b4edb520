/* links: courier/ -lcurl -ljson-c -lseccomp */
/* What a probe tells of each way to fail: how far it came, and whose fault the answer is. */
#include "courier/probe.h"

#include "courier/order.h"
#include "courier/steps.h"
#include "lib/proto.h"
#include "tests/unit/check.h"

static struct order order;

static void begin(const char *endpoint)
{
    order = (struct order){.operation = PROTO_JOB_PROBE, .endpoint_count = 1};
    snprintf(order.endpoints[0], sizeof(order.endpoints[0]), "%s", endpoint);
}

/* A whole answer over TLS, with the verdict `err`. */
static struct step answered(enum mp_err err)
{
    struct step step = STEP_NONE;

    step.err = err;
    step.answer.progress = PROTO_ANSWERED;
    step.answer.status = 400;
    step.answer.facts = (struct facts){.is_resolved = 1,
                                       .is_connected = 1,
                                       .is_secured = 1,
                                       .date = 1000000,
                                       .date_seen_at = 1000000,
                                       .certificate_end = 1000000 + 100 * 86400};
    return step;
}

/* The result of the step with this name, and the words in `text`; 0: there is none. */
static int result_of(const struct step *client, const struct step *validation, const char *name,
                     const char **text)
{
    static struct secret *packet;
    static char words[PROTO_MAX_TEXT + 1];
    struct wire_message message;
    int result = 0;

    secret_free(&packet);
    packet = secret_new(WIRE_MAX_PACKET);
    NEED(packet && wire_begin(packet, PROTO_JOB_DONE) == MP_OK);
    NEED(probe_write(&order, client, validation, packet) == MP_OK);
    NEED(proto_parse(&message, secret_text(packet), secret_length(packet)) == MP_OK);
    *text = words;
    words[0] = '\0';
    for (size_t i = 0; i < message.count; i++) {
        struct wire_message step;
        char said[64];

        NEED(proto_parse(&step, message.fields[i].bytes, message.fields[i].length) == MP_OK);
        NEED(wire_text(&step, PROTO_STEP_NAME, said, sizeof(said)) == MP_OK);
        if (strcmp(said, name) != 0)
            continue;
        NEED(wire_text(&step, PROTO_TEXT, words, sizeof(words)) == MP_OK);
        result = (int)wire_number(&step, PROTO_STEP_RESULT, 0);
    }
    secret_free(&packet);
    return result;
}

static int client_result(const struct step *client, const char *name, const char **text)
{
    const struct step none = STEP_NONE;

    return result_of(client, &none, name, text);
}

TEST(the_way_is_told_as_far_as_it_went)
{
    static const char *const steps[] = {"dns", "tcp", "tls", "http"};
    const char *text = NULL;

    begin("https://ping.example/token");
    for (size_t failing = 0; failing < 4; failing++) {
        struct step step = answered(MP_OUTAGE);

        step.answer.failure = MP_OUTAGE;
        snprintf(step.answer.detail, sizeof(step.answer.detail), "it broke at %zu", failing);
        step.answer.facts.is_resolved = failing > 0;
        step.answer.facts.is_connected = failing > 1;
        step.answer.facts.is_secured = failing > 2;
        for (size_t i = 0; i < 4; i++) {
            int result = client_result(&step, steps[i], &text);

            CHECK(result == (i < failing ? PROTO_STEP_OK : i == failing ? PROTO_STEP_FAILED : 0));
            CHECK(i != failing || strcmp(text, step.answer.detail) == 0);
        }
        CHECK(client_result(&step, "client", &text) == 0);
    }
}

TEST(an_endpoint_that_cannot_be_used_is_told_before_the_way)
{
    struct step step = answered(MP_CONFIGURATION);
    const char *text = NULL;

    begin("https://ping.example/token");
    step.answer.failure = MP_CONFIGURATION;
    snprintf(step.answer.detail, sizeof(step.answer.detail), "the CA cannot be read");
    CHECK(client_result(&step, "endpoint", &text) == PROTO_STEP_FAILED);
    CHECK(strcmp(text, "the CA cannot be read") == 0);
    CHECK(client_result(&step, "dns", &text) == 0);
}

TEST(on_loopback_there_is_no_tls_to_tell_of)
{
    struct step step = answered(MP_DENIED);
    const char *text = NULL;

    begin("http://127.0.0.1:1/token");
    step.answer.facts.is_secured = 0;
    CHECK(client_result(&step, "tls", &text) == 0);
    CHECK(client_result(&step, "client", &text) == PROTO_STEP_OK);
}

TEST(a_certificate_that_ends_soon_is_a_warning)
{
    struct step step = answered(MP_DENIED);
    const char *text = NULL;

    begin("https://ping.example/token");
    CHECK(client_result(&step, "tls", &text) == PROTO_STEP_OK && strstr(text, "in 100 days"));
    step.answer.facts.certificate_end = 1000000 + 86400;
    CHECK(client_result(&step, "tls", &text) == PROTO_STEP_WARNING && strstr(text, "in 1 days"));
    step.answer.facts.certificate_end = 0;
    CHECK(client_result(&step, "tls", &text) == PROTO_STEP_OK && !strstr(text, "days"));
}

TEST(a_clock_that_is_wrong_is_a_warning_and_then_a_failure)
{
    static const struct {
        int64_t apart;
        int result;
        const char *word;
    } rows[] = {
        {0, PROTO_STEP_OK, "ahead of"},
        {PROBE_CLOCK_WARNING + 1, PROTO_STEP_WARNING, "ahead of"},
        {-PROBE_CLOCK_WARNING - 1, PROTO_STEP_WARNING, "behind"},
        {PROBE_CLOCK_FAILURE + 1, PROTO_STEP_FAILED, "ahead of"},
        {-PROBE_CLOCK_FAILURE - 1, PROTO_STEP_FAILED, "behind"},
    };
    struct step step = answered(MP_DENIED);
    const char *text = NULL;

    begin("https://ping.example/token");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        step.answer.facts.date_seen_at = step.answer.facts.date + rows[i].apart;
        CHECK(client_result(&step, "clock", &text) == rows[i].result);
        CHECK(strstr(text, rows[i].word));
    }
    step.answer.facts.date = 0;
    CHECK(client_result(&step, "clock", &text) == 0);
}

TEST(what_the_server_says_of_the_client)
{
    const char *text = NULL;
    struct step step = answered(MP_DENIED);

    begin("https://ping.example/token");
    CHECK(client_result(&step, "client", &text) == PROTO_STEP_OK);
    step.err = MP_CLIENT;
    step.reply.kind = REPLY_ERROR;
    snprintf(step.reply.error, sizeof(step.reply.error), "invalid_client");
    CHECK(client_result(&step, "client", &text) == PROTO_STEP_FAILED);
    CHECK(strstr(text, "refuses this client: HTTP 400, invalid_client"));
    snprintf(step.reply.error, sizeof(step.reply.error), "unauthorized_client");
    CHECK(client_result(&step, "client", &text) == PROTO_STEP_WARNING);
    CHECK(strstr(text, "may not refresh"));
    step.reply.kind = REPLY_NONSENSE;
    CHECK(client_result(&step, "client", &text) == PROTO_STEP_FAILED);
    step.err = MP_OUTAGE;
    CHECK(client_result(&step, "client", &text) == PROTO_STEP_FAILED);
    CHECK(strstr(text, "none of a token endpoint: HTTP 400"));
    step.err = MP_OK;
    CHECK(client_result(&step, "client", &text) == PROTO_STEP_FAILED);
    CHECK(strstr(text, "gives tokens to everybody"));
}

TEST(what_the_server_says_of_a_validation)
{
    const struct step client = answered(MP_DENIED);
    struct step step = answered(MP_DENIED);
    const char *text = NULL;

    begin("https://ping.example/token");
    CHECK(result_of(&client, &step, "validation", &text) == PROTO_STEP_OK);
    step.err = MP_CLIENT;
    CHECK(result_of(&client, &step, "validation", &text) == PROTO_STEP_FAILED);
    CHECK(strstr(text, "may not validate tokens"));
    step.err = MP_OUTAGE;
    CHECK(result_of(&client, &step, "validation", &text) == PROTO_STEP_FAILED);
    CHECK(strstr(text, "does not work: HTTP 400"));
    step.err = MP_OK;
    CHECK(result_of(&client, &step, "validation", &text) == PROTO_STEP_FAILED);
    CHECK(strstr(text, "calls a made-up token good"));
}

TESTS(T(the_way_is_told_as_far_as_it_went),
      T(an_endpoint_that_cannot_be_used_is_told_before_the_way),
      T(on_loopback_there_is_no_tls_to_tell_of), T(a_certificate_that_ends_soon_is_a_warning),
      T(a_clock_that_is_wrong_is_a_warning_and_then_a_failure),
      T(what_the_server_says_of_the_client), T(what_the_server_says_of_a_validation))

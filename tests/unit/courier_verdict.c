/* links: courier/verdict.o courier/head.o */
/* The taxonomy as a truth table, and the head of a reply that it is read from. */
#include "courier/verdict.h"

#include "courier/head.h"
#include "tests/unit/check.h"

/* What a body can be, as far as the verdict looks at it. */
static const struct body {
    const char *name;
    enum reply_kind kind;
    const char *error;
} bodies[] = {
    {"grant", REPLY_GRANT, ""},
    {"nonsense", REPLY_NONSENSE, ""},
    {"empty", REPLY_EMPTY, ""},
    {"invalid_grant", REPLY_ERROR, "invalid_grant"},
    {"invalid_client", REPLY_ERROR, "invalid_client"},
    {"unauthorized_client", REPLY_ERROR, "unauthorized_client"},
    {"invalid_scope", REPLY_ERROR, "invalid_scope"},
    {"invalid_request", REPLY_ERROR, "invalid_request"},
    {"unsupported_grant_type", REPLY_ERROR, "unsupported_grant_type"},
    {"server_error", REPLY_ERROR, "server_error"},
    {"temporarily_unavailable", REPLY_ERROR, "temporarily_unavailable"},
    {"mfa_required", REPLY_ERROR, "mfa_required"},
    {"interaction_required", REPLY_ERROR, "interaction_required"},
    {"Invalid_Grant", REPLY_ERROR, "Invalid_Grant"},
};
#define BODIES (sizeof(bodies) / sizeof(bodies[0]))

/* One letter per body above: K ok, D denied, C client, O outage. */
static const struct row {
    long first, last; /* HTTP status */
    int is_json;
    const char *password;
    const char *refresh;
} table[] = {
    {0, 199, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {200, 200, 1, "KOOOOOOOOOOOOO", "KOOOOOOOOOOOOO"},
    {200, 200, 0, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {201, 399, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {400, 401, 1, "OOCDCCCDDOODDD", "OOCDCCCCCOOOOO"},
    {400, 401, 0, "OOCDCCCDDOODDD", "OOCDCCCCCOOOOO"},
    {402, 402, 1, "OOODCCCDDOODDD", "OOODCCCCCOOOOO"},
    {403, 403, 1, "OODDCCCDDOODDD", "OOODCCCCCOOOOO"},
    {403, 403, 0, "OODDCCCDDOODDD", "OOODCCCCCOOOOO"},
    {404, 428, 1, "OOODCCCDDOODDD", "OOODCCCCCOOOOO"},
    {429, 429, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {430, 499, 0, "OOODCCCDDOODDD", "OOODCCCCCOOOOO"},
    {500, 599, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
    {600, 999, 1, "OOOOOOOOOOOOOO", "OOOOOOOOOOOOOO"},
};

static char letter(enum mp_err err)
{
    return err == MP_OK       ? 'K'
           : err == MP_DENIED ? 'D'
           : err == MP_CLIENT ? 'C'
           : err == MP_OUTAGE ? 'O'
                              : '?';
}

static char decide(enum proto_operation operation, long status, int is_json, int is_encoded,
                   enum mp_err failure, const struct body *body)
{
    struct http_answer answer = {.failure = failure,
                                 .progress = PROTO_ANSWERED,
                                 .status = status,
                                 .is_json = is_json,
                                 .is_encoded = is_encoded};
    struct reply reply = {.kind = body->kind};

    snprintf(reply.error, sizeof(reply.error), "%s", body->error);
    return letter(verdict(operation, &answer, &reply));
}

TEST(every_status_with_every_body_has_its_verdict)
{
    for (size_t r = 0; r < sizeof(table) / sizeof(table[0]); r++)
        for (long status = table[r].first; status <= table[r].last; status++)
            for (size_t b = 0; b < BODIES; b++) {
                char password =
                    decide(PROTO_JOB_PASSWORD, status, table[r].is_json, 0, MP_OK, &bodies[b]);
                char refresh =
                    decide(PROTO_JOB_REFRESH, status, table[r].is_json, 0, MP_OK, &bodies[b]);

                if ((password != table[r].password[b] || refresh != table[r].refresh[b]) &&
                    !check_failure[0])
                    snprintf(check_failure, sizeof(check_failure),
                             "HTTP %ld with %s: password %c, refresh %c", status, bodies[b].name,
                             password, refresh);
            }
}

TEST(a_refresh_is_denied_by_invalid_grant_alone)
{
    for (long status = 0; status < 1000; status++)
        for (size_t b = 0; b < BODIES; b++)
            if (decide(PROTO_JOB_REFRESH, status, 1, 0, MP_OK, &bodies[b]) == 'D')
                CHECK(strcmp(bodies[b].error, "invalid_grant") == 0);
}

/* A grant needs all of: no failure, not encoded, 200, JSON, a usable reply. One less denies. */
TEST(success_needs_every_condition)
{
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_OK, &bodies[0]) == 'K');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_OUTAGE, &bodies[0]) == 'O');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_NOMEM, &bodies[0]) == '?');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 1, MP_OK, &bodies[0]) == 'O');
    CHECK(decide(PROTO_JOB_PASSWORD, 200, 0, 0, MP_OK, &bodies[0]) == 'O');
    CHECK(decide(PROTO_JOB_PASSWORD, 201, 1, 0, MP_OK, &bodies[0]) == 'O');
    for (size_t b = 1; b < BODIES; b++)
        CHECK(decide(PROTO_JOB_PASSWORD, 200, 1, 0, MP_OK, &bodies[b]) == 'O');
}

TEST(a_compressed_refusal_is_an_outage)
{
    for (size_t b = 0; b < BODIES; b++)
        CHECK(decide(PROTO_JOB_PASSWORD, 400, 1, 1, MP_OK, &bodies[b]) == 'O');
}

/* Feeds lines separated by '|' (each gets its CRLF); the head as it is after the last one taken. */
static struct head read_head(const char *lines)
{
    struct head head = {0};
    int taken = 1;

    while (*lines && taken) {
        size_t length = strcspn(lines, "|");
        char line[256];

        snprintf(line, sizeof(line), "%.*s\r\n", (int)length, lines);
        taken = head_line(&head, line, strlen(line));
        lines += length + (lines[length] == '|');
    }
    CHECK(taken == (head.problem == NULL));
    return head;
}

TEST(json_is_one_content_type_that_says_so)
{
    static const char *const good[] = {
        "application/json",
        "application/json;charset=utf-8",
        "application/json; charset=x",
        "APPLICATION/JSON ; a=b",
        " application/json\t",
    };
    static const char *const bad[] = {
        "",
        "text/html",
        "application/jsonp",
        "application/json-seq",
        "json",
        "text/plain; application/json",
        "application/json, text/html",
        "application/hal+json",
    };
    char lines[128];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(lines, sizeof(lines), "HTTP/1.1 200 OK|content-type:%s| |", good[i]);
        lines[strlen(lines) - 2] = '\0';
        CHECK(read_head(lines).is_json);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(lines, sizeof(lines), "HTTP/1.1 200 OK|Content-Type: %s", bad[i]);
        CHECK(!read_head(lines).is_json);
    }
    CHECK(!read_head("HTTP/1.1 200 OK|X: y").is_json);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Type: application/json|Content-Type: text/html")
               .is_json);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Type: text/html|Content-Type: application/json")
               .is_json);
}

TEST(only_the_final_head_counts)
{
    struct head head = read_head("HTTP/1.1 103 Early|Content-Type: application/json||"
                                 "HTTP/1.1 200 OK|Content-Type: text/html||"
                                 "Content-Type: application/json|HTTP/1.1 200 OK");

    CHECK(!head.problem && !head.is_json && head.content_types == 1 && head.is_complete);
}

TEST(heads_that_two_readers_could_take_differently_end_the_transfer)
{
    static const char *const bad[] = {
        "HTTP/1.1 200 OK|HTTP/1.1 400 Bad",
        "HTTP/1.1 200 OK|X: a| b",
        "HTTP/1.1 200 OK|X: a|\tb",
        "HTTP/1.1 200 OK|no colon",
        "HTTP/1.1 200 OK|: no name",
        "HTTP/1.1 200 OK|X: a\rb",
        "HTTP/1.1 200 OK|X: \033[31m",
        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 5",
        "HTTP/1.1 200 OK|Content-Length: 5, 5",
        "HTTP/1.1 200 OK|Content-Length: -5",
        "HTTP/1.1 200 OK|Content-Length:",
        "HTTP/1.1 101 Switching Protocols",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked",
        "HTTP/1.1 200 OK|Transfer-Encoding: identity",
        "HTTP/1.1 100 C||HTTP/1.1 100 C||HTTP/1.1 100 C||HTTP/1.1 100 C||HTTP/1.1 100 C",
    };
    struct head head = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!read_head(bad[i]).problem && !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "let pass: %s", bad[i]);
    CHECK(!head_line(&head, "X: a\0b\r\n", 8) && head.problem);
    CHECK(!read_head("HTTP/1.1 200 OK|Transfer-Encoding: Chunked|Content-Length: 5").problem);
    CHECK(!read_head("HTTP/1.1 100 C||HTTP/1.1 103 E||HTTP/1.1 200 OK|Set-Cookie: a=b").problem);
}

TEST(a_head_has_an_end)
{
    struct head head = {0};
    int lines = 0;

    while (lines < 10000 && head_line(&head, "X: 78901234567890\r\n", 19))
        lines++;
    CHECK(lines == HEAD_MAX_BYTES / 19);
    CHECK(head.problem != NULL);
}

TEST(codings_are_noticed)
{
    CHECK(read_head("HTTP/1.1 200 OK|Content-Encoding: gzip").is_encoded);
    CHECK(read_head("HTTP/1.1 200 OK|Content-Encoding: identity|content-encoding: br").is_encoded);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Encoding: identity").is_encoded);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Encoding:").is_encoded);
}

TESTS(T(every_status_with_every_body_has_its_verdict),
      T(a_refresh_is_denied_by_invalid_grant_alone), T(success_needs_every_condition),
      T(a_compressed_refusal_is_an_outage), T(json_is_one_content_type_that_says_so),
      T(only_the_final_head_counts),
      T(heads_that_two_readers_could_take_differently_end_the_transfer), T(a_head_has_an_end),
      T(codings_are_noticed))

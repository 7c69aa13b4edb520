/* links: courier/ tests/faults/inside.o tests/faults/curl.o tests/faults/json.o tests/faults/seccomp.o -lcurl -ljson-c -lseccomp */
/*
 * A courier's jobs while its memory, libcurl's, json-c's, the kernel and packets fail, one call at
 * a time: it answers or ends, it is never a success without tokens, and a password is sent once.
 */
#include <curl/curl.h>
#include <stdlib.h>

#include "courier/confine.h"
#include "tests/unit/courier_case.h"

/* A sanitizer makes a new process dear: there every few calls are enough. */
#if defined(__SANITIZE_ADDRESS__)
#define STEP 7
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STEP 7
#endif
#endif
#ifndef STEP
#define STEP 1
#endif

#define PEM "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
#define KEY "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"

static void put_client(struct secret *order)
{
    order_number(order, PROTO_CLIENT_AUTH, PROTO_AUTH_BASIC);
    order_text(order, PROTO_CLIENT_SECRET, "client secret");
    order_text(order, PROTO_SCOPE, "MOBPROC");
}

static void put_password(struct secret *order)
{
    char password[32];

    snprintf(password, sizeof(password), "run-%u", run);
    order_text(order, PROTO_REMOTE_NAME, "command://ada");
    order_text(order, PROTO_PASSWORD, password);
}

static void put_validation(struct secret *order, enum proto_validation how, const char *path)
{
    order_number(order, PROTO_VALIDATION, how);
    order_page(order, PROTO_VALIDATION_ENDPOINT, path);
}

/* --- orders: each fills the packet of a job --- */

static void login(struct secret *order)
{
    put_client(order);
    put_password(order);
    order_page(order, PROTO_ENDPOINT, "/token");
    put_validation(order, PROTO_VALIDATE_BEARER, "/validate");
}

static void denied(struct secret *order)
{
    order_number(order, PROTO_CLIENT_AUTH, PROTO_AUTH_BODY);
    order_text(order, PROTO_CLIENT_SECRET, "client secret");
    put_password(order);
    order_page(order, PROTO_ENDPOINT, "/denied");
}

static void busy(struct secret *order)
{
    order_number(order, PROTO_CLIENT_AUTH, PROTO_AUTH_NONE);
    put_password(order);
    order_page(order, PROTO_ENDPOINT, "/busy");
}

static void refresh(struct secret *order)
{
    put_client(order);
    order_text(order, PROTO_REFRESH_TOKEN, "ref");
    order_page(order, PROTO_ENDPOINT, "/token");
}

static void code(struct secret *order)
{
    put_client(order);
    order_text(order, PROTO_CODE, "a code");
    order_text(order, PROTO_CODE_VERIFIER, "a verifier");
    order_text(order, PROTO_REDIRECT_URI, "http://127.0.0.1:4000/callback");
    order_page(order, PROTO_ENDPOINT, "/token");
    put_validation(order, PROTO_VALIDATE_INTROSPECT, "/introspect");
}

static void validate(struct secret *order)
{
    put_client(order);
    order_text(order, PROTO_ACCESS_TOKEN, "tok");
    put_validation(order, PROTO_VALIDATE_BEARER, "/validate");
}

static void revocation(struct secret *order)
{
    put_client(order);
    order_text(order, PROTO_REFRESH_TOKEN, "ref");
    order_text(order, PROTO_ACCESS_TOKEN, "tok");
    order_page(order, PROTO_ENDPOINT, "/revoke");
}

static void probe(struct secret *order)
{
    put_client(order);
    order_text(order, PROTO_REFRESH_TOKEN, "made-up");
    order_text(order, PROTO_ACCESS_TOKEN, "made-up");
    order_page(order, PROTO_ENDPOINT, "/denied");
    put_validation(order, PROTO_VALIDATE_BEARER, "/denied");
}

static void ahead(struct secret *order)
{
    order_number(order, PROTO_CLIENT_AUTH, PROTO_AUTH_BASIC);
    order_page(order, PROTO_ENDPOINT, "/token");
}

/* All that belongs to TLS, where nobody listens. */
static void far_away(struct secret *order)
{
    order_number(order, PROTO_CLIENT_AUTH, PROTO_AUTH_TLS);
    put_password(order);
    order_text(order, PROTO_ENDPOINT, "https://127.0.0.1:1/token");
    order_text(order, PROTO_ENDPOINT, "https://127.0.0.1:2/token");
    order_text(order, PROTO_CLIENT_CERTIFICATE, PEM);
    order_text(order, PROTO_CLIENT_KEY, KEY);
    order_text(order, PROTO_CA, "/etc");
    order_text(order, PROTO_CA_FINGERPRINT, "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    order_text(order, PROTO_PROXY, "https://127.0.0.1:1");
    order_text(order, PROTO_PROXY_CREDENTIALS, "name:password");
}

/* Its document cannot be had. */
static void issuer(struct secret *order)
{
    put_client(order);
    order_text(order, PROTO_ISSUER, "https://127.0.0.1:1/issuer");
}

/* --- the table --- */

static const struct job_case {
    const char *name;
    enum proto_operation operation;
    void (*fill)(struct secret *order);
    void (*follow)(struct secret *order); /* a password, over the connection made ahead */
    enum mp_err good;
    int gives_tokens;
    int validates; /* a success brings what the server says of the token */
} cases[] = {
    {"login", PROTO_JOB_PASSWORD, login, NULL, MP_OK, 1, 1},
    {"wrong password", PROTO_JOB_PASSWORD, denied, NULL, MP_DENIED, 0, 0},
    {"too many", PROTO_JOB_PASSWORD, busy, NULL, MP_OUTAGE, 0, 0},
    {"refresh", PROTO_JOB_REFRESH, refresh, NULL, MP_OK, 1, 0},
    {"code", PROTO_JOB_CODE, code, NULL, MP_OK, 1, 1},
    {"validate", PROTO_JOB_VALIDATE, validate, NULL, MP_OK, 0, 1},
    {"revoke", PROTO_JOB_REVOKE, revocation, NULL, MP_OK, 0, 0},
    {"probe", PROTO_JOB_PROBE, probe, NULL, MP_OK, 0, 0},
    {"ahead", PROTO_JOB_AHEAD, ahead, login, MP_OK, 1, 1},
    {"far away", PROTO_JOB_PASSWORD, far_away, NULL, MP_OUTAGE, 0, 0},
    {"discovery", PROTO_JOB_DISCOVER, issuer, NULL, MP_OUTAGE, 0, 0},
};

static void blame(const struct job_case *c, enum fault_kind kind, unsigned at, const char *what)
{
    if (!check_failure[0])
        snprintf(check_failure, sizeof(check_failure), "%s: kind %d, call %u: %s", c->name,
                 (int)kind, at, what);
}

/* 1 when there was such a call. */
static int try_once(const struct job_case *c, enum fault_kind kind, unsigned variant, unsigned at)
{
    struct secret *orders[2] = {order_for(c->operation), NULL};
    struct outcome outcome;
    enum mp_err err = MP_OK;
    int has_token = 0;

    c->fill(orders[0]);
    if (c->follow) {
        orders[1] = order_for(PROTO_JOB_PASSWORD);
        c->follow(orders[1]);
    }
    outcome = run_job(orders, kind, at, variant);
    err = outcome_error(&outcome);
    has_token = outcome.packet && wire_find(&outcome.message, PROTO_ACCESS_TOKEN) != NULL;
    if (outcome.crashed)
        blame(c, kind, at, "it crashed");
    if (err == MP_OK && (c->good != MP_OK || has_token != c->gives_tokens))
        blame(c, kind, at, "a success that it is not");
    if (err == MP_OK && c->validates && !wire_find(&outcome.message, PROTO_VALIDATED_AT))
        blame(c, kind, at, "a token that nobody validated");
    if (outcome.passwords_sent > 1)
        blame(c, kind, at, "the password was sent twice");
    if (has_token && !c->gives_tokens)
        blame(c, kind, at, "a token from nowhere");
    if (outcome.passwords_sent == 1 && outcome.packet && !has_token &&
        wire_number(&outcome.message, PROTO_PROGRESS, 0) == PROTO_NOTHING_SENT)
        blame(c, kind, at, "it says that nothing was sent");
    if (!outcome.failed && err != c->good)
        blame(c, kind, at, mp_err_name(err));
    secret_free(&outcome.packet);
    secret_free(&orders[0]);
    secret_free(&orders[1]);
    return outcome.failed;
}

static void try_every(enum fault_kind kind, unsigned variant)
{
    server_begin();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned at = 1;

        while (try_once(&cases[i], kind, variant, at))
            at += STEP;
    }
    server_end();
}

/* As courier/main.c does, but with memory that can run out for libcurl too. */
static void prepare(void)
{
    static int is_ready;

    if (!is_ready)
        NEED(curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free, realloc, strdup, calloc) ==
                 CURLE_OK &&
             confine_prepare() == MP_OK);
    is_ready = 1;
}

TEST(P1_no_job_needs_all_of_its_memory)
{
    prepare();
    try_every(FAULT_MEMORY, 0);
}

TEST(P1_no_job_believes_a_system_call)
{
    prepare();
    try_every(FAULT_CALL, 0);
    try_every(FAULT_CALL, 1);
}

TEST(P1_no_job_writes_beyond_a_packet)
{
    prepare();
    try_every(FAULT_ROOM, 0);
}

TEST(P1_no_job_goes_on_when_a_library_refuses)
{
    prepare();
    try_every(FAULT_LIBRARY, 0);
}

TESTS(T(P1_no_job_needs_all_of_its_memory), T(P1_no_job_believes_a_system_call),
      T(P1_no_job_writes_beyond_a_packet), T(P1_no_job_goes_on_when_a_library_refuses))

/* links: courier/form.o courier/basic.o courier/order.o courier/transport.o courier/endpoint.o courier/authorities.o courier/request.o courier/client.o courier/grant.o courier/validation.o courier/revocation.o */
/* What leaves the machine: forms and Basic headers. */
#include "courier/form.h"

#include "courier/basic.h"
#include "courier/grant.h"
#include "courier/revocation.h"
#include "courier/validation.h"
#include "lib/clock.h"
#include "tests/unit/check.h"

static int hex_digit(char digit)
{
    return digit >= 'A' ? digit - 'A' + 10 : digit - '0';
}

/* Undoes the encoding as a server would; the length that came out. */
static size_t decode(const char *text, unsigned char *out)
{
    size_t length = 0;

    for (; *text; text++)
        if (*text == '%') {
            out[length++] = (unsigned char)(hex_digit(text[1]) << 4 | hex_digit(text[2]));
            text += 2;
        } else {
            out[length++] = *text == '+' ? ' ' : (unsigned char)*text;
        }
    return length;
}

TEST(N12_every_byte_survives_the_form)
{
    unsigned char all[256];
    unsigned char back[256];
    struct secret *encoded = secret_new(sizeof(all) * FORM_GROWTH);

    NEED(encoded);
    for (unsigned i = 0; i < sizeof(all); i++)
        all[i] = (unsigned char)i;
    CHECK(form_encode(encoded, all, sizeof(all)) == MP_OK);
    CHECK(decode(secret_text(encoded), back) == sizeof(all));
    CHECK(memcmp(all, back, sizeof(all)) == 0);
    secret_free(&encoded);
}

TEST(only_unreserved_bytes_stand_for_themselves)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._";

    for (int byte = 1; byte < 256; byte++) {
        struct secret *out = secret_new(FORM_GROWTH);
        char expected[4] = {(char)byte, 0};
        char one = (char)byte;

        NEED(out);
        if (byte == ' ')
            expected[0] = '+';
        else if (!strchr(plain, byte))
            snprintf(expected, sizeof(expected), "%%%02X", (unsigned)byte);
        CHECK(form_encode(out, &one, 1) == MP_OK);
        CHECK(strcmp(secret_text(out), expected) == 0);
        secret_free(&out);
    }
}

TEST(a_form_is_joined_and_leaves_empty_values_out)
{
    struct secret *form = secret_new(64);
    struct secret *nothing = secret_new(0);

    NEED(form && nothing);
    CHECK(form_add_text(form, "a", "") == MP_OK);
    CHECK(form_add_text(form, "b", "1&c=2") == MP_OK);
    CHECK(form_add_secret(form, "d", NULL) == MP_OK);
    CHECK(form_add_secret(form, "e", nothing) == MP_OK);
    CHECK(form_add_text(form, "f", "x y") == MP_OK);
    CHECK(strcmp(secret_text(form), "b=1%26c%3D2&f=x+y") == 0);
    secret_free(&form);
    secret_free(&nothing);
}

TEST(a_full_form_says_so)
{
    struct secret *form = secret_new(4);

    NEED(form);
    CHECK(form_add_text(form, "a", "%%") == MP_TOO_LONG);
    secret_free(&form);
}

static int basic_is(const char *id, const char *secret, int encoded, const char *expected)
{
    struct secret *word = secret_copy(secret, strlen(secret));
    struct secret *line = NULL;
    int same = 0;

    NEED(word);
    same = basic_header(id, word, encoded, &line) == MP_OK && line &&
           strcmp(secret_text(line), expected) == 0;
    secret_free(&word);
    secret_free(&line);
    return same;
}

TEST(N13_basic_headers_are_those_of_the_standards)
{
    /* RFC 7617 2 and RFC 6749 2.3.1 */
    CHECK(
        basic_is("Aladdin", "open sesame", 0, "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
    CHECK(basic_is("s6BhdRkqt3", "gX1fBat3bV", 1,
                   "Authorization: Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"));
    CHECK(basic_is("i:d", "s:e%63 r+t&=", 1, /* i%3Ad:s%3Ae%2563+r%2Bt%26%3D */
                   "Authorization: Basic aSUzQWQ6cyUzQWUlMjU2MytyJTJCdCUyNiUzRA=="));
    CHECK(basic_is("id", "s:e%63 r+t&=", 0, "Authorization: Basic aWQ6czplJTYzIHIrdCY9"));
    CHECK(basic_is("a", "", 0, "Authorization: Basic YTo="));
    CHECK(basic_is("", "\xff\xfe", 0, "Authorization: Basic Ov/+"));
}

/* A password job with one field changed; "" leaves a text out. */
static struct secret *job(enum proto_operation operation, uint64_t client_auth, const char *id,
                          const char *client_secret, const char *password)
{
    struct secret *packet = secret_new(WIRE_MAX_PACKET);

    NEED(packet);
    NEED(wire_begin(packet, (uint16_t)operation) == MP_OK);
    NEED(wire_put_text(packet, PROTO_ENDPOINT, "https://x/") == MP_OK);
    NEED(wire_put_text(packet, PROTO_CLIENT_ID, id) == MP_OK);
    NEED(wire_put_text(packet, PROTO_CLIENT_SECRET, client_secret) == MP_OK);
    NEED(wire_put_text(packet, PROTO_PASSWORD, password) == MP_OK);
    NEED(wire_put_text(packet, PROTO_REFRESH_TOKEN, "r=1") == MP_OK);
    NEED(wire_put_text(packet, PROTO_REMOTE_NAME, "command://al") == MP_OK);
    NEED(wire_put_text(packet, PROTO_SCOPE, "A B") == MP_OK);
    NEED(wire_put_text(packet, PROTO_CODE, "c/2") == MP_OK);
    NEED(wire_put_text(packet, PROTO_CODE_VERIFIER, "v~3") == MP_OK);
    NEED(wire_put_text(packet, PROTO_REDIRECT_URI, "http://127.0.0.1:1/") == MP_OK);
    NEED(wire_put_number(packet, PROTO_CLIENT_AUTH, client_auth) == MP_OK);
    NEED(wire_put_number(packet, PROTO_REMAINING_MS, 9000) == MP_OK);
    NEED(wire_put_number(packet, PROTO_CONNECT_MS, 50) == MP_OK);
    return packet;
}

static enum mp_err read_job(struct secret *packet, struct order *order)
{
    struct wire_message message;
    const char *problem = NULL;
    enum mp_err err = MP_OK;

    NEED(proto_parse(&message, secret_text(packet), secret_length(packet)) == MP_OK);
    *order = (struct order){0};
    err = order_read(&message, order, &problem);
    CHECK((err == MP_OK) == (problem == NULL));
    secret_free(&packet);
    return err;
}

static void request_is(struct secret *packet, const char *form, int has_header)
{
    struct order order = {0};
    struct request request = {0};

    CHECK(read_job(packet, &order) == MP_OK);
    CHECK(grant_request(&order, order.endpoints[0], &request) == MP_OK);
    CHECK(request.url && strcmp(secret_text(request.url), "https://x/") == 0);
    CHECK(request.form && strcmp(secret_text(request.form), form) == 0);
    CHECK((request.authorization != NULL) == has_header);
    request_free(&request);
    order_free(&order);
}

TEST(each_client_authentication_puts_its_secret_in_one_place)
{
#define PASSWORD_FORM "grant_type=password&username=command%3A%2F%2Fal&password=p%26w&scope=A+B"
    request_is(job(PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, "i", "s", "p&w"),
               PASSWORD_FORM "&client_id=i&client_secret=s", 0);
    request_is(job(PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, "i", NULL, "p&w"),
               PASSWORD_FORM "&client_id=i", 0);
    request_is(job(PROTO_JOB_PASSWORD, PROTO_AUTH_NONE, "i", "s", "p&w"),
               PASSWORD_FORM "&client_id=i", 0);
    request_is(job(PROTO_JOB_PASSWORD, PROTO_AUTH_BASIC, "i", "s", "p&w"), PASSWORD_FORM, 1);
    request_is(job(PROTO_JOB_PASSWORD, PROTO_AUTH_BASIC_RAW, "i", "s", "p&w"), PASSWORD_FORM, 1);
    request_is(job(PROTO_JOB_REFRESH, PROTO_AUTH_BASIC, "i", "s", "p&w"),
               "grant_type=refresh_token&refresh_token=r%3D1&scope=A+B", 1);
    request_is(job(PROTO_JOB_CODE, PROTO_AUTH_BODY, "i", "s", "p&w"),
               "grant_type=authorization_code&code=c%2F2&"
               "redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2F&code_verifier=v%7E3&"
               "client_id=i&client_secret=s",
               0);
}

/* Every request about the longest tokens, names and secrets that can be ordered. */
TEST(the_longest_jobs_fit_into_their_requests)
{
    static char longest[PROTO_MAX_TOKEN + 1];
    char text[PROTO_MAX_TEXT + 1] = "";
    struct order order = {0};
    struct request request = {0};

    memset(longest, '%', PROTO_MAX_TOKEN);
    memset(text, '%', PROTO_MAX_TEXT);
    CHECK(read_job(job(PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, text, text, text), &order) == MP_OK);
    memcpy(order.endpoints[0], text, sizeof(text));
    memcpy(order.validation_endpoint, text, sizeof(text));
    memcpy(order.scope, text, sizeof(text));
    memcpy(order.remote_name, text, sizeof(text));
    secret_free(&order.refresh_token);
    order.refresh_token = secret_copy(longest, PROTO_MAX_TOKEN);
    order.access_token = secret_copy(longest, PROTO_MAX_TOKEN);
    for (int operation = PROTO_JOB_PASSWORD; operation <= PROTO_JOB_REFRESH; operation++) {
        order.operation = (enum proto_operation)operation;
        CHECK(grant_request(&order, order.endpoints[0], &request) == MP_OK);
        request_free(&request);
    }
    for (int way = PROTO_VALIDATE_BEARER; way <= PROTO_VALIDATE_URL; way++) {
        order.validation = (enum proto_validation)way;
        CHECK(validation_request(&order, &request) == MP_OK);
        CHECK(secret_length(request.form ? request.form : request.url) >
              (size_t)FORM_GROWTH * PROTO_MAX_TOKEN);
        request_free(&request);
    }
    CHECK(revocation_request(&order, order.refresh_token, "refresh_token", &request) == MP_OK);
    request_free(&request);
    order_free(&order);
}

TEST(jobs_with_gaps_are_refused)
{
    static const struct {
        enum proto_operation operation;
        uint64_t client_auth;
        const char *id, *secret, *password;
        enum mp_err expected;
    } jobs[] = {
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, "i", "s", "p", MP_OK},
        {PROTO_LOGIN, PROTO_AUTH_BODY, "i", "s", "p", MP_PROTOCOL},
        {PROTO_JOB_DONE, PROTO_AUTH_BODY, "i", "s", "p", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, 0, "i", "s", "p", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, 6, "i", "s", "p", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_TLS, "i", "s", "p", MP_CONFIGURATION},
        {PROTO_JOB_PASSWORD, 257, "i", "s", "p", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, UINT64_C(1) << 32 | 1, "i", "s", "p", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, "", "s", "p", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, NULL, "s", "p", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, "i", "s", "", MP_PROTOCOL},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, "i", "s", NULL, MP_PROTOCOL},
        {PROTO_JOB_REFRESH, PROTO_AUTH_BODY, "i", "s", NULL, MP_OK},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BASIC, "i", NULL, "p", MP_CONFIGURATION},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BASIC_RAW, "i", "", "p", MP_CONFIGURATION},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BASIC_RAW, "i:", "s", "p", MP_CONFIGURATION},
        {PROTO_JOB_PASSWORD, PROTO_AUTH_BASIC, "i:", "s", "p", MP_OK},
    };

    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        struct order order = {0};
        enum mp_err err = read_job(job(jobs[i].operation, jobs[i].client_auth, jobs[i].id,
                                       jobs[i].secret, jobs[i].password),
                                   &order);

        if (err != jobs[i].expected && !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "job %zu: %s", i, mp_err_name(err));
        order_free(&order);
    }
}

TEST(both_deadlines_run_from_now)
{
    struct order order = {0};

    CHECK(read_job(job(PROTO_JOB_PASSWORD, PROTO_AUTH_BODY, "i", "s", "p"), &order) == MP_OK);
    CHECK(clock_left_ms(order.deadline_ms) > 8000 && clock_left_ms(order.deadline_ms) <= 9000);
    CHECK(clock_left_ms(order_connect_by(&order, 0)) <= 50);
    order.connect_ms = 8000;
    CHECK(clock_left_ms(order_connect_by(&order, 0)) > 7000);
    CHECK(clock_left_ms(order_connect_by(&order, 2)) <= 3000);
    CHECK(clock_left_ms(order_connect_by(&order, 2)) > 2500);
    order_free(&order);
}

TESTS(T(N12_every_byte_survives_the_form), T(only_unreserved_bytes_stand_for_themselves),
      T(a_form_is_joined_and_leaves_empty_values_out), T(a_full_form_says_so),
      T(N13_basic_headers_are_those_of_the_standards),
      T(each_client_authentication_puts_its_secret_in_one_place),
      T(the_longest_jobs_fit_into_their_requests), T(jobs_with_gaps_are_refused),
      T(both_deadlines_run_from_now))

/* Callers of the broker in tests/unit/broker_case.h: requests, and what comes back. */
#ifndef MOBPROC_TESTS_BROKER_ASK_H
#define MOBPROC_TESTS_BROKER_ASK_H

#include "tests/unit/broker_case.h"

/* What a caller got: no packet when the broker hung up. */
struct answer {
    struct secret *packet;
    struct wire_message message;
};

static void answer_free(struct answer *answer)
{
    secret_free(&answer->packet);
    answer->message.count = 0;
}

/* The error that an answer carries; MP_BROKER_ABSENT when none came. */
static UNUSED enum mp_err answer_error(const struct answer *answer)
{
    return answer->packet ? mp_err_from_wire(wire_number(&answer->message, PROTO_ERROR, ~0ULL))
                          : MP_BROKER_ABSENT;
}

static UNUSED int answer_admits(const struct answer *answer)
{
    return answer->packet &&
           wire_number(&answer->message, PROTO_VERDICT, PROTO_DENY) == PROTO_ADMIT;
}

/* --- requests --- */

static UNUSED struct secret *request_for(enum proto_operation operation)
{
    struct secret *request = secret_new(WIRE_MAX_PACKET);

    NEED(request && wire_begin(request, (uint16_t)operation) == MP_OK);
    return request;
}

static UNUSED void with_text(struct secret *request, uint16_t tag, const char *text)
{
    NEED(wire_put_text(request, tag, text) == MP_OK);
}

/* The user, as the module of a host that is root sends him. */
static UNUSED struct secret *request_about_user(enum proto_operation operation)
{
    struct secret *request = request_for(operation);

    with_text(request, PROTO_USER, house.user);
    if (geteuid() == 0)
        NEED(wire_put_number(request, PROTO_UID, house.uid) == MP_OK);
    with_text(request, PROTO_SERVICE, "unit");
    return request;
}

static UNUSED struct secret *login_request(void)
{
    struct secret *request = request_about_user(PROTO_LOGIN);

    with_text(request, PROTO_PASSWORD, "a password");
    return request;
}

static UNUSED struct secret *account_request(enum proto_operation operation, const char *account)
{
    struct secret *request = request_for(operation);

    with_text(request, PROTO_ACCOUNT, account);
    return request;
}

/* --- asking --- */

static void case_ticked(void *owner)
{
    *(struct loop_timer **)owner = NULL;
}

/* One turn of the broker, which takes no longer than a moment. */
static UNUSED void case_turn(void)
{
    struct loop_timer *tick = NULL;

    fault_pause();
    tick = loop_at(broker.loop, clock_monotonic_ms() + CASE_TURN_MS, case_ticked, &tick);
    NEED(tick);
    fault_resume();
    NEED(loop_turn(broker.loop) == MP_OK);
    loop_cancel(&tick);
}

/* As whom the kernel sees the caller: SO_PEERCRED is what he was when he connected. */
static int case_connect(uid_t uid)
{
    uid_t own = geteuid();
    int fd = -1;

    NEED(uid == own || seteuid(uid) == 0);
    fd = job_connect(house.socket);
    NEED(seteuid(own) == 0);
    return fd;
}

/* 1 when nothing more will come. Takes `accepted` off, and then the answer. */
static int case_take(int fd, struct answer *answer)
{
    enum mp_err err = packet_receive(fd, 0, &answer->packet);

    if (err == MP_INTERRUPTED)
        return 0;
    if (err != MP_OK || !answer->packet)
        return 1;
    NEED(proto_parse(&answer->message, secret_text(answer->packet),
                     secret_length(answer->packet)) == MP_OK);
    if (answer->message.operation == PROTO_RESULT)
        return 1;
    answer_free(answer);
    return case_take(fd, answer);
}

/* Sends a request, which it frees, as `uid`; the caller frees the answer. */
static UNUSED struct answer ask_as(uid_t uid, struct secret *request)
{
    int64_t deadline_ms = clock_monotonic_ms() + CASE_WAIT_MS;
    struct answer answer = {0};
    int is_over = 0;
    int fd = -1;

    fault_pause();
    fd = case_connect(uid);
    NEED(fd >= 0);
    NEED(packet_send(fd, 0, request) == MP_OK);
    secret_free(&request);
    fault_resume();
    while (!is_over) {
        case_turn();
        fault_pause();
        NEED(clock_left_ms(deadline_ms) > 0);
        is_over = case_take(fd, &answer);
        fault_resume();
    }
    fault_pause();
    close(fd);
    fault_resume();
    return answer;
}

/* The error alone. */
static UNUSED enum mp_err ask_error(uid_t uid, struct secret *request)
{
    struct answer answer = ask_as(uid, request);
    enum mp_err err = answer_error(&answer);

    answer_free(&answer);
    return err;
}

/* The text for people, or "". Static. */
static UNUSED const char *answer_text(const struct answer *answer)
{
    static char text[PROTO_MAX_TEXT + 1];

    if (!answer->packet || wire_text(&answer->message, PROTO_TEXT, text, sizeof(text)) != MP_OK)
        text[0] = '\0';
    return text;
}

/* --- how things are to stand before a test --- */

static UNUSED enum mp_err log_in(void)
{
    return ask_error(geteuid(), login_request());
}

static UNUSED enum mp_err seal_robot(void)
{
    struct secret *request = request_for(PROTO_SEAL);

    with_text(request, PROTO_SECRET_NAME, "robot");
    with_text(request, PROTO_PASSWORD, "sealed secret");
    return ask_error(geteuid(), request);
}

#endif

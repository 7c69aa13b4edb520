/*
 * A whole broker in the test's own process: its files in a scratch directory, a courier that
 * answers what the test wants, and callers. What these do themselves is no fault's (inside.h).
 */
#ifndef MOBPROC_TESTS_BROKER_CASE_H
#define MOBPROC_TESTS_BROKER_CASE_H

#include <limits.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>

#include "broker/ahead.h"
#include "broker/broker.h"
#include "broker/discovery.h"
#include "broker/flights.h"
#include "broker/forget.h"
#include "broker/job.h"
#include "broker/listen.h"
#include "broker/operations.h"
#include "broker/rekey.h"
#include "broker/revoke.h"
#include "broker/signins.h"
#include "broker/store.h"
#include "lib/clock.h"
#include "lib/packet.h"
#include "tests/faults/inside.h"
#include "tests/unit/scratch.h"

#define CASE_TURN_MS 20
#define CASE_WAIT_MS 10000 /* an answer that has not come by then never comes */
#define CASE_CALLS 16

static struct broker broker;
static client_dispatch *case_dispatch = operations_dispatch; /* a test may stand before it */

static struct {
    int scratch_fd;
    char user[PROTO_MAX_NAME + 1]; /* who logs in */
    uid_t uid;
    char config[600]; /* paths */
    char socket[600];
    char courier[600];
    int courier_fd;
    struct loop_watch *courier_watch;
    struct {
        int fd; /* 0: free */
        struct loop_watch *watch;
    } calls[CASE_CALLS];
} house;

/* What the courier answers; a test changes it. */
static struct {
    enum mp_err err;
    enum proto_progress progress;
    int is_silent;          /* hangs up instead */
    int lacks_tokens;       /* of a grant */
    const char *scope;      /* NULL: not said */
    const char *identifier; /* claim; NULL: the user's remote name */
    void (*write)(uint16_t operation, struct secret *packet); /* adds to a good answer; or NULL */
    unsigned jobs;                                            /* how many came */
} courier;

/* --- files --- */

static void case_put(const char *name, const char *text)
{
    scratch_put(house.scratch_fd, name, text, strlen(text), 0600);
}

/* `format` gets the scratch directory (%1$s) and the user's name (%2$s). */
static UNUSED void case_configure(const char *format)
{
    char text[8192];

    fault_pause();
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(text, sizeof(text), format, scratch_path, house.user);
#pragma GCC diagnostic pop
    case_put("mobproc.conf", text);
    fault_resume();
}

/* A login account, and a service account whose secrets the user may get. */
static const char case_config[] = "[mobproc]\n"
                                  "login_account = tangoe\n"
                                  "minimum_uid = 1\n"
                                  "maximum_uid = 4294967293\n"
                                  "forget = last-session\n"
                                  "connect_ahead = all\n"
                                  "[account tangoe]\n"
                                  "token_endpoint = https://ping.example/as/token.oauth2\n"
                                  "revocation_endpoint = https://ping.example/as/revoke\n"
                                  "authorization_endpoint = https://ping.example/as/authorize\n"
                                  "client_id = tangoe\n"
                                  "client_secret = file:%1$s/secret\n"
                                  "scope = MOBPROC\n"
                                  "tenant = XYZ\n"
                                  "source_system = command\n"
                                  "allow_users = %2$s @daemon\n"
                                  "hosts = https://api.example/\n"
                                  "[account robot]\n"
                                  "token_endpoint = https://ping.example/as/token.oauth2\n"
                                  "client_id = robot\n"
                                  "client_secret = sealed:robot\n"
                                  "username = robot\n"
                                  "password = file:%1$s/secret\n"
                                  "allow_users = %2$s\n"
                                  "hosts = https://robot.example/\n";

/* The person who logs in: this one, or for root somebody whom every machine knows. */
static void case_find_user(void)
{
    const struct passwd *entry = geteuid() == 0 ? getpwnam("daemon") : getpwuid(geteuid());

    NEED(entry != NULL);
    snprintf(house.user, sizeof(house.user), "%s", entry->pw_name);
    house.uid = entry->pw_uid;
}

static void case_begin(void)
{
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 0); /* a sync costs nothing there */
    house.scratch_fd = scratch_begin();
    NEED(chmod(scratch_path, 0755) == 0);
    case_find_user();
    snprintf(house.config, sizeof(house.config), "%s/mobproc.conf", scratch_path);
    snprintf(house.socket, sizeof(house.socket), "%s/broker.sock", scratch_path);
    snprintf(house.courier, sizeof(house.courier), "%s/courier.sock", scratch_path);
    case_put("secret", "the-secret\n");
    case_configure(case_config);
    courier.progress = PROTO_ANSWERED;
}

static void case_end(void)
{
    scratch_end(house.scratch_fd);
    memset(&courier, 0, sizeof(courier));
}

/* --- the courier --- */

static void case_put_claims(struct secret *packet)
{
    char name[PROTO_MAX_NAME + 16];

    snprintf(name, sizeof(name), "command://%s", house.user);
    NEED(wire_put_number(packet, PROTO_VALIDATED_AT, (uint64_t)clock_utc()) == MP_OK);
    NEED(wire_put_text(packet, PROTO_CLAIM_TENANT, "XYZ") == MP_OK);
    NEED(wire_put_number(packet, PROTO_CLAIM_MULTITENANT, 0) == MP_OK);
    NEED(wire_put_text(packet, PROTO_CLAIM_IDENTIFIER,
                       courier.identifier ? courier.identifier : name) == MP_OK);
}

static void case_put_step(struct secret *packet, uint16_t operation)
{
    struct secret *step = secret_new(256);

    NEED(step && wire_begin(step, operation) == MP_OK);
    NEED(wire_put_text(step, PROTO_STEP_NAME, "tcp") == MP_OK);
    NEED(wire_put_number(step, PROTO_STEP_RESULT, PROTO_STEP_OK) == MP_OK);
    NEED(wire_put_text(step, PROTO_TEXT, "connected") == MP_OK);
    NEED(wire_put_secret(packet, PROTO_PROBE_STEP, step) == MP_OK);
    secret_free(&step);
}

static void case_put_results(struct secret *packet, uint16_t operation)
{
    int is_grant = operation == PROTO_JOB_PASSWORD || operation == PROTO_JOB_REFRESH ||
                   operation == PROTO_JOB_CODE;

    if (is_grant && !courier.lacks_tokens) {
        NEED(wire_put_text(packet, PROTO_ACCESS_TOKEN, "access-token") == MP_OK);
        NEED(wire_put_text(packet, PROTO_REFRESH_TOKEN, "refresh-token") == MP_OK);
        NEED(wire_put_number(packet, PROTO_EXPIRES_IN, 3600) == MP_OK);
    }
    if (courier.scope)
        NEED(wire_put_text(packet, PROTO_SCOPE, courier.scope) == MP_OK);
    if (operation == PROTO_JOB_PASSWORD || operation == PROTO_JOB_CODE ||
        operation == PROTO_JOB_VALIDATE)
        case_put_claims(packet);
    if (operation == PROTO_JOB_PROBE)
        case_put_step(packet, PROTO_STEP_ENTRY);
    if (operation == PROTO_JOB_DISCOVER)
        NEED(wire_put_text(packet, PROTO_AUTHORIZATION_ENDPOINT,
                           "https://ping.example/as/authorize") == MP_OK);
}

static void case_answer_job(int fd, uint16_t operation)
{
    struct secret *packet = secret_new(WIRE_MAX_PACKET);

    courier.jobs++;
    NEED(packet && wire_begin(packet, PROTO_JOB_DONE) == MP_OK);
    NEED(wire_put_number(packet, PROTO_ERROR, courier.err) == MP_OK);
    NEED(wire_put_number(packet, PROTO_PROGRESS, courier.progress) == MP_OK);
    NEED(wire_put_number(packet, PROTO_CONFINED, 3) == MP_OK);
    if (courier.err == MP_OK)
        case_put_results(packet, operation);
    if (courier.err == MP_OK && courier.write)
        courier.write(operation, packet);
    if (!courier.is_silent && packet_send(fd, 0, packet) != MP_OK)
        courier.jobs += 0; /* the broker has hung up meanwhile */
    secret_free(&packet);
}

static void case_job_ready(void *owner, short revents UNUSED)
{
    struct wire_message message = {0};
    struct secret *packet = NULL;
    size_t i = (size_t)((char *)owner - (char *)house.calls) / sizeof(house.calls[0]);

    fault_pause();
    if (packet_receive(house.calls[i].fd, 0, &packet) == MP_OK && packet)
        NEED(proto_parse(&message, secret_text(packet), secret_length(packet)) == MP_OK);
    if (packet && message.operation == PROTO_JOB_AHEAD) {
        secret_free(&packet); /* the job comes later, over the same connection */
        fault_resume();
        return;
    }
    if (packet)
        case_answer_job(house.calls[i].fd, message.operation);
    secret_free(&packet);
    loop_unwatch(&house.calls[i].watch);
    close(house.calls[i].fd);
    house.calls[i].fd = 0;
    fault_resume();
}

static void case_courier_called(void *owner UNUSED, short revents UNUSED)
{
    size_t i = 0;
    int fd = -1;

    fault_pause();
    fd = accept4(house.courier_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (i < CASE_CALLS && house.calls[i].fd)
        i++;
    NEED(fd > 0 && i < CASE_CALLS);
    house.calls[i].fd = fd;
    house.calls[i].watch = loop_watch(broker.loop, fd, POLLIN, case_job_ready, &house.calls[i]);
    NEED(house.calls[i].watch);
    fault_resume();
}

static void case_start_courier(void)
{
    fault_pause();
    house.courier_fd = listen_bind(house.courier, 0600, 0700);
    NEED(house.courier_fd >= 0);
    house.courier_watch =
        loop_watch(broker.loop, house.courier_fd, POLLIN, case_courier_called, NULL);
    NEED(house.courier_watch);
    fault_resume();
}

static UNUSED void case_stop_courier(void)
{
    loop_unwatch(&house.courier_watch);
    if (house.courier_fd > 0)
        close(house.courier_fd);
    house.courier_fd = 0;
    for (size_t i = 0; i < CASE_CALLS; i++) {
        loop_unwatch(&house.calls[i].watch);
        if (house.calls[i].fd)
            close(house.calls[i].fd);
        house.calls[i].fd = 0;
    }
}

/* --- the broker --- */

/* In the order of broker/main.c. What was made is for case_stop(), also after an error. */
static UNUSED enum mp_err case_start(void)
{
    char *errors = NULL;
    enum mp_err err = MP_OK;
    int listen_fd = -1;

    broker = (struct broker){.uid = geteuid(),
                             .config_path = house.config,
                             .courier = house.courier,
                             .state_fd = -1,
                             .guard_fd = -1,
                             .sessions_fd = -1};
    err = store_directory(house.scratch_fd, "state", &broker.state_fd);
    if (err == MP_OK &&
        (loop_new(&broker.loop) != MP_OK || names_new(&broker.names, broker.loop) != MP_OK ||
         flights_new(&broker.flights) != MP_OK || ahead_new(&broker.ahead) != MP_OK ||
         discovery_new(&broker.discovery) != MP_OK || signins_new(&broker.signins) != MP_OK))
        err = MP_NOMEM;
    if (err == MP_OK)
        err = broker_reload(&broker, &errors);
    free(errors);
    if (err == MP_OK)
        listen_fd = listen_bind(house.socket, 0666, 0755);
    if (err == MP_OK && listen_fd < 0)
        err = MP_SYSTEM;
    if (err == MP_OK)
        err = clients_new(&broker.clients, broker.loop, listen_fd, &broker.settings, case_dispatch,
                          &broker);
    if (err == MP_OK)
        case_start_courier();
    else if (!broker.clients && listen_fd >= 0)
        close(listen_fd);
    return err;
}

static UNUSED void case_stop(void)
{
    int *fds[] = {&broker.state_fd, &broker.guard_fd, &broker.sessions_fd};

    case_stop_courier();
    clients_free(&broker.clients);
    revoke_forget_all(&broker);
    flights_free(&broker.flights);
    ahead_free(&broker.ahead);
    if (broker.discovery)
        discovery_free(&broker.discovery);
    if (broker.signins)
        signins_free(&broker.signins);
    rekey_forget(&broker);
    forget_cancel_all(&broker);
    if (broker.names)
        names_free(&broker.names);
    vault_free(&broker.vault);
    keyring_free(&broker.ring);
    settings_release(&broker.settings);
    loop_free(&broker.loop);
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
        if (*fds[i] >= 0)
            close(*fds[i]);
        *fds[i] = -1;
    }
}

#endif

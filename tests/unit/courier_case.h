/*
 * A courier's job in a child of the test, since it confines itself for good, and a server on
 * loopback that answers it. Only what the child does can fail (tests/faults/inside.h).
 */
#ifndef MOBPROC_TESTS_COURIER_CASE_H
#define MOBPROC_TESTS_COURIER_CASE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "courier/confine.h"
#include "courier/job.h"
#include "lib/attr.h"
#include "lib/clock.h"
#include "lib/packet.h"
#include "lib/proto.h"
#include "tests/faults/inside.h"
#include "tests/unit/check.h"

#define CASE_WAIT_MS 20000
#define CASE_RUNS 65536

/* --- the server --- */

static pid_t server = -1;
static unsigned port;
static unsigned *passwords; /* how often the one of each run came in; shared with the server */
static unsigned run;        /* each has a password of its own: an older one may come in late */

static const struct page {
    const char *path;
    const char *status;
    const char *body;
} pages[] = {
    {"/token", "200 OK",
     "{\"access_token\":\"tok\",\"token_type\":\"Bearer\",\"expires_in\":60,"
     "\"refresh_token\":\"ref\",\"scope\":\"MOBPROC\"}"},
    {"/validate", "200 OK",
     "{\"access_token\":{\"tenant\":\"XYZ\",\"platform\":\"command\",\"identifier\":\"ada\","
     "\"identityProvider\":\"idp\",\"multitenant\":\"true\"},\"client_id\":\"id\","
     "\"scope\":\"MOBPROC\",\"expires_in\":60}"},
    {"/introspect", "200 OK", "{\"active\":true,\"client_id\":\"id\",\"tenant\":\"XYZ\"}"},
    {"/revoke", "200 OK", ""},
    {"/denied", "400 Bad Request",
     "{\"error\":\"invalid_grant\",\"error_description\":\"no such name\"}"},
    {"/busy", "429 Too Many Requests", "{\"error\":\"temporarily_unavailable\"}"},
};

static const struct page *find_page(const char *request)
{
    const char *path = strchr(request, ' ');

    for (size_t i = 0; path && i < sizeof(pages) / sizeof(pages[0]); i++)
        if (strncmp(path + 1, pages[i].path, strlen(pages[i].path)) == 0)
            return &pages[i];
    return NULL;
}

/* The bytes of a whole request, 0 while it is not whole. */
static size_t request_length(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");
    const char *length = strstr(request, "Content-Length: ");

    if (!end)
        return 0;
    return (size_t)(end + 4 - request) + (length ? strtoul(length + 16, NULL, 10) : 0);
}

static void count_password(const char *request)
{
    const char *password = strstr(request, "password=run-");

    if (password)
        __atomic_add_fetch(&passwords[strtoul(password + 13, NULL, 10) % CASE_RUNS], 1,
                           __ATOMIC_SEQ_CST);
}

static void serve_connection(int fd)
{
    char request[65536] = "";
    char reply[2048];
    size_t used = 0;

    for (;;) {
        ssize_t got = read(fd, request + used, sizeof(request) - 1 - used);
        const struct page *page = NULL;

        if (got <= 0)
            _exit(0);
        used += (size_t)got;
        request[used] = '\0';
        if (request_length(request) == 0 || used < request_length(request))
            continue;
        count_password(request);
        page = find_page(request);
        used = 0;
        snprintf(reply, sizeof(reply),
                 "HTTP/1.1 %s\r\nContent-Type: application/json\r\nRetry-After: 7\r\n"
                 "Date: Tue, 01 Dec 2026 00:00:00 GMT\r\nContent-Length: %zu\r\n\r\n%s",
                 page ? page->status : "404 Not Found", page ? strlen(page->body) : 0,
                 page ? page->body : "");
        if (write(fd, reply, strlen(reply)) < 0)
            _exit(0);
    }
}

static void server_begin(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    passwords = mmap(NULL, CASE_RUNS * sizeof(*passwords), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    NEED(passwords != MAP_FAILED);
    NEED(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    NEED(listen(fd, 64) == 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    port = ntohs(address.sin_port);
    server = fork();
    NEED(server >= 0);
    if (server == 0)
        signal(SIGCHLD, SIG_IGN);
    while (server == 0) {
        int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

        if (caller >= 0 && fork() == 0)
            serve_connection(caller);
        close(caller);
    }
    close(fd);
}

static void server_end(void)
{
    kill(server, SIGKILL);
    NEED(waitpid(server, NULL, 0) == server);
    munmap(passwords, CASE_RUNS * sizeof(*passwords));
}

/* --- a job --- */

static UNUSED struct secret *order_for(enum proto_operation operation)
{
    struct secret *order = secret_new(WIRE_MAX_PACKET);

    NEED(order && wire_begin(order, (uint16_t)operation) == MP_OK);
    NEED(wire_put_number(order, PROTO_REMAINING_MS, 5000) == MP_OK);
    NEED(wire_put_number(order, PROTO_CONNECT_MS, 2000) == MP_OK);
    NEED(wire_put_text(order, PROTO_CLIENT_ID, "id") == MP_OK);
    return order;
}

static UNUSED void order_text(struct secret *order, uint16_t tag, const char *text)
{
    NEED(wire_put_text(order, tag, text) == MP_OK);
}

static UNUSED void order_number(struct secret *order, uint16_t tag, uint64_t number)
{
    NEED(wire_put_number(order, tag, number) == MP_OK);
}

static UNUSED void order_page(struct secret *order, uint16_t tag, const char *path)
{
    char url[128];

    snprintf(url, sizeof(url), "http://127.0.0.1:%u%s", port, path);
    order_text(order, tag, url);
}

/* How a child's job ended. */
struct outcome {
    int crashed;
    int failed;            /* the fault came */
    struct secret *packet; /* NULL: no answer */
    struct wire_message message;
    unsigned passwords_sent;
};

static UNUSED enum mp_err outcome_error(const struct outcome *outcome)
{
    return outcome->packet ? mp_err_from_wire(wire_number(&outcome->message, PROTO_ERROR, ~0ULL))
                           : MP_BROKER_ABSENT;
}

#define CASE_FAILED 10 /* exit status of a child in which something failed */

/* Sends the orders, one after the other, to a job in which call number `at` of a kind fails. */
static UNUSED struct outcome run_job(struct secret *const orders[2], enum fault_kind kind,
                                     unsigned at, unsigned variant)
{
    struct outcome outcome = {0};
    int ends[2];
    int status = 0;
    pid_t child = -1;

    NEED(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    for (size_t i = 0; i < 2 && orders[i]; i++)
        NEED(packet_send(ends[0], 0, orders[i]) == MP_OK);
    child = fork();
    NEED(child >= 0);
    if (child == 0) {
        close(ends[0]);
        NEED(confine_child() == MP_OK); /* as the nursery does */
        fault_arm(kind, at, variant);
        job_run(ends[1]);
        _exit(fault_disarm() ? CASE_FAILED : 0);
    }
    close(ends[1]);
    if (packet_receive(ends[0], clock_monotonic_ms() + CASE_WAIT_MS, &outcome.packet) == MP_OK &&
        outcome.packet)
        NEED(proto_parse(&outcome.message, secret_text(outcome.packet),
                         secret_length(outcome.packet)) == MP_OK);
    NEED(waitpid(child, &status, 0) == child);
    close(ends[0]);
    outcome.crashed =
        !WIFEXITED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != CASE_FAILED);
    outcome.failed = WIFEXITED(status) && WEXITSTATUS(status) == CASE_FAILED;
    outcome.passwords_sent = passwords[run++ % CASE_RUNS];
    return outcome;
}

#endif

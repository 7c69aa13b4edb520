/* links: courier/transfer.o courier/head.o -lcurl */
/* libcurl repeats a POST by itself when a connection that it reuses turns out dead: not ours. */
#include "courier/transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/secret.h"
#include "tests/unit/check.h"

#define FORM "password=secret"

struct server {
    int listener;
    uint16_t port;
    int counted[2]; /* one byte for each request that came */
    pid_t pid;
};

/* One request: its head and the form. 0 at the end. */
static int take_request(int connection)
{
    char text[4096] = "";
    size_t length = 0;

    while (!strstr(text, FORM)) {
        ssize_t got = read(connection, text + length, sizeof(text) - 1 - length);

        if (got <= 0)
            return 0;
        length += (size_t)got;
    }
    return 1;
}

/* Answers the first request of a connection; the first connection then dies of its second one. */
static void serve(const struct server *server)
{
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    for (int number = 0;; number++) {
        int connection = accept(server->listener, NULL, NULL);

        for (int request = 0; take_request(connection); request++) {
            if (write(server->counted[1], "x", 1) != 1)
                _exit(1);
            if (request > 0 && number == 0)
                break;
            if (write(connection, reply, strlen(reply)) < 0)
                break;
        }
        close(connection);
    }
}

static void start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);

    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    NEED(bind(server->listener, (struct sockaddr *)&address, size) == 0);
    NEED(listen(server->listener, 8) == 0);
    NEED(getsockname(server->listener, (struct sockaddr *)&address, &size) == 0);
    NEED(pipe(server->counted) == 0);
    server->port = ntohs(address.sin_port);
    server->pid = fork();
    NEED(server->pid >= 0);
    if (server->pid == 0)
        serve(server);
}

/* Ends it; how many requests came. */
static ssize_t stop(struct server *server)
{
    char counted[64];
    ssize_t count = 0;

    kill(server->pid, SIGKILL);
    waitpid(server->pid, NULL, 0);
    close(server->counted[1]);
    count = read(server->counted[0], counted, sizeof(counted));
    close(server->counted[0]);
    close(server->listener);
    return count;
}

static CURLcode post(CURL *easy, struct transfer *transfer, const struct secret *form,
                     int may_repeat)
{
    CURLcode code = CURLE_OK;

    *transfer = (struct transfer){.form = form, .may_repeat = may_repeat, .body = secret_new(1024)};
    NEED(transfer->body);
    code = curl_easy_perform(easy);
    secret_free(&transfer->body);
    return code;
}

/* Two POSTs; the second goes over the connection of the first, which dies of it. */
static ssize_t post_twice(int may_repeat, CURLcode *second)
{
    struct server server = {0};
    struct secret *form = secret_copy(FORM, strlen(FORM));
    struct transfer transfer = {0};
    CURL *easy = curl_easy_init();
    char url[64];

    NEED(form && easy);
    start(&server);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server.port);
    NEED(transfer_attach(easy, &transfer) == CURLE_OK);
    NEED(curl_easy_setopt(easy, CURLOPT_URL, url) == CURLE_OK);
    NEED(curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK);
    NEED(curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK);
    NEED(curl_easy_setopt(easy, CURLOPT_TIMEOUT, 10L) == CURLE_OK);
    NEED(curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)strlen(FORM)) == CURLE_OK);
    CHECK(post(easy, &transfer, form, may_repeat) == CURLE_OK);
    *second = post(easy, &transfer, form, may_repeat);
    curl_easy_cleanup(easy);
    secret_free(&form);
    return stop(&server);
}

TEST(N22_a_post_that_may_not_be_repeated_arrives_once)
{
    CURLcode second = CURLE_OK;

    CHECK(post_twice(0, &second) == 2);
    CHECK(second != CURLE_OK);
}

TEST(one_that_changes_nothing_is_sent_again_on_a_new_connection)
{
    CURLcode second = CURLE_OK;

    CHECK(post_twice(1, &second) == 3);
    CHECK(second == CURLE_OK);
}

TESTS(T(N22_a_post_that_may_not_be_repeated_arrives_once),
      T(one_that_changes_nothing_is_sent_again_on_a_new_connection))

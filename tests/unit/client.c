/* links: broker/client.o broker/result.o broker/journal.o broker/log.o broker/loop.o broker/settings.o */
/* How the broker accepts its callers, a turn of its loop at a time. */
#include "broker/client.h"

#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/check.h"

#define CALLERS 100

/* No request gets so far here. */
void config_free(struct config **config)
{
    *config = NULL;
}

static void never(void *owner, struct request *request)
{
    (void)owner;
    (void)request;
}

/* A listening socket without a path, and callers that wait to be accepted. */
static int listen_to(int callers[static CALLERS])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t size = sizeof(sa_family_t);
    int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

    NEED(bind(listener, (struct sockaddr *)&address, size) == 0);
    NEED(listen(listener, CALLERS) == 0);
    size = sizeof(address);
    NEED(getsockname(listener, (struct sockaddr *)&address, &size) == 0);
    for (int i = 0; i < CALLERS; i++) {
        callers[i] = socket(AF_UNIX, SOCK_SEQPACKET, 0);
        NEED(connect(callers[i], (struct sockaddr *)&address, size) == 0);
    }
    return listener;
}

TEST(L7_whoever_connects_all_the_time_does_not_keep_the_loop)
{
    struct loop *loop = NULL;
    struct clients *clients = NULL;
    struct settings *settings = NULL;
    int callers[CALLERS];
    int listener = listen_to(callers);
    size_t turns = 0;

    NEED(loop_new(&loop) == MP_OK);
    NEED(clients_new(&clients, loop, listener, &settings, never, NULL) == MP_OK);
    for (size_t before = 0; before < CALLERS && turns < CALLERS; turns++) {
        CHECK(loop_turn(loop) == MP_OK);
        CHECK(clients_count(clients) - before <= CLIENT_MAX_A_TURN);
        before = clients_count(clients);
    }
    CHECK(clients_count(clients) == CALLERS);
    CHECK(turns == (CALLERS + CLIENT_MAX_A_TURN - 1) / CLIENT_MAX_A_TURN);
    clients_free(&clients);
    loop_free(&loop);
    for (int i = 0; i < CALLERS; i++)
        close(callers[i]);
}

TESTS(T(L7_whoever_connects_all_the_time_does_not_keep_the_loop))

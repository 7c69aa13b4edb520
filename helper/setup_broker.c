#include "helper/setup_broker.h"

#include <string.h>
#include <unistd.h>

#include "helper/ask.h"
#include "helper/exit.h"
#include "helper/setup_text.h"
#include "lib/clock.h"

/* Does a broker answer there, whatever it says? None is started. */
static int is_running(const char *socket)
{
    struct secret *request = call_request(PROTO_LIST);
    struct call_reply reply = {0};
    int is_there = 0;

    if (request && call_broker(socket, clock_monotonic_ms() + PROTO_ACCEPT_MS, request, &reply) !=
                       MP_BROKER_ABSENT)
        is_there = reply.packet != NULL;
    secret_free(&request);
    call_reply_free(&reply);
    return is_there;
}

void setup_broker_find(const struct arguments *arguments, char socket[static WHICH_MAX_PATH])
{
    struct which which = {0};
    const char *option = arguments->socket;

    socket[0] = '\0';
    if ((!option && arguments->config) || which_broker(option, &which) != MP_OK)
        return;
    /* a person who has no configuration yet would be sent to the system's broker */
    if (!option && geteuid() != 0 && !which.runtime[0])
        return;
    if (is_running(which.socket))
        memcpy(socket, which.socket, WHICH_MAX_PATH);
}

/* One request to the broker that runs; it frees the request. */
static int tell(const char *socket, struct secret **request)
{
    struct call_reply reply = {0};
    enum mp_err err = *request ? ask_broker(socket, *request, &reply) : MP_NOMEM;
    int code = exit_reply(err, &reply, NULL);

    secret_free(request);
    call_reply_free(&reply);
    return code;
}

int setup_broker_put_in_force(const char *socket, const struct secret *client_secret)
{
    struct secret *request = call_request(PROTO_RELOAD);
    int code = tell(socket, &request);

    if (code != 0)
        return code;
    request = call_request(PROTO_SEAL);
    if (request && (wire_put_text(request, PROTO_SECRET_NAME, SETUP_ACCOUNT) != MP_OK ||
                    wire_put_secret(request, PROTO_PASSWORD, client_secret) != MP_OK))
        secret_free(&request);
    code = tell(socket, &request);
    if (code != 0)
        exit_say("the client secret is not stored; when this is mended, run: mobproc admin "
                 "seal " SETUP_ACCOUNT);
    return code;
}

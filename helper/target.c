#include "helper/target.h"

#include <string.h>
#include <unistd.h>

#include "helper/ask.h"

enum mp_err target_ask(const struct arguments *arguments, enum proto_operation operation,
                       const char *account, struct call_reply *reply)
{
    struct secret *request = NULL;
    enum mp_err err = MP_OK;

    /* the broker would not honour it, and the answer would be about somebody else */
    if (arguments->user && geteuid() != 0)
        return MP_FORBIDDEN;
    if (arguments->user && (!arguments->user[0] || strlen(arguments->user) > PROTO_MAX_NAME))
        return MP_TOO_LONG;
    request = call_request(operation);
    if (!request)
        return MP_NOMEM;
    err = wire_put_text(request, PROTO_ACCOUNT, account);
    if (err == MP_OK)
        err = wire_put_text(request, PROTO_TARGET, arguments->user);
    if (err == MP_OK)
        err = ask_broker(arguments->socket, request, reply);
    secret_free(&request);
    return err;
}

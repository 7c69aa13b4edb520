#include "helper/obtain.h"

#include "helper/exit.h"

int obtain(const struct arguments *arguments, struct fetched *fetched)
{
    struct secret *request = call_request(PROTO_GET);
    enum mp_err err = request ? MP_OK : MP_NOMEM;

    if (err == MP_OK && arguments->account)
        err = wire_put_text(request, PROTO_ACCOUNT, arguments->account);
    else if (err == MP_OK)
        err = wire_put_text(request, PROTO_PREFERRED, fetch_hint());
    if (err == MP_OK && arguments->min_ttl_text)
        err = wire_put_number(request, PROTO_MIN_TTL, arguments->min_ttl);
    if (err == MP_OK)
        err = fetch_token(arguments->socket, request, fetched);
    secret_free(&request);
    return exit_reply(err, &fetched->reply, arguments->account);
}

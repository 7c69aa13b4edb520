#include "helper/fetch.h"

#include <errno.h>
#include <stdlib.h>

#include "helper/ask.h"
#include "lib/clock.h"
#include "lib/proto.h"

void fetched_free(struct fetched *fetched)
{
    call_reply_free(&fetched->reply);
    secret_free(&fetched->token);
}

const char *fetch_hint(void)
{
    const char *hint = secure_getenv("MOBPROC_ACCOUNT");

    return hint && proto_is_account_name(hint) ? hint : NULL;
}

static enum mp_err take(struct fetched *fetched)
{
    const struct wire_message *message = &fetched->reply.message;
    const struct wire_field *token = wire_find(message, PROTO_ACCESS_TOKEN);

    if (!token || !proto_is_token(token->bytes, token->length))
        return MP_PROTOCOL;
    if (wire_text(message, PROTO_ACCOUNT, fetched->account, sizeof(fetched->account)) != MP_OK ||
        wire_text(message, PROTO_TENANT, fetched->tenant, sizeof(fetched->tenant)) != MP_OK ||
        wire_text(message, PROTO_CLIENT_ID, fetched->client_id, sizeof(fetched->client_id)) !=
            MP_OK)
        return MP_PROTOCOL;
    if (!proto_is_account_name(fetched->account) || !proto_is_header_text(fetched->tenant) ||
        !proto_is_header_text(fetched->client_id))
        return MP_PROTOCOL;
    fetched->expires_at = wire_number(message, PROTO_EXPIRES_AT, 0);
    if (fetched->expires_at <= (uint64_t)clock_utc())
        return MP_PROTOCOL;
    return wire_secret(message, PROTO_ACCESS_TOKEN, &fetched->token);
}

enum mp_err fetch_token(const char *socket, struct secret *request, struct fetched *fetched)
{
    enum mp_err err = MP_OK;

    fetched_free(fetched);
    err = wire_put_text(request, PROTO_SERVICE, program_invocation_short_name);
    if (err == MP_OK)
        err = ask_broker(socket, request, &fetched->reply);
    return err == MP_OK ? take(fetched) : err;
}

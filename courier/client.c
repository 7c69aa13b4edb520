#include "courier/client.h"

#include "courier/basic.h"

enum mp_err client_add(const struct order *order, struct request *request)
{
    enum mp_err err = MP_OK;

    switch (order->client_auth) {
    case PROTO_AUTH_BASIC:
    case PROTO_AUTH_BASIC_RAW:
        return basic_header(order->client_id, order->client_secret,
                            order->client_auth == PROTO_AUTH_BASIC, &request->authorization);
    case PROTO_AUTH_BODY:
        err = form_add_text(request->form, "client_id", order->client_id);
        return err == MP_OK ? form_add_secret(request->form, "client_secret", order->client_secret)
                            : err;
    case PROTO_AUTH_NONE:
    case PROTO_AUTH_TLS:
        return form_add_text(request->form, "client_id", order->client_id);
    }
    return MP_INTERNAL;
}

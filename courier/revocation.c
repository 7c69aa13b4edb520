#include "courier/revocation.h"

#include "courier/client.h"
#include "courier/form.h"

#define MAX_FORM (FORM_GROWTH * PROTO_MAX_TOKEN + 64 + CLIENT_MAX_FORM)

enum mp_err revocation_request(const struct order *order, const struct secret *token,
                               const char *hint, struct request *request)
{
    enum mp_err err = request_to(request, order->endpoints[0], MAX_FORM);

    if (err == MP_OK)
        err = form_add_secret(request->form, "token", token);
    if (err == MP_OK)
        err = form_add_text(request->form, "token_type_hint", hint);
    if (err == MP_OK)
        err = client_add(order, request);
    return err;
}

#include "courier/validation.h"

#include <string.h>

#include "courier/client.h"
#include "courier/form.h"

#define BEARER "urn:pingidentity.com:oauth2:grant_type:validate_bearer"
#define MAX_TOKEN (FORM_GROWTH * PROTO_MAX_TOKEN)
#define MAX_FORM (MAX_TOKEN + FORM_GROWTH * sizeof(BEARER) + 64 + CLIENT_MAX_FORM)

static enum mp_err add_question(const struct order *order, struct secret *form)
{
    enum mp_err err = MP_OK;

    if (order->validation == PROTO_VALIDATE_INTROSPECT) {
        err = form_add_secret(form, "token", order->access_token);
        return err == MP_OK ? form_add_text(form, "token_type_hint", "access_token") : err;
    }
    err = form_add_text(form, "grant_type", BEARER);
    return err == MP_OK ? form_add_secret(form, "token", order->access_token) : err;
}

/* The endpoint with access_token=... as its query, or at the end of the one that it has. */
static enum mp_err query_request(const struct order *order, struct request *request)
{
    static const char name[] = "access_token=";
    const char *endpoint = order->validation_endpoint;
    const char *joint = strchr(endpoint, '?') ? "&" : "?";
    enum mp_err err = MP_NOMEM;

    request->is_anonymous = 1;
    request->url = secret_new(strlen(endpoint) + sizeof(name) + MAX_TOKEN);
    if (request->url)
        err = secret_append(request->url, endpoint, strlen(endpoint));
    if (err == MP_OK)
        err = secret_append(request->url, joint, 1);
    if (err == MP_OK)
        err = secret_append(request->url, name, strlen(name));
    if (err == MP_OK)
        err = form_encode(request->url, secret_text(order->access_token),
                          secret_length(order->access_token));
    return err;
}

enum mp_err validation_request(const struct order *order, struct request *request)
{
    enum mp_err err = MP_OK;

    if (order->validation == PROTO_VALIDATE_URL)
        return query_request(order, request);
    err = request_to(request, order->validation_endpoint, MAX_FORM);
    if (err == MP_OK)
        err = add_question(order, request->form);
    if (err == MP_OK)
        err = client_add(order, request);
    return err;
}

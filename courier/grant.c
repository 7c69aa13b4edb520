#include "courier/grant.h"

#include "courier/client.h"
#include "courier/form.h"

/* a refresh token is the longest; the rest are the names of the parameters and three texts */
#define MAX_FORM (FORM_GROWTH * (PROTO_MAX_TOKEN + 3 * PROTO_MAX_TEXT) + 256 + CLIENT_MAX_FORM)

/* RFC 6749 4.1.3, RFC 7636 4.5 */
static enum mp_err add_code(const struct order *order, struct secret *form)
{
    enum mp_err err = form_add_text(form, "grant_type", "authorization_code");

    if (err == MP_OK)
        err = form_add_secret(form, "code", order->code);
    if (err == MP_OK)
        err = form_add_text(form, "redirect_uri", order->redirect_uri);
    if (err == MP_OK)
        err = form_add_secret(form, "code_verifier", order->code_verifier);
    return err;
}

static enum mp_err add_grant(const struct order *order, struct secret *form)
{
    enum mp_err err = MP_OK;

    if (order->operation == PROTO_JOB_CODE)
        return add_code(order, form);
    if (order->operation == PROTO_JOB_REFRESH || order->operation == PROTO_JOB_PROBE) {
        err = form_add_text(form, "grant_type", "refresh_token");
        return err == MP_OK ? form_add_secret(form, "refresh_token", order->refresh_token) : err;
    }
    err = form_add_text(form, "grant_type", "password");
    if (err == MP_OK)
        err = form_add_text(form, "username", order->remote_name);
    if (err == MP_OK)
        err = form_add_secret(form, "password", order->password);
    return err;
}

enum mp_err grant_request(const struct order *order, const char *endpoint, struct request *request)
{
    enum mp_err err = request_to(request, endpoint, MAX_FORM);

    if (err == MP_OK)
        err = add_grant(order, request->form);
    if (err == MP_OK && order->operation != PROTO_JOB_CODE) /* a code stands for its scope */
        err = form_add_text(request->form, "scope", order->scope);
    if (err == MP_OK)
        err = client_add(order, request);
    return err;
}

/* The part of broker/client.h that makes results. */
#include "broker/client.h"

struct secret *request_result(enum mp_err err)
{
    struct secret *result = secret_new(WIRE_MAX_PACKET);

    if (result && (wire_begin(result, PROTO_RESULT) != MP_OK ||
                   wire_put_number(result, PROTO_ERROR, err) != MP_OK))
        secret_free(&result);
    return result;
}

void request_refuse(struct request *request, enum mp_err err, const char *text)
{
    struct secret *result = request_result(err);

    if (result && wire_put_text(result, PROTO_TEXT, text) != MP_OK)
        secret_free(&result);
    request_answer(request, result);
}

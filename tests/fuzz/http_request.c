/* links: helper/http_request.o helper/callback.o */
/* helper/http_request and helper/callback: what a browser, or a stranger, says to the listener. */
#include "helper/http_request.h"

#include "helper/callback.h"
#include "tests/fuzz/fuzz.h"

/* The parameters that such a request would bring. */
static void check_callback(const char *text, size_t length)
{
    struct callback callback = {0};
    enum mp_err err = callback_read(text, length, &callback);

    MUST(err == MP_OK || err == MP_PROTOCOL);
    MUST(!callback.access_token ||
         proto_is_token(secret_text(callback.access_token), secret_length(callback.access_token)));
    callback_free(&callback);
    MUST(!callback_is_answer(&callback));
}

static void check(struct http_span span, const char *bytes, size_t length)
{
    if (span.text)
        MUST(span.text >= bytes && span.text + span.length <= bytes + length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    struct http_request request = {0};

    check_callback(text, length);
    if (http_request_read(text, length, &request) != HTTP_COMPLETE)
        return 0;
    check(request.method, text, length);
    check(request.path, text, length);
    check(request.query, text, length);
    check(request.host, text, length);
    check(request.origin, text, length);
    check(request.content_type, text, length);
    check(request.fetch_dest, text, length);
    check(request.body, text, length);
    MUST(request.method.text && request.path.text);
    MUST(request.body_length <= HTTP_MAX_BODY);
    MUST(!request.body.text || request.body.length == request.body_length);
    return 0;
}

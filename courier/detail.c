#include "courier/detail.h"

#include <stdio.h>
#include <string.h>

#include "courier/form.h"
#include "courier/verdict.h"

#define MAX_QUOTED 200

static int contains(const char *text, size_t length, const struct secret *part)
{
    return memmem(text, length, secret_text(part), secret_length(part)) != NULL;
}

/* A doubt (short memory) counts as yes. */
static int mentions(const char *text, size_t length, const struct secret *secret)
{
    struct secret *encoded = NULL;
    int found = 1;

    if (!secret || secret_length(secret) == 0)
        return 0;
    encoded = secret_new(FORM_GROWTH * secret_length(secret));
    if (encoded && form_encode(encoded, secret_text(secret), secret_length(secret)) == MP_OK)
        found = contains(text, length, secret) || contains(text, length, encoded);
    secret_free(&encoded);
    return found;
}

static int mentions_any(const char *text, size_t length, const struct order *order)
{
    return mentions(text, length, order->password) || mentions(text, length, order->code) ||
           mentions(text, length, order->code_verifier) ||
           mentions(text, length, order->refresh_token) ||
           mentions(text, length, order->access_token) ||
           mentions(text, length, order->client_secret);
}

static int is_quotable(const struct secret *text, const struct order *order)
{
    return proto_is_header_text(secret_text(text)) &&
           !mentions_any(secret_text(text), secret_length(text), order);
}

int detail_may_name_error(const struct order *order, const struct reply *reply)
{
    return reply->kind == REPLY_ERROR && (verdict_knows(reply->error) ||
                                          !mentions_any(reply->error, strlen(reply->error), order));
}

void detail_write(char *out, size_t size, const struct order *order,
                  const struct http_answer *answer, const struct reply *reply)
{
    char quoted[MAX_QUOTED + 1] = "";
    const char *said = "";

    out[0] = '\0';
    if (answer->failure != MP_OK) {
        /* libcurl's words name hosts, not URLs that hold a token, but nobody promises that */
        if (!mentions(answer->detail, strlen(answer->detail), order->access_token))
            snprintf(out, size, "%s", answer->detail);
        return;
    }
    if (answer->is_encoded)
        said = "the reply is compressed, though nobody asked for that";
    else if (!answer->is_json && (reply->kind == REPLY_GRANT || reply->kind == REPLY_CLAIMS))
        said = "the reply is what was asked for, but is not application/json";
    else if (reply->problem)
        said = reply->problem;
    else if (detail_may_name_error(order, reply))
        said = reply->error;
    if (reply->description && is_quotable(reply->description, order))
        proto_escape(quoted, sizeof(quoted), secret_text(reply->description));
    snprintf(out, size, "HTTP %ld%s%s%s%s", answer->status, *said ? ", " : "", said,
             *quoted ? ": " : "", quoted);
}

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

static int mentions_any(const char *text, size_t length, const struct grant *grant)
{
    return mentions(text, length, grant->password) ||
           mentions(text, length, grant->refresh_token) ||
           mentions(text, length, grant->client_secret);
}

static int is_quotable(const struct secret *text, const struct grant *grant)
{
    return proto_is_header_text(secret_text(text)) &&
           !mentions_any(secret_text(text), secret_length(text), grant);
}

int detail_may_name_error(const struct grant *grant, const struct reply *reply)
{
    return reply->kind == REPLY_ERROR && (verdict_knows(reply->error) ||
                                          !mentions_any(reply->error, strlen(reply->error), grant));
}

void detail_write(char *out, size_t size, const struct grant *grant,
                  const struct http_answer *answer, const struct reply *reply)
{
    char quoted[MAX_QUOTED + 1] = "";
    const char *said = "";

    out[0] = '\0';
    if (answer->failure != MP_OK) {
        snprintf(out, size, "%s", answer->detail);
        return;
    }
    if (answer->is_encoded)
        said = "the reply is compressed, though nobody asked for that";
    else if (reply->kind == REPLY_NONSENSE)
        said = reply->problem ? reply->problem : "";
    else if (reply->kind == REPLY_GRANT && !answer->is_json)
        said = "the reply has a token, but is not application/json";
    else if (detail_may_name_error(grant, reply))
        said = reply->error;
    if (reply->description && is_quotable(reply->description, grant))
        proto_escape(quoted, sizeof(quoted), secret_text(reply->description));
    snprintf(out, size, "HTTP %ld%s%s%s%s", answer->status, *said ? ", " : "", said,
             *quoted ? ": " : "", quoted);
}

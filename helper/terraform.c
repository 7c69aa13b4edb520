/*
 * Terraform's and OpenTofu's credentials helper: [args] get|store|forget HOST. `get` answers with
 * {"token": ...}, or {} for a host that is nobody's; what fails says so on standard error. There is
 * room for the token alone.
 */
#include <string.h>

#include "helper/dialects.h"
#include "helper/question.h"
#include "helper/reply.h"

static int print_token(const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{", NULL);
    if (fetched->token) {
        reply_member(&reply, "token");
        reply_json(&reply, secret_text(fetched->token), NULL);
    }
    reply_add(&reply, "}\n", NULL);
    return reply_send(&reply);
}

static int get(const struct dialect_call *call, const char *host)
{
    struct fetched fetched = {0};
    struct url url;
    struct question question = {.url = &url};
    char address[URL_MAX_HOST + 16] = "https://";
    enum mp_err err = MP_TOO_LONG;
    int code = 0;

    if (strlen(host) <= URL_MAX_HOST && !strpbrk(host, "/?#")) {
        memcpy(address + 8, host, strlen(host) + 1);
        err = url_read(address, strlen(address), &url);
    }
    if (err == MP_PROTOCOL || err == MP_TOO_LONG)
        return dialect_usage(call, "that is no host");
    if (err == MP_OK)
        err = question_ask(call->socket, &question, &fetched);
    if (err != MP_NO_ACCOUNT)
        code = question_conclude(&question, err, &fetched);
    code = code == 0 || err == MP_NO_RECORD ? print_token(&fetched) : code;
    fetched_free(&fetched);
    return code;
}

int dialect_terraform(const struct dialect_call *call)
{
    const char *operation = call->count >= 2 ? call->words[call->count - 2] : "";

    if (strcmp(operation, "get") == 0)
        return get(call, call->words[call->count - 1]);
    if (strcmp(operation, "forget") == 0) /* there is nothing of terraform's to forget */
        return 0;
    return dialect_usage(call, "tokens come from mobproc login; only get and forget are answered");
}

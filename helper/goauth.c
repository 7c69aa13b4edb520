/*
 * GOAUTH of the go command (1.24): called once with the arguments of the user's own, and again with
 * the address that was refused behind them. Both forms are answered alike: a set of lines for each
 * address that is ours, with all three headers. Without an address there is nothing to say yet.
 *
 * The go command uses the headers for all that lies under the path, so what is printed is the
 * address without its query. The server's reply on standard input is not looked at.
 */
#include <string.h>

#include "helper/api_headers.h"
#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/question.h"

static void add_set(struct reply *reply, const struct url *url, const struct fetched *fetched)
{
    reply_add(reply, "https://", NULL);
    reply_value(reply, url->host);
    /* go looks for a request's whole address and for its bare host, never for "host/" */
    reply_value(reply, strcmp(url->path, "/") == 0 ? "" : url->path);
    reply_add(reply, "\n\n", NULL);
    api_headers_each(reply, fetched, api_headers_plain);
    reply_add(reply, "\n", NULL);
}

/* An address that nobody serves adds nothing: another GOAUTH command may know it. */
static int add_address(const struct dialect_call *call, const char *address, struct reply *reply)
{
    struct fetched fetched = {0};
    struct url url;
    struct question question = {.url = &url};
    enum mp_err err = url_read(address, strlen(address), &url);
    int code = 0;

    if (err == MP_PROTOCOL)
        return dialect_usage(call, "an address holds a byte that no address has");
    if (err == MP_OK)
        err = question_ask(call->socket, &question, &fetched);
    if (err == MP_OK)
        add_set(reply, &url, &fetched);
    else if (err != MP_NO_ACCOUNT)
        code = exit_reply(err, &fetched.reply, NULL);
    fetched_free(&fetched);
    return err == MP_NO_RECORD ? 0 : code;
}

int dialect_goauth(const struct dialect_call *call)
{
    struct reply reply;
    int code = 0;

    reply_begin(&reply);
    for (size_t i = 0; i < call->count && code == 0; i++)
        code = add_address(call, call->words[i], &reply);
    if (code == 0)
        return reply_send(&reply);
    reply_free(&reply);
    return code;
}

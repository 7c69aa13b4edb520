/*
 * The EngFlow credential helper specification, which bazel follows: `get`, JSON in and out, with
 * all three headers and the time until which they hold. An address that nobody serves is an error,
 * not an empty answer; further arguments and members are ignored.
 */
#include <string.h>
#include <unistd.h>

#include "helper/api_headers.h"
#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/input.h"
#include "helper/question.h"
#include "lib/json_text.h"

static void format_list(struct reply *reply, const char *name, const char *prefix,
                        const char *value)
{
    reply_member(reply, name);
    reply_add(reply, "[", NULL);
    reply_json(reply, prefix, value, NULL);
    reply_add(reply, "]", NULL);
}

static int print_headers(const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{\"headers\":{", NULL);
    api_headers_each(&reply, fetched, format_list);
    reply_add(&reply, "},\"expires\":\"", NULL);
    reply_time(&reply, fetched->expires_at);
    reply_add(&reply, "\"}\n", NULL);
    return reply_send(&reply);
}

/* MP_PROTOCOL when the request is not what it must be. */
static enum mp_err read_uri(const struct secret *input, struct url *url)
{
    struct json_text json;
    struct secret *uri = NULL;
    enum mp_err err = MP_PROTOCOL;

    if (!json_text_read(&json, secret_text(input), secret_length(input)))
        err = json_text_string(json_text_find(&json, JSON_TEXT_ROOT, "uri"), &uri);
    if (err == MP_OK)
        err = uri ? url_read(secret_text(uri), secret_length(uri), url) : MP_PROTOCOL;
    secret_free(&uri);
    return err;
}

static int get(const struct dialect_call *call, const struct secret *input)
{
    struct fetched fetched = {0};
    struct url url;
    struct question question = {.url = &url};
    enum mp_err err = read_uri(input, &url);
    int code = 0;

    if (err == MP_PROTOCOL)
        return dialect_usage(call, "the request is not {\"uri\": ADDRESS}, read strictly");
    if (err == MP_OK)
        err = question_ask(call->socket, &question, &fetched);
    code = question_conclude(&question, err, &fetched);
    if (code == 0)
        code = print_headers(&fetched);
    fetched_free(&fetched);
    return code;
}

int dialect_bazel(const struct dialect_call *call)
{
    struct secret *input = NULL;
    enum mp_err err = MP_OK;
    int code = 0;

    if (call->count == 0 || strcmp(call->words[0], "get") != 0)
        return dialect_usage(call, "the only command is get");
    err = input_all(STDIN_FILENO, &input);
    if (err != MP_OK)
        return exit_because(err, "the request");
    code = get(call, input);
    secret_free(&input);
    return code;
}

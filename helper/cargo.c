/*
 * Cargo's credential provider protocol: a greeting, then one JSON value a line in both directions,
 * until the end of file. The exit code stays 0 for what a reply has said.
 *
 * The token is the whole of the Authorization header: "Bearer ...". X-TNGO-TENANT and client_id
 * cannot be said.
 */
#include <string.h>
#include <unistd.h>

#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/lines.h"
#include "helper/question.h"
#include "helper/reply.h"
#include "lib/json_text.h"

#define GREETING "{\"v\":[1]}\n"
#define SPARSE "sparse+" /* before the address of a sparse index */

/* cargo asks the next provider after the first three and stops at "other". */
static int say_error(const char *kind, const char *message)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{\"Err\":{\"kind\":\"", kind, "\"", NULL);
    if (message) {
        reply_member(&reply, "message");
        reply_json(&reply, message, NULL);
        reply_add(&reply, ",\"caused-by\":[]", NULL);
    }
    reply_add(&reply, "}}\n", NULL);
    return reply_send_part(&reply);
}

static int say_error_because(enum mp_err err, const struct fetched *fetched)
{
    char words[512];

    exit_texts(&fetched->reply);
    exit_words(err, &fetched->reply, NULL, words, sizeof(words));
    if (err == MP_NO_RECORD) { /* this kind has no message of its own */
        exit_say("%s", words);
        return say_error("not-found", NULL);
    }
    if (err == MP_NO_ACCOUNT)
        return say_error("url-not-supported", QUESTION_NOBODYS);
    return say_error("other", words);
}

static int say_token(const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{\"Ok\":{\"kind\":\"get\"", NULL);
    reply_member(&reply, "token");
    reply_json(&reply, "Bearer ", secret_text(fetched->token), NULL);
    reply_add(&reply, ",\"cache\":\"expires\",\"expiration\":", NULL);
    reply_number(&reply, fetched->expires_at);
    reply_add(&reply, ",\"operation_independent\":true}}\n", NULL);
    return reply_send_part(&reply);
}

static int get(const struct dialect_call *call, const struct secret *index)
{
    const char *address = secret_text(index);
    size_t length = secret_length(index);
    size_t skipped = strncmp(address, SPARSE, strlen(SPARSE)) == 0 ? strlen(SPARSE) : 0;
    struct fetched fetched = {0};
    struct url url;
    struct question question = {.url = &url};
    enum mp_err err = url_read(address + skipped, length - skipped, &url);
    int code = 0;

    if (err == MP_PROTOCOL)
        return say_error("other", "index-url holds a byte that no address has");
    if (err == MP_OK)
        err = question_ask(call->socket, &question, &fetched);
    code = err == MP_OK ? say_token(&fetched) : say_error_because(err, &fetched);
    fetched_free(&fetched);
    return code;
}

/* The member `index-url` of `registry`, which every request has. */
static enum mp_err find_index(const struct json_text *json, struct secret **index)
{
    const struct json_text_member *registry = json_text_find(json, JSON_TEXT_ROOT, "registry");
    enum mp_err err = MP_OK;

    *index = NULL;
    if (registry)
        err = json_text_string(json_text_find(json, registry->inner, "index-url"), index);
    return err == MP_OK && !*index ? MP_PROTOCOL : err;
}

static int answer(const struct dialect_call *call, const char *line, size_t length)
{
    struct json_text json;
    const char *problem = json_text_read(&json, line, length);
    const struct json_text_member *kind = NULL;
    struct secret *index = NULL;
    enum mp_err err = MP_OK;
    int code = 0;

    if (problem || !json.is_object)
        return say_error("other", "the request was refused: not one JSON object, read strictly");
    if (!json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "v"), "1"))
        return say_error("other", "only version 1 of the protocol is spoken");
    kind = json_text_find(&json, JSON_TEXT_ROOT, "kind");
    if (json_text_is(kind, "\"login\"") || json_text_is(kind, "\"logout\""))
        exit_say("tokens of a registry are not kept for cargo; mobproc login and logout do it");
    if (!json_text_is(kind, "\"get\""))
        return say_error("operation-not-supported", NULL);
    err = find_index(&json, &index);
    if (err == MP_OK)
        code = get(call, index);
    else
        code = say_error("other",
                         err == MP_PROTOCOL ? "the request names no registry" : mp_err_text(err));
    secret_free(&index);
    return code;
}

static int converse(const struct dialect_call *call, struct lines *lines)
{
    const char *line = NULL;
    size_t length = 0;
    int code = 0;

    for (;;) {
        enum mp_err err = lines_next(lines, &line, &length);

        if (err == MP_TOO_LONG)
            code = say_error("other", "the request was refused: too long");
        if (err != MP_OK)
            return code ? code : exit_because(err, "cargo's request");
        if (!line)
            return 0;
        code = answer(call, line, length);
        if (code != 0)
            return code;
        lines_next_request(lines);
    }
}

int dialect_cargo(const struct dialect_call *call)
{
    struct reply greeting;
    struct lines lines = {0};
    enum mp_err err = MP_OK;
    int code = 0;

    if (call->count > 1 || (call->count == 1 && strcmp(call->words[0], "--cargo-plugin") != 0))
        return dialect_usage(call, "cargo calls with --cargo-plugin only");
    err = lines_open(&lines, STDIN_FILENO);
    if (err != MP_OK)
        return exit_because(err, NULL);
    reply_begin(&greeting);
    reply_add(&greeting, GREETING, NULL);
    code = reply_send_part(&greeting);
    if (code == 0)
        code = converse(call, &lines);
    lines_close(&lines);
    return code;
}

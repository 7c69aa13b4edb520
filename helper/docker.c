/*
 * docker-credential-helpers: get, store, erase, list, version; one argument, a value or JSON on
 * standard input. Every message goes to standard output with exit code 1, and the caller quotes it:
 * so it is made of our own words only.
 *
 * The protocol has room for one secret: X-TNGO-TENANT and client_id cannot be said.
 */
#include <string.h>
#include <unistd.h>

#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/input.h"
#include "helper/question.h"
#include "helper/reply.h"
#include "lib/json_text.h"

/* docker, podman and skopeo compare these words, and then ask the next source. */
#define NOT_FOUND "credentials not found in native keychain"
#define NO_URL "no credentials server URL"
#define NO_USERNAME "no credentials username"
#define REFUSED "the request was refused: malformed, too long, or with a control byte"

static int fail(const char *words)
{
    struct reply reply;
    int code = 0;

    reply_begin(&reply);
    reply_add(&reply, words, "\n", NULL);
    code = reply_send(&reply);
    return code == 0 ? 1 : code;
}

/* Why the request was not read. */
static int fail_unread(enum mp_err err)
{
    return fail(err == MP_PROTOCOL || err == MP_TOO_LONG ? REFUSED : mp_err_text(err));
}

static int fail_because(enum mp_err err, const struct fetched *fetched)
{
    char words[512];

    if (err == MP_NO_RECORD) /* ours, but nobody is logged in: a hint, and others may know better */
        exit_reply(err, &fetched->reply, NULL);
    if (err == MP_NO_ACCOUNT || err == MP_NO_RECORD)
        return fail(NOT_FOUND);
    if (err == MP_TOO_LONG)
        return fail(REFUSED);
    exit_texts(&fetched->reply);
    exit_words(err, &fetched->reply, NULL, words, sizeof(words));
    return fail(words);
}

/* A registry is named without a scheme, or with https. */
static enum mp_err read_server(const char *server, struct url *url)
{
    int has_scheme = strstr(server, "://") != NULL;
    struct secret *whole = secret_new(strlen(server) + 8);
    enum mp_err err = whole ? MP_OK : MP_NOMEM;

    if (err == MP_OK && !has_scheme)
        err = secret_append(whole, "https://", 8);
    if (err == MP_OK)
        err = secret_append(whole, server, strlen(server));
    if (err == MP_OK)
        err = url_read(secret_text(whole), secret_length(whole), url);
    secret_free(&whole);
    return err;
}

static int print_token(const char *server, const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{", NULL);
    reply_member(&reply, "ServerURL");
    reply_json(&reply, server, NULL);
    reply_member(&reply, "Username");
    reply_json(&reply, "oauth2", NULL);
    reply_member(&reply, "Secret");
    reply_json(&reply, secret_text(fetched->token), NULL);
    reply_add(&reply, "}\n", NULL);
    return reply_send(&reply);
}

static int get(const struct dialect_call *call, const char *server)
{
    struct fetched fetched = {0};
    struct url url;
    struct question question = {.url = &url};
    enum mp_err err = read_server(server, &url);
    int code = 0;

    if (err == MP_PROTOCOL)
        return fail(REFUSED);
    if (err == MP_OK)
        err = question_ask(call->socket, &question, &fetched);
    code = err == MP_OK ? print_token(server, &fetched) : fail_because(err, &fetched);
    fetched_free(&fetched);
    return code;
}

/* A token is dropped when it is named (git's erase) or by `mobproc logout`; docker names none. */
static int erase(const struct dialect_call *call UNUSED, const char *server UNUSED)
{
    return 0;
}

static int with_server(const struct dialect_call *call, const struct secret *input,
                       int (*run)(const struct dialect_call *, const char *))
{
    struct secret *server = NULL;
    enum mp_err err = input_value(input, &server);
    int code = 0;

    if (err != MP_OK)
        code = fail_unread(err);
    else
        code = secret_length(server) ? run(call, secret_text(server)) : fail(NO_URL);
    secret_free(&server);
    return code;
}

static int is_filled(const struct json_text *json, const char *name, int *is_text)
{
    const struct json_text_member *member = json_text_find(json, JSON_TEXT_ROOT, name);

    *is_text = !member || *member->value.at == '"';
    return member && !json_text_is(member, "\"\"");
}

/* What is stored elsewhere could outlive its token, so nothing is; `docker login` goes on. */
static int store(const struct secret *input)
{
    struct json_text json;
    const char *problem = json_text_read(&json, secret_text(input), secret_length(input));
    int texts[3] = {0};
    int has_url = !problem && is_filled(&json, "ServerURL", &texts[0]);
    int has_username = !problem && is_filled(&json, "Username", &texts[1]);

    if (problem || !json.is_object)
        return fail(REFUSED);
    is_filled(&json, "Secret", &texts[2]);
    if (!texts[0] || !texts[1] || !texts[2])
        return fail(REFUSED);
    if (!has_url)
        return fail(NO_URL);
    return has_username ? 0 : fail(NO_USERNAME);
}

static int with_input(const struct dialect_call *call)
{
    const char *operation = call->words[0];
    struct secret *input = NULL;
    enum mp_err err = input_all(STDIN_FILENO, &input);
    int code = 0;

    if (err != MP_OK)
        code = fail_unread(err);
    else if (strcmp(operation, "get") == 0)
        code = with_server(call, input, get);
    else if (strcmp(operation, "erase") == 0)
        code = with_server(call, input, erase);
    else
        code = store(input);
    secret_free(&input);
    return code;
}

static int print(const char *text)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, text, NULL);
    return reply_send(&reply);
}

int dialect_docker(const struct dialect_call *call)
{
    const char *operation = call->count == 1 ? call->words[0] : "";

    if (strcmp(operation, "get") == 0 || strcmp(operation, "store") == 0 ||
        strcmp(operation, "erase") == 0)
        return with_input(call);
    if (strcmp(operation, "list") == 0) /* the broker names accounts, and no address of theirs */
        return print("{}\n");
    if (strcmp(operation, "version") == 0 || strcmp(operation, "-v") == 0)
        return dialect_version(call);
    if (strcmp(operation, "-h") == 0)
        return dialect_help(call);
    return fail("usage: docker-credential-mobproc get|store|erase|list|version");
}

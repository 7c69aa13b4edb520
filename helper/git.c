/*
 * The git credential helper protocol, gitcredentials(7) and git-credential(1): one request on
 * standard input, one reply on standard output.
 *
 *   get         the token of the account that serves the address: as `authtype=Bearer` when git
 *               can (2.46), else as a password. An address that is not ours, or without host or
 *               protocol, or not https: silence and 0. Ours, but no token can be had now:
 *               `quit=1`, so that nobody types a password into git's own prompt.
 *   store       reads and forgets
 *   erase       tells the broker that this token was refused; without one does nothing
 *   capability  what we know of
 *   others      silence and 0
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/ask.h"
#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/fetch.h"
#include "helper/git_request.h"
#include "helper/input.h"
#include "helper/reply.h"

#define MAX_HINTS 2

/* The account names to prefer, best first; "" and NULL end the list. They point elsewhere. */
struct hints {
    const char *names[MAX_HINTS];
};

/* A username that names an account selects it; then the account of this session. */
static void find_hints(const struct git_request *asked, struct hints *hints)
{
    const char *username = asked->username ? secret_text(asked->username) : "";
    const char *session = fetch_hint();
    size_t next = 0;

    hints->names[0] = hints->names[1] = NULL;
    if (proto_is_account_name(username))
        hints->names[next++] = username;
    if (session && strcmp(session, username) != 0)
        hints->names[next++] = session;
}

/* No host or no protocol matches nothing, and never everything (CVE-2020-11008). */
static int may_be_ours(const struct git_request *asked)
{
    return asked->protocol && strcmp(secret_text(asked->protocol), "https") == 0 && asked->host &&
           secret_length(asked->host) > 0;
}

/* A request to the broker about this address, or NULL. */
static struct secret *about(enum proto_operation operation, const struct git_request *asked,
                            const char *hint)
{
    struct secret *request = call_request(operation);

    if (!request)
        return NULL;
    if (wire_put_secret(request, PROTO_SCHEME, asked->protocol) != MP_OK ||
        wire_put_secret(request, PROTO_HOST, asked->host) != MP_OK ||
        (asked->path && secret_length(asked->path) > 0 &&
         wire_put_secret(request, PROTO_PATH, asked->path) != MP_OK) ||
        wire_put_text(request, PROTO_PREFERRED, hint) != MP_OK)
        secret_free(&request);
    return request;
}

static enum mp_err ask_with(const char *socket, const struct git_request *asked, const char *hint,
                            struct fetched *fetched)
{
    struct secret *request = about(PROTO_GET, asked, hint);
    enum mp_err err = MP_NOMEM;

    if (request)
        err = fetch_token(socket, request, fetched);
    secret_free(&request);
    return err;
}

/* A hint that the broker did not follow leaves room for the next one. */
static enum mp_err find_token(const char *socket, const struct git_request *asked,
                              struct fetched *fetched)
{
    struct hints hints;
    enum mp_err err = MP_OK;

    find_hints(asked, &hints);
    err = ask_with(socket, asked, hints.names[0], fetched);
    if (hints.names[1] &&
        (err == MP_AMBIGUOUS || (err == MP_OK && strcmp(fetched->account, hints.names[0]) != 0)))
        err = ask_with(socket, asked, hints.names[1], fetched);
    return err;
}

static int print_token(const struct git_request *asked, const struct fetched *fetched)
{
    const char *token = secret_text(fetched->token);
    const char *username =
        asked->username && secret_length(asked->username) ? secret_text(asked->username) : "oauth2";
    struct reply reply;

    reply_begin(&reply);
    /* ephemeral: another helper must not keep what this one refreshes */
    if (asked->wants_authtype) {
        reply_add(&reply, "capability[]=authtype\nauthtype=Bearer\ncredential=", NULL);
        reply_value(&reply, token);
        reply_add(&reply, "\nephemeral=1\n", NULL);
    } else {
        reply_add(&reply, "username=", NULL);
        reply_value(&reply, username);
        reply_add(&reply, "\npassword=", NULL);
        reply_value(&reply, token);
        reply_add(&reply, "\n", NULL);
    }
    reply_add(&reply, "password_expiry_utc=", NULL);
    reply_number(&reply, fetched->expires_at);
    reply_add(&reply, "\n", NULL);
    return reply_send(&reply);
}

static int print(const char *text)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, text, NULL);
    return reply_send(&reply);
}

/* These say that the address is ours. Any other error may be about a stranger's. */
static int is_ours_without_token(enum mp_err err)
{
    return err == MP_LOCKED || err == MP_OUTAGE || err == MP_LOGIN_NEEDED || err == MP_STORAGE ||
           err == MP_DENIED || err == MP_CLIENT || err == MP_POLICY;
}

static int answer_error(enum mp_err err, const struct fetched *fetched)
{
    int code = 0;

    if (err == MP_NO_ACCOUNT)
        return 0;
    code = exit_reply(err, &fetched->reply, NULL);
    if (err == MP_NO_RECORD) /* ours, but another helper may know better: a hint, no answer */
        return 0;
    return is_ours_without_token(err) ? print("quit=1\n") : code;
}

static int get(const char *socket, const struct git_request *asked)
{
    struct fetched fetched = {0};
    enum mp_err err = MP_OK;
    int code = 0;

    if (!may_be_ours(asked))
        return 0;
    err = find_token(socket, asked, &fetched);
    code = err == MP_OK ? print_token(asked, &fetched) : answer_error(err, &fetched);
    fetched_free(&fetched);
    return code;
}

static enum mp_err erase_with(const char *socket, const struct git_request *asked, const char *hint,
                              const struct secret *token, struct call_reply *reply)
{
    struct secret *request = about(PROTO_ERASE, asked, hint);
    enum mp_err err = MP_NOMEM;

    if (request)
        err = wire_put_secret(request, PROTO_ACCESS_TOKEN, token);
    if (err == MP_OK)
        err = ask_broker(socket, request, reply);
    secret_free(&request);
    return err;
}

/* The address, or the account that was tried, is not one that gave the token. */
static int is_nobodys(enum mp_err err)
{
    return err == MP_NO_ACCOUNT || err == MP_NO_RECORD || err == MP_AMBIGUOUS;
}

/*
 * The broker drops a token only if it is the one given here, so each account that may have given
 * it can be asked. What went wrong with one of them is said.
 */
static int erase(const char *socket, const struct git_request *asked)
{
    const struct secret *token = asked->credential ? asked->credential : asked->password;
    struct hints hints;
    struct call_reply replies[MAX_HINTS] = {{0}};
    enum mp_err errors[MAX_HINTS] = {MP_OK};
    size_t told = 0;
    int code = 0;

    if (!may_be_ours(asked) || !token || !proto_is_token(secret_text(token), secret_length(token)))
        return 0;
    find_hints(asked, &hints);
    for (size_t i = 0; i == 0 || (i < MAX_HINTS && hints.names[i]); i++)
        errors[i] = erase_with(socket, asked, hints.names[i], token, &replies[i]);
    told = errors[0] == MP_OK || is_nobodys(errors[0]);
    if (!is_nobodys(errors[told]))
        code = exit_reply(errors[told], &replies[told], NULL);
    for (size_t i = 0; i < MAX_HINTS; i++)
        call_reply_free(&replies[i]);
    return code;
}

/* Values that no message to the broker has room for are refused here, with a reason. */
static enum mp_err check_sizes(const struct git_request *asked)
{
    if ((asked->host && secret_length(asked->host) > 300) ||
        (asked->path && secret_length(asked->path) > 4096))
        return MP_TOO_LONG;
    return MP_OK;
}

static int with_request(const char *socket, int (*run)(const char *, const struct git_request *))
{
    struct git_request asked = {0};
    enum mp_err err = git_request_read(STDIN_FILENO, &asked);
    int code = EXIT_USAGE;

    if (err == MP_OK && may_be_ours(&asked))
        err = check_sizes(&asked);
    if (err == MP_OK)
        code = run(socket, &asked);
    else if (err == MP_PROTOCOL)
        exit_say("git's request was refused: a malformed line or a control byte in a value");
    else
        code = exit_because(err, "git's request");
    git_request_free(&asked);
    return code;
}

int dialect_git(const struct dialect_call *call)
{
    const char *operation = call->count ? call->words[0] : NULL;
    const char *socket = call->socket;

    if (!operation)
        return dialect_usage(call, "an operation is missing");
    if (call->count > 1)
        return dialect_usage(call, "one operation at a time");
    if (operation[0] == '-')
        return dialect_usage(call, "unknown option");
    if (strcmp(operation, "get") == 0)
        return with_request(socket, get);
    if (strcmp(operation, "erase") == 0)
        return with_request(socket, erase);
    if (strcmp(operation, "store") == 0)
        input_drain(STDIN_FILENO);
    if (strcmp(operation, "capability") == 0)
        return print("version 0\ncapability authtype\n");
    return 0;
}

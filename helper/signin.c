#include "helper/signin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/ask.h"
#include "helper/exit.h"
#include "helper/lifetime.h"
#include "lib/clock.h"

#define REDIRECT_START "http://127.0.0.1:"
#define REDIRECT_END "/callback"
#define MAX_QUOTED 300

void signin_free(struct signin *signin)
{
    secret_free(&signin->url);
    secret_free(&signin->handle);
    callback_free(&signin->brought);
    call_reply_free(&signin->reply);
}

/* --- asking --- */

static enum mp_err ask(struct signin *signin, struct secret *request)
{
    call_reply_free(&signin->reply);
    return ask_broker(signin->arguments->socket, request, &signin->reply);
}

static enum mp_err ask_to_begin(struct signin *signin, const char *redirect_uri)
{
    struct secret *request = call_request(PROTO_BEGIN_BROWSER);
    const struct wire_message *message = &signin->reply.message;
    enum mp_err err = request ? MP_OK : MP_NOMEM;

    if (err == MP_OK)
        err = wire_put_text(request, PROTO_ACCOUNT, signin->arguments->account);
    if (err == MP_OK)
        err = wire_put_text(request, PROTO_REDIRECT_URI, redirect_uri);
    if (err == MP_OK)
        err = ask(signin, request);
    if (err == MP_OK &&
        (wire_text(message, PROTO_ACCOUNT, signin->account, sizeof(signin->account)) != MP_OK ||
         !proto_is_account_name(signin->account)))
        err = MP_PROTOCOL;
    secret_free(&request);
    return err;
}

/* The port of http://127.0.0.1:PORT/callback, or -1. */
static int port_of(const char *uri)
{
    char expected[sizeof(((struct signin *)NULL)->redirect_uri)];
    long port = strncmp(uri, REDIRECT_START, strlen(REDIRECT_START)) == 0
                    ? strtol(uri + strlen(REDIRECT_START), NULL, 10)
                    : -1;

    snprintf(expected, sizeof(expected), REDIRECT_START "%ld" REDIRECT_END, port);
    return port >= 0 && port <= 65535 && strcmp(uri, expected) == 0 ? (int)port : -1;
}

enum mp_err signin_prepare(struct signin *signin)
{
    char uri[sizeof(signin->redirect_uri)];
    enum mp_err err = ask_to_begin(signin, NULL);

    if (err == MP_OK)
        err = wire_text(&signin->reply.message, PROTO_REDIRECT_URI, uri, sizeof(uri));
    if (err == MP_OK) {
        signin->port = port_of(uri);
        err = signin->port >= 0 ? MP_OK : MP_PROTOCOL;
    }
    return err;
}

/* What goes into a Location line, or onto a terminal. */
static int is_address(const struct secret *url)
{
    const char *text = url ? secret_text(url) : "";

    return secret_length(url) > 0 && proto_is_token(text, secret_length(url)) &&
           (strncmp(text, "https://", 8) == 0 || strncmp(text, "http://127.0.0.1", 16) == 0);
}

enum mp_err signin_begin(struct signin *signin, int port)
{
    const struct wire_message *message = &signin->reply.message;
    enum mp_err err = MP_OK;

    snprintf(signin->redirect_uri, sizeof(signin->redirect_uri), REDIRECT_START "%d" REDIRECT_END,
             port);
    err = ask_to_begin(signin, signin->redirect_uri);
    if (err == MP_OK)
        err = wire_secret(message, PROTO_URL, &signin->url);
    if (err == MP_OK)
        err = wire_secret(message, PROTO_HANDLE, &signin->handle);
    if (err == MP_OK && (!signin->handle || !signin->url || !is_address(signin->url)))
        err = MP_PROTOCOL;
    return err;
}

static enum mp_err hand_in(struct signin *signin)
{
    struct secret *request = call_request(PROTO_FINISH_BROWSER);
    const struct callback *brought = &signin->brought;
    enum mp_err err = request ? wire_put_secret(request, PROTO_HANDLE, signin->handle) : MP_NOMEM;

    if (err == MP_OK)
        err = wire_put_secret(request, PROTO_STATE, brought->state);
    if (err == MP_OK)
        err = wire_put_secret(request, PROTO_CODE, brought->code);
    if (err == MP_OK)
        err = wire_put_secret(request, PROTO_ACCESS_TOKEN, brought->access_token);
    if (err == MP_OK && brought->expires_in)
        err = wire_put_number(request, PROTO_EXPIRES_IN, brought->expires_in);
    if (err == MP_OK)
        err = ask(signin, request);
    secret_free(&request);
    return err;
}

/* The words of RFC 6749 4.1.2.1 that are not about the person. */
static enum mp_err meaning_of(const char *error)
{
    static const struct {
        const char *word;
        enum mp_err err;
    } words[] = {
        {"server_error", MP_OUTAGE},    {"temporarily_unavailable", MP_OUTAGE},
        {"invalid_request", MP_CLIENT}, {"unauthorized_client", MP_CLIENT},
        {"invalid_scope", MP_CLIENT},   {"unsupported_response_type", MP_CLIENT},
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].word, error) == 0)
            return words[i].err;
    return MP_DENIED;
}

void signin_finish(struct signin *signin, struct callback *brought)
{
    callback_free(&signin->brought);
    signin->brought = *brought;
    *brought = (struct callback){0};
    signin->err = hand_in(signin);
    signin->is_over = 1;
    /* an error is the server's only when the broker knows the state; else it is anybody's */
    if (signin->err != MP_DENIED)
        signin->brought.error[0] = '\0';
    if (signin->brought.error[0])
        signin->err = meaning_of(signin->brought.error);
    /* without code, token or error nothing can have succeeded */
    if (signin->err == MP_OK && !callback_is_answer(&signin->brought))
        signin->err = MP_PROTOCOL;
}

void signin_give_up(struct signin *signin)
{
    enum mp_err ignored = MP_OK;

    callback_free(&signin->brought);
    ignored = hand_in(signin);
    (void)ignored; /* the broker forgets it in ten minutes anyway */
    signin->is_over = 1;
}

/* --- telling --- */

/* "(the server's words)", or "". */
static void quote(const struct signin *signin, char *out, size_t size)
{
    const struct callback *brought = &signin->brought;

    out[0] = '\0';
    if (brought->error[0])
        snprintf(out, size, "%s%s%.*s", brought->error, brought->description[0] ? ": " : "",
                 MAX_QUOTED, brought->description);
}

static void first_text(const struct signin *signin, char *out, size_t size)
{
    const struct wire_field *field = wire_find(&signin->reply.message, PROTO_TEXT);

    out[0] = '\0';
    if (field)
        snprintf(out, size, "%.*s", (int)field->length, (const char *)field->bytes);
}

/* "1 h 59 min", and a sentence for those that nobody can renew. */
static void tell_life(const struct signin *signin, char lifetime[static LIFETIME_SIZE], char *note,
                      size_t size)
{
    const struct wire_message *message = &signin->reply.message;
    uint64_t now = (uint64_t)clock_utc();
    uint64_t ends = wire_number(message, PROTO_EXPIRES_AT, 0);
    time_t moment = (time_t)ends;
    struct tm local = {0};
    char clock[16] = "then";

    lifetime_text(ends > now ? ends - now : 0, lifetime);
    note[0] = '\0';
    if (wire_number(message, PROTO_HAS_REFRESH, 0) == 1)
        return;
    if (localtime_r(&moment, &local))
        strftime(clock, sizeof(clock), "%H:%M", &local);
    snprintf(note, size, "it cannot be renewed: sign in again at %s", clock);
}

static void fill_good(const struct signin *signin, struct page *page)
{
    char lifetime[LIFETIME_SIZE];
    char note[80];

    tell_life(signin, lifetime, note, sizeof(note));
    page->status = 200;
    page->tone = PAGE_GOOD;
    snprintf(page->heading, sizeof(page->heading), "You are signed in");
    snprintf(page->paragraphs[0], sizeof(page->paragraphs[0]),
             "mobproc on this computer has a token for the account %s.", signin->account);
    snprintf(page->paragraphs[1], sizeof(page->paragraphs[1]), "It is valid for %s; %s.", lifetime,
             note[0] ? note : "mobproc renews it by itself");
    snprintf(page->paragraphs[2], sizeof(page->paragraphs[2]),
             "You can close this window and go back to the terminal.");
}

static void fill_bad(const struct signin *signin, struct page *page)
{
    char said[2 * PROTO_MAX_TEXT];
    char text[PROTO_MAX_TEXT + 1];

    quote(signin, said, sizeof(said));
    first_text(signin, text, sizeof(text));
    page->status = signin->err == MP_OUTAGE ? 502 : 403;
    page->tone = PAGE_BAD;
    snprintf(page->heading, sizeof(page->heading), "You are not signed in");
    if (said[0])
        snprintf(page->paragraphs[0], sizeof(page->paragraphs[0]),
                 "The sign-in server answered: %.*s", PROTO_MAX_TEXT, said);
    else
        snprintf(page->paragraphs[0], sizeof(page->paragraphs[0]), "The reason: %s.",
                 text[0] ? text : mp_err_text(signin->err));
    snprintf(page->paragraphs[1], sizeof(page->paragraphs[1]),
             "Nothing was stored for the account %s.", signin->account);
    snprintf(page->paragraphs[2], sizeof(page->paragraphs[2]),
             "You can close this window and try again in the terminal.");
}

void signin_page(const struct signin *signin, struct page *page)
{
    *page = (struct page){0};
    if (signin->err == MP_OK)
        fill_good(signin, page);
    else
        fill_bad(signin, page);
}

int signin_conclude(const struct signin *signin)
{
    const char *account = signin->account[0] ? signin->account : signin->arguments->account;
    char said[2 * PROTO_MAX_TEXT];
    char lifetime[LIFETIME_SIZE];
    char note[80];

    if (signin->err != MP_OK) {
        quote(signin, said, sizeof(said));
        if (said[0])
            exit_say("the sign-in server answered: %s", said);
        return exit_reply(signin->err, &signin->reply, account);
    }
    tell_life(signin, lifetime, note, sizeof(note));
    exit_say("signed in to %s; the token is valid for %s%s%s", account, lifetime,
             note[0] ? "; " : "", note);
    return 0;
}

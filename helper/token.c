/* A token: the bare token and a newline, or what is known of it as JSON. */
#include "helper/dialects.h"
#include "helper/obtain.h"
#include "helper/reply.h"
#include "helper/verbs.h"
#include "lib/clock.h"

static int print_plain(const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_value(&reply, secret_text(fetched->token));
    reply_add(&reply, "\n", NULL);
    return reply_send(&reply);
}

static void put_text(struct reply *reply, const char *name, const char *text)
{
    if (!text[0])
        return;
    reply_member(reply, name);
    reply_json(reply, text, NULL);
}

static void put_number(struct reply *reply, const char *name, uint64_t number)
{
    reply_member(reply, name);
    reply_number(reply, number);
}

static int print_json(const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{", NULL);
    put_text(&reply, "account", fetched->account);
    put_text(&reply, "access_token", secret_text(fetched->token));
    put_text(&reply, "token_type", "Bearer");
    put_number(&reply, "expires_at", fetched->expires_at);
    put_number(&reply, "expires_in", fetched->expires_at - (uint64_t)clock_utc());
    put_text(&reply, "tenant", fetched->tenant);
    put_text(&reply, "client_id", fetched->client_id);
    reply_add(&reply, "}\n", NULL);
    return reply_send(&reply);
}

int verb_token(const struct arguments *arguments)
{
    struct fetched fetched = {0};
    int code = obtain(arguments, &fetched);

    if (code == 0)
        code = arguments->json ? print_json(&fetched) : print_plain(&fetched);
    fetched_free(&fetched);
    return code;
}

int dialect_token(const struct dialect_call *call)
{
    return dialect_print(call, print_plain);
}

int dialect_json(const struct dialect_call *call)
{
    return dialect_print(call, print_json);
}

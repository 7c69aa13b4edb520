/* mobproc admin: what only root, or the owner of a private broker, may ask of it. */
#include <stdio.h>
#include <string.h>

#include "helper/ask.h"
#include "helper/exit.h"
#include "helper/new_secret.h"
#include "helper/verbs.h"
#include "lib/proto.h"

#define REKEY_MS 600000 /* every record is written durably, one after the other */

/* Asks, shows what the broker has to say, and frees the request (NULL: no memory). */
static int ask(const struct arguments *arguments, int64_t wait_ms, struct secret **request)
{
    struct call_reply reply = {0};
    enum mp_err err = MP_NOMEM;
    int code = 0;

    if (*request)
        err = ask_broker_within(wait_ms, arguments->socket, *request, &reply);
    code = exit_reply(err, &reply, NULL);
    secret_free(request);
    call_reply_free(&reply);
    return code;
}

static int reload(const struct arguments *arguments)
{
    struct secret *request = call_request(PROTO_RELOAD);

    return ask(arguments, ASK_MS, &request);
}

static int rekey(const struct arguments *arguments)
{
    struct secret *request = call_request(PROTO_REKEY);

    return ask(arguments, REKEY_MS, &request);
}

static int seal(const struct arguments *arguments)
{
    const char *name = arguments->words[1];
    struct secret *request = NULL;
    struct secret *secret = NULL;
    char what[PROTO_MAX_ACCOUNT + 20];
    int code = EXIT_USAGE;

    if (!proto_is_account_name(name)) {
        exit_say("no secret can have this name: %s", name);
        return EXIT_USAGE;
    }
    snprintf(what, sizeof(what), "the secret %s", name);
    code = arguments->from_stdin ? new_secret_from_stdin(what, &secret)
                                 : new_secret_ask(what, &secret);
    if (code != 0)
        return code;
    request = call_request(PROTO_SEAL);
    if (request && (wire_put_text(request, PROTO_SECRET_NAME, name) != MP_OK ||
                    wire_put_secret(request, new_secret_tag(secret), secret) != MP_OK))
        secret_free(&request);
    secret_free(&secret);
    return ask(arguments, ASK_MS, &request);
}

static const struct action {
    const char *name;
    int takes_name;
    int (*run)(const struct arguments *arguments);
} actions[] = {
    {"reload", 0, reload},
    {"rekey", 0, rekey},
    {"seal", 1, seal},
};

const char *admin_name_at(size_t index)
{
    return index < sizeof(actions) / sizeof(actions[0]) ? actions[index].name : NULL;
}

int verb_admin(const struct arguments *arguments)
{
    const struct action *action = NULL;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
        if (strcmp(arguments->words[0], actions[i].name) == 0)
            action = &actions[i];
    if (!action) {
        exit_say("unknown action: %s; there are reload, rekey and seal", arguments->words[0]);
        return EXIT_USAGE;
    }
    if (action->takes_name != (arguments->words[1] != NULL) ||
        (arguments->from_stdin && !action->takes_name)) {
        exit_say("usage: mobproc admin %s%s", action->name,
                 action->takes_name ? " NAME [--stdin]" : "");
        return EXIT_USAGE;
    }
    return action->run(arguments);
}

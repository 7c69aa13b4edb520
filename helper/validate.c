/* mobproc validate: what the server says of the stored access token, claim by claim. */
#include "helper/exit.h"
#include "helper/json.h"
#include "helper/lifetime.h"
#include "helper/out.h"
#include "helper/target.h"
#include "helper/verbs.h"
#include "lib/clock.h"

/* The texts of an answer, in the order in which they are shown, for people and for scripts. */
static const struct {
    const char *label;
    const char *name;
    uint16_t tag;
} texts[] = {
    {"account:           ", "account", PROTO_ACCOUNT},
    {"tenant:            ", "tenant", PROTO_CLAIM_TENANT},
    {"platform:          ", "platform", PROTO_CLAIM_PLATFORM},
    {"identity provider: ", "identity_provider", PROTO_CLAIM_IDENTITY_PROVIDER},
    {"identifier:        ", "identifier", PROTO_CLAIM_IDENTIFIER},
    {"scope:             ", "scope", PROTO_CLAIM_SCOPE},
    {"client id:         ", "client_id", PROTO_CLAIM_CLIENT_ID},
};
#define MULTITENANT_LABEL "multitenant:       "
#define TOKEN_LABEL "token:             "

#define TEXT_COUNT (sizeof(texts) / sizeof(texts[0]))
#define TEXT_SIZE (PROTO_MAX_TEXT + 1)

static enum mp_err add_text(const struct wire_message *message, size_t i, struct secret *out)
{
    char text[TEXT_SIZE];
    char escaped[4 * TEXT_SIZE];
    enum mp_err err = wire_text(message, texts[i].tag, text, sizeof(text));

    if (err != MP_OK || !text[0])
        return err;
    proto_escape(escaped, sizeof(escaped), text);
    return out_add(out, texts[i].label, escaped, "\n", NULL);
}

static enum mp_err add_lifetime(const struct wire_message *message, struct secret *out)
{
    uint64_t expires_at = wire_number(message, PROTO_EXPIRES_AT, 0);
    uint64_t now = (uint64_t)clock_utc();
    char left[LIFETIME_SIZE];

    if (expires_at <= now)
        return out_add(out, TOKEN_LABEL "valid\n", NULL);
    lifetime_text(expires_at - now, left);
    return out_add(out, TOKEN_LABEL "valid for ", left, "\n", NULL);
}

static int print_lines(const struct wire_message *message)
{
    struct secret *out = secret_new(WIRE_MAX_PACKET);
    enum mp_err err = out ? MP_OK : MP_NOMEM;
    int code = 0;

    for (size_t i = 0; i < TEXT_COUNT && err == MP_OK; i++)
        err = add_text(message, i, out);
    if (err == MP_OK && wire_find(message, PROTO_CLAIM_MULTITENANT))
        err = out_add(out, MULTITENANT_LABEL,
                      wire_number(message, PROTO_CLAIM_MULTITENANT, 0) ? "yes\n" : "no\n", NULL);
    if (err == MP_OK)
        err = add_lifetime(message, out);
    code = err == MP_OK ? out_write(out) : exit_because(err, NULL);
    secret_free(&out);
    return code;
}

/* A claim that did not come is no member. */
static int print_json(const struct wire_message *message)
{
    struct json *object = json_new_object();
    enum mp_err err = object ? MP_OK : MP_NOMEM;

    for (size_t i = 0; i < TEXT_COUNT && err == MP_OK; i++) {
        char text[TEXT_SIZE];

        err = wire_text(message, texts[i].tag, text, sizeof(text));
        if (err == MP_OK && wire_find(message, texts[i].tag))
            err = json_put_text(object, texts[i].name, text);
    }
    if (err == MP_OK && wire_find(message, PROTO_CLAIM_MULTITENANT))
        err = json_put_flag(object, "multitenant",
                            wire_number(message, PROTO_CLAIM_MULTITENANT, 0) != 0);
    if (err == MP_OK)
        err = json_put_time(object, "expires_at", wire_number(message, PROTO_EXPIRES_AT, 0));
    return json_print(&object, err);
}

int verb_validate(const struct arguments *arguments)
{
    struct call_reply reply = {0};
    enum mp_err err = target_ask(arguments, PROTO_VALIDATE, arguments->account, &reply);
    int code = exit_reply(err, &reply, arguments->account);

    if (code == 0)
        code = arguments->json ? print_json(&reply.message) : print_lines(&reply.message);
    call_reply_free(&reply);
    return code;
}

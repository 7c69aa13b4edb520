#include "pam_mobproc/ask.h"

#include <string.h>
#include <unistd.h>

#include "lib/call.h"
#include "lib/clock.h"

/* A text of the host, cut to what the tag may carry; none or an empty one writes nothing. */
static enum mp_err put_item(struct secret *request, const struct visit *visit, int item,
                            uint16_t tag)
{
    const void *value = NULL;

    if (pam_get_item(visit->pamh, item, &value) != PAM_SUCCESS || !value || !*(const char *)value)
        return MP_OK;
    return wire_put(request, tag, value, strnlen(value, PROTO_MAX_NAME));
}

/* The broker believes a uid from root only; everybody else is who SO_PEERCRED says. */
static enum mp_err put_uid(struct secret *request, const struct visit *visit)
{
    return geteuid() == 0 ? wire_put_number(request, PROTO_UID, visit->user.uid) : MP_OK;
}

static enum mp_err write_request(struct secret *request, const struct visit *visit,
                                 const struct secret *password)
{
    enum mp_err err = MP_OK;

    if ((err = wire_put_text(request, PROTO_ACCOUNT, visit->args.account)) != MP_OK ||
        (err = wire_put_text(request, PROTO_USER, visit->user.name)) != MP_OK ||
        (err = put_uid(request, visit)) != MP_OK ||
        (err = wire_put_secret(request, PROTO_PASSWORD, password)) != MP_OK ||
        (err = put_item(request, visit, PAM_SERVICE, PROTO_SERVICE)) != MP_OK ||
        (err = put_item(request, visit, PAM_TTY, PROTO_TTY)) != MP_OK ||
        (err = put_item(request, visit, PAM_RHOST, PROTO_RHOST)) != MP_OK)
        return err;
    return MP_OK;
}

/* Is a field absent or exactly the text asked for? Anything else answers another question. */
static int agrees(const struct wire_message *message, uint16_t tag, const char *asked)
{
    const struct wire_field *field = wire_find(message, tag);

    if (!field || !asked)
        return 1;
    return field->length == strlen(asked) && memcmp(field->bytes, asked, field->length) == 0;
}

/* The answer to MP_OK. The verdict stays a denial unless everything fits. */
static void read_answer(const struct visit *visit, const struct wire_message *message,
                        int needs_expiry, struct answer *answer)
{
    if (wire_text(message, PROTO_ACCOUNT, answer->account, sizeof(answer->account)) != MP_OK ||
        !proto_is_account_name(answer->account))
        answer->account[0] = '\0';
    if (!agrees(message, PROTO_USER, visit->user.name) ||
        !agrees(message, PROTO_ACCOUNT, visit->args.account))
        return;
    if (needs_expiry && !wire_find(message, PROTO_EXPIRES_AT))
        return;
    answer->verdict = wire_number(message, PROTO_VERDICT, PROTO_DENY);
}

int answer_admits(const struct answer *answer)
{
    return answer->verdict == PROTO_ADMIT && ~answer->verdict == ~(uint64_t)PROTO_ADMIT;
}

static enum mp_err ask(struct visit *visit, enum proto_operation operation,
                       const struct secret *password, struct answer *answer)
{
    int64_t deadline_ms = clock_monotonic_ms() + visit->args.timeout_ms;
    struct call_reply reply = {0};
    struct secret *request = call_request(operation);
    enum mp_err err = MP_NOMEM;

    if (!request)
        goto out;
    err = write_request(request, visit, password);
    if (err != MP_OK)
        goto out;
    err = call_broker(visit->args.socket, deadline_ms, request, &reply);
    if (err == MP_OK)
        read_answer(visit, &reply.message, operation == PROTO_LOGIN, answer);
out:
    visit->reason = mp_err_name(err);
    if (err == MP_OK && operation == PROTO_LOGIN && !answer_admits(answer))
        visit->reason = "not_admitted";
    call_reply_free(&reply);
    secret_free(&request);
    return err;
}

int ask_prepare(const struct visit *visit)
{
    struct secret *request = call_request(PROTO_PREPARE);
    int fd = -1;

    if (request && write_request(request, visit, NULL) == MP_OK)
        fd = call_hint(visit->args.socket, request);
    secret_free(&request);
    return fd;
}

enum mp_err ask_login(struct visit *visit, const struct secret *password, struct answer *answer)
{
    return ask(visit, PROTO_LOGIN, password, answer);
}

enum mp_err ask_account(struct visit *visit, struct answer *answer)
{
    return ask(visit, PROTO_ACCOUNT_CHECK, NULL, answer);
}

enum mp_err ask_session(struct visit *visit, enum proto_operation operation, struct answer *answer)
{
    return ask(visit, operation, NULL, answer);
}

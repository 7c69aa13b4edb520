#include "helper/question.h"

#include "helper/exit.h"

static enum mp_err put_address(struct secret *request, const struct url *url)
{
    enum mp_err err = wire_put_text(request, PROTO_SCHEME, "https");

    if (err == MP_OK)
        err = wire_put_text(request, PROTO_HOST, url->host);
    return err == MP_OK ? wire_put_text(request, PROTO_PATH, url->path[0] ? url->path : NULL) : err;
}

enum mp_err question_ask(const char *socket, const struct question *question,
                         struct fetched *fetched)
{
    struct secret *request = NULL;
    enum mp_err err = MP_OK;

    if (question->account && !proto_is_account_name(question->account))
        return MP_NO_ACCOUNT;
    request = call_request(PROTO_GET);
    if (!request)
        return MP_NOMEM;
    if (question->account)
        err = wire_put_text(request, PROTO_ACCOUNT, question->account);
    else
        err = wire_put_text(request, PROTO_PREFERRED, fetch_hint());
    if (err == MP_OK && question->url)
        err = put_address(request, question->url);
    if (err == MP_OK && question->has_min_ttl)
        err = wire_put_number(request, PROTO_MIN_TTL, question->min_ttl);
    if (err == MP_OK)
        err = fetch_token(socket, request, fetched);
    secret_free(&request);
    return err;
}

int question_conclude(const struct question *question, enum mp_err err,
                      const struct fetched *fetched)
{
    if (err != MP_NO_ACCOUNT || !question->url)
        return exit_reply(err, &fetched->reply, question->account);
    exit_texts(&fetched->reply);
    exit_say(QUESTION_NOBODYS);
    return exit_code(err);
}

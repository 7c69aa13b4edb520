/* links: courier/reply.o courier/validity.o courier/claims.o courier/lifetime.o courier/json.o -ljson-c */
/*
 * courier/reply with its JSON: what is a grant has a token that may travel in a header. The
 * first byte says what was asked: a token, or one of the three validations.
 */
#include "courier/reply.h"

#include "courier/json.h"
#include "courier/validity.h"
#include "lib/json_text.h"
#include "tests/fuzz/fuzz.h"

static const enum proto_validation questions[] = {PROTO_VALIDATE_OFF, PROTO_VALIDATE_BEARER,
                                                  PROTO_VALIDATE_INTROSPECT, PROTO_VALIDATE_URL};

static int is_token(const struct secret *token)
{
    return proto_is_token(secret_text(token), secret_length(token));
}

static void check_grant(const struct reply *reply)
{
    MUST(reply->access_token && is_token(reply->access_token));
    MUST(!reply->refresh_token || is_token(reply->refresh_token));
    MUST(reply->expires_in <= 86400);
    MUST(proto_is_header_text(reply->scope));
}

static void check_claims(const struct reply *reply)
{
    MUST(reply->expires_in <= 86400);
    MUST(proto_is_header_text(reply->claims.tenant) &&
         proto_is_header_text(reply->claims.platform) &&
         proto_is_header_text(reply->claims.identity_provider) &&
         proto_is_header_text(reply->claims.identifier) &&
         proto_is_header_text(reply->claims.scope) &&
         proto_is_header_text(reply->claims.client_id));
}

static void check_error(const char *error)
{
    MUST(error[0] && strlen(error) <= REPLY_MAX_ERROR);
    for (; *error; error++)
        MUST(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-", *error));
}

/* What lib/json_text accepts, json-c reads; nothing else ever becomes an answer. */
static void check(const struct secret *body, const struct reply *reply, int is_question)
{
    struct json_text strict;
    const char *refused = json_text_read(&strict, secret_text(body), secret_length(body));
    int is_answer = reply->kind != REPLY_NONSENSE && reply->kind != REPLY_EMPTY;

    MUST(!refused || !is_answer);
    MUST((reply->kind == REPLY_EMPTY) == (secret_length(body) == 0));
    MUST(reply->kind != REPLY_NONSENSE || reply->problem);
    MUST(!is_question || reply->kind != REPLY_GRANT);
    MUST(is_question || (reply->kind != REPLY_CLAIMS && reply->kind != REPLY_DEAD &&
                         reply->kind != REPLY_FOREIGN));
    if (reply->kind == REPLY_GRANT)
        check_grant(reply);
    else
        MUST(!reply->access_token && !reply->refresh_token);
    if (reply->kind == REPLY_CLAIMS)
        check_claims(reply);
    if (reply->kind == REPLY_ERROR)
        check_error(reply->error);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct validity_question question = {questions[length ? bytes[0] % 4 : 0],
                                         "376af94124f4400e9227c89937c12354", 1700000000};
    int is_question = question.validation != PROTO_VALIDATE_OFF;
    struct secret *body = length ? secret_copy(bytes + 1, length - 1) : secret_new(1);
    struct reply reply = {0};

    MUST(body != NULL);
    if (is_question)
        MUST(reply_read_validity(body, &question, &reply) == MP_OK);
    else
        MUST(reply_read(body, &reply) == MP_OK);
    check(body, &reply, is_question);
    reply_free(&reply);
    secret_free(&body);
    return 0;
}

#include "courier/reply.h"

#include <string.h>
#include <strings.h>

#include "courier/json.h"
#include "courier/lifetime.h"
#include "courier/validity.h"

#define WORD_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

static const char no_memory[] = "out of memory";

void reply_free(struct reply *reply)
{
    secret_free(&reply->description);
    secret_free(&reply->access_token);
    secret_free(&reply->refresh_token);
}

/* --- members of a grant: each returns NULL, or the sentence that refuses the whole reply --- */

static const char *read_token(const struct json *json, const char *key, struct secret **token)
{
    size_t length = 0;
    const char *text = json_string(json, key, &length);

    if (!text || !proto_is_token(text, length))
        return "the reply has a token that is not 1 to 16384 visible ASCII characters";
    *token = secret_copy(text, length);
    return *token ? NULL : no_memory;
}

/* RFC 6749 7.1: any case. A token of another type (DPoP, mac) is no bearer token. */
static const char *check_type(const struct json *json)
{
    size_t length = 0;
    const char *type = json_string(json, "token_type", &length);

    return type && length == 6 && strcasecmp(type, "Bearer") == 0
               ? NULL
               : "the reply's token_type is not Bearer";
}

static const char *read_lifetime(const struct json *json, uint64_t *seconds)
{
    int64_t said = 0;

    if (json_kind(json, "expires_in") == JSON_ABSENT)
        return NULL;
    if (!lifetime_read(json, "expires_in", &said) || said < 1 || said > LIFETIME_MAX_SAID)
        return "the reply's expires_in is not a number of seconds in 1 to 2^31";
    *seconds = lifetime_believed(said);
    return NULL;
}

/* An empty one counts as none (RFC 6749 6: the old one then stays). */
static const char *read_refresh_token(const struct json *json, struct secret **token)
{
    enum json_kind kind = json_kind(json, "refresh_token");
    size_t length = 0;

    if (kind == JSON_ABSENT || kind == JSON_NULL)
        return NULL;
    if (json_string(json, "refresh_token", &length) && length == 0)
        return NULL;
    return read_token(json, "refresh_token", token);
}

static const char *read_scope(const struct json *json, char *scope)
{
    enum json_kind kind = json_kind(json, "scope");
    size_t length = 0;
    const char *text = json_string(json, "scope", &length);

    if (kind == JSON_ABSENT || kind == JSON_NULL)
        return NULL;
    if (!text || length > PROTO_MAX_TEXT)
        return "the reply's scope is not a short text";
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return "the reply's scope is not printable ASCII";
    memcpy(scope, text, length + 1);
    return NULL;
}

static const char *read_grant(const struct json *json, struct reply *reply)
{
    const char *problem = read_token(json, "access_token", &reply->access_token);

    if (!problem)
        problem = check_type(json);
    if (!problem)
        problem = read_lifetime(json, &reply->expires_in);
    if (!problem)
        problem = read_refresh_token(json, &reply->refresh_token);
    if (!problem)
        problem = read_scope(json, reply->scope);
    return problem;
}

/* --- errors --- */

static const char *read_error(const struct json *json, struct reply *reply)
{
    size_t length = 0;
    const char *word = json_string(json, "error", &length);
    const char *description = NULL;

    if (!word || length == 0 || length > REPLY_MAX_ERROR || strspn(word, WORD_CHARACTERS) != length)
        return "the reply's error is not an OAuth error word";
    memcpy(reply->error, word, length + 1);
    description = json_string(json, "error_description", &length);
    if (description)
        reply->description = secret_copy(description, length);
    return description && !reply->description ? no_memory : NULL;
}

static const char *read_tokens(const struct json *json, struct reply *reply)
{
    const char *problem = NULL;

    if (json_kind(json, "access_token") == JSON_ABSENT)
        return "the reply has neither a token nor an OAuth error";
    problem = read_grant(json, reply);
    if (!problem)
        reply->kind = REPLY_GRANT;
    return problem;
}

static const char *read_object(const struct json *json, const struct validity_question *question,
                               struct reply *reply)
{
    const char *problem = NULL;

    if (json_kind(json, "error") == JSON_ABSENT)
        return question ? validity_read(json, question, reply) : read_tokens(json, reply);
    if (json_kind(json, "access_token") != JSON_ABSENT || json_kind(json, "active") != JSON_ABSENT)
        return "the reply has both a token and an error";
    problem = read_error(json, reply);
    if (!problem)
        reply->kind = REPLY_ERROR;
    return problem;
}

static enum mp_err read_body(const struct secret *body, const struct validity_question *question,
                             struct reply *reply)
{
    struct json *json = NULL;
    const char *problem = NULL;
    enum mp_err err = MP_OK;

    reply->kind = REPLY_NONSENSE;
    reply->problem = NULL;
    if (secret_length(body) == 0) {
        reply->kind = REPLY_EMPTY;
        return MP_OK;
    }
    err = json_parse(body, &json, &problem);
    if (err == MP_OK)
        problem = read_object(json, question, reply);
    json_free(&json);
    if (reply->kind == REPLY_NONSENSE) {
        reply_free(reply);
        reply->problem = problem;
    }
    return err == MP_NOMEM || problem == no_memory ? MP_NOMEM : MP_OK;
}

enum mp_err reply_read(const struct secret *body, struct reply *reply)
{
    return read_body(body, NULL, reply);
}

enum mp_err reply_read_validity(const struct secret *body, const struct validity_question *question,
                                struct reply *reply)
{
    return read_body(body, question, reply);
}

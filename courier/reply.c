#include "courier/reply.h"

#include <string.h>
#include <strings.h>

#include "courier/json.h"

#define MAX_SAID_LIFETIME (INT64_C(1) << 31)
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

/* "7200": digits only, no leading zero; 0 when it is something else. */
static int64_t decimal(const char *text, size_t length)
{
    int64_t number = 0;

    if (length == 0 || length > 10 || strspn(text, "0123456789") != length || text[0] == '0')
        return 0;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

static const char *read_lifetime(const struct json *json, uint64_t *seconds)
{
    size_t length = 0;
    const char *text = json_string(json, "expires_in", &length);
    int64_t said = text ? decimal(text, length) : json_integer(json, "expires_in");

    if (json_kind(json, "expires_in") == JSON_ABSENT)
        return NULL;
    if (said < 1 || said > MAX_SAID_LIFETIME)
        return "the reply's expires_in is not a number of seconds in 1 to 2^31";
    *seconds = said < REPLY_MAX_LIFETIME ? (uint64_t)said : REPLY_MAX_LIFETIME;
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

static const char *read_object(const struct json *json, struct reply *reply)
{
    int has_token = json_kind(json, "access_token") != JSON_ABSENT;
    int has_error = json_kind(json, "error") != JSON_ABSENT;
    const char *problem = NULL;

    if (has_token && has_error)
        return "the reply has both a token and an error";
    if (!has_token && !has_error)
        return "the reply has neither a token nor an OAuth error";
    problem = has_error ? read_error(json, reply) : read_grant(json, reply);
    if (!problem)
        reply->kind = has_error ? REPLY_ERROR : REPLY_GRANT;
    return problem;
}

enum mp_err reply_read(const struct secret *body, struct reply *reply)
{
    struct json *json = NULL;
    enum mp_err err = MP_OK;

    reply->kind = REPLY_NONSENSE;
    if (secret_length(body) == 0) {
        reply->kind = REPLY_EMPTY;
        return MP_OK;
    }
    err = json_parse(body, &json, &reply->problem);
    if (err == MP_OK)
        reply->problem = read_object(json, reply);
    json_free(&json);
    if (reply->kind == REPLY_NONSENSE)
        reply_free(reply);
    return err == MP_NOMEM || reply->problem == no_memory ? MP_NOMEM : MP_OK;
}

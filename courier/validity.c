#include "courier/validity.h"

#include <string.h>

#include "courier/lifetime.h"

#define VALIDATED_TOKEN "urn:pingidentity.com:oauth2:validated_token"

static const char no_seconds[] = "the validation's expires_in or exp is not a number of seconds";

static int is_text(const struct json *json, const char *key, const char *expected)
{
    size_t length = 0;
    const char *text = json_string(json, key, &length);

    return text && strcmp(text, expected) == 0;
}

/* Tangoe's validator leaves the client out of some replies, PingFederate says null. */
static int is_ours(const struct json *json, const char *client_id)
{
    enum json_kind kind = json_kind(json, "client_id");

    return kind == JSON_ABSENT || kind == JSON_NULL || is_text(json, "client_id", client_id);
}

/* Seconds left by `expires_in`; *is_said is 0 when there is none. */
static const char *read_left(const struct json *json, int64_t *left, int *is_said)
{
    *is_said = json_kind(json, "expires_in") != JSON_ABSENT;
    if (*is_said && (!lifetime_read(json, "expires_in", left) || *left > LIFETIME_MAX_SAID))
        return no_seconds;
    return NULL;
}

/* The same by `exp`, a moment (RFC 7662 2.2). */
static const char *read_expiry(const struct json *json, int64_t now, int64_t *left, int *is_said)
{
    int64_t expiry = json_integer(json, "exp");

    *is_said = json_kind(json, "exp") != JSON_ABSENT;
    if (!*is_said)
        return NULL;
    if (json_kind(json, "exp") != JSON_INTEGER || expiry < 0 || expiry - now > LIFETIME_MAX_SAID)
        return no_seconds;
    *left = expiry - now;
    return NULL;
}

static const char *judge(const struct json *json, const struct json *attributes,
                         const struct validity_question *question, struct reply *reply)
{
    int is_said = 0;
    int64_t left = 0;
    const char *problem = question->validation == PROTO_VALIDATE_INTROSPECT
                              ? read_expiry(json, question->now, &left, &is_said)
                              : read_left(json, &left, &is_said);

    if (problem)
        return problem;
    if (is_said && left <= 0) {
        reply->kind = REPLY_DEAD;
        reply->problem = "the token has expired";
    } else if (!is_ours(json, question->client_id)) {
        reply->kind = REPLY_FOREIGN;
        reply->problem = "the token belongs to another client";
    } else if (!claims_read_multitenant(attributes, &reply->claims)) {
        reply->kind = REPLY_FOREIGN;
        reply->problem = "the token's multitenant is neither true nor false";
    } else {
        reply->kind = REPLY_CLAIMS;
        reply->expires_in = is_said ? lifetime_believed(left) : 0;
    }
    return NULL;
}

/* {"access_token":{claims},"expires_in":N,...}: the token's place holds what it stands for. */
static const char *read_nested(const struct json *json, const struct validity_question *question,
                               struct reply *reply)
{
    const struct json *attributes = json_member(json, "access_token");

    if (!attributes)
        return "the validation's access_token is not an object";
    if (json_kind(json, "token_type") != JSON_ABSENT &&
        !is_text(json, "token_type", VALIDATED_TOKEN))
        return "the validation's token_type is not that of a validated token";
    claims_read_texts(attributes, "identifier", json, &reply->claims);
    return judge(json, attributes, question, reply);
}

/* Tangoe's older shape. Without these two it is just any JSON, such as an error with HTTP 200. */
static const char *read_flat(const struct json *json, const struct validity_question *question,
                             struct reply *reply)
{
    if (json_kind(json, "username") != JSON_STRING || json_kind(json, "expires_in") == JSON_ABSENT)
        return "the reply is not a validation";
    claims_read_texts(json, "username", json, &reply->claims);
    return judge(json, json, question, reply);
}

static const char *read_introspection(const struct json *json,
                                      const struct validity_question *question, struct reply *reply)
{
    switch (json_kind(json, "active")) {
    case JSON_TRUE:
        claims_read_texts(json, "identifier", json, &reply->claims);
        return judge(json, json, question, reply);
    case JSON_FALSE:
        reply->kind = REPLY_DEAD;
        reply->problem = "the token is not active";
        return NULL;
    default:
        return "the introspection's active is neither true nor false";
    }
}

const char *validity_read(const struct json *json, const struct validity_question *question,
                          struct reply *reply)
{
    switch (question->validation) {
    case PROTO_VALIDATE_BEARER:
        return read_nested(json, question, reply);
    case PROTO_VALIDATE_INTROSPECT:
        return read_introspection(json, question, reply);
    case PROTO_VALIDATE_URL:
        return json_kind(json, "access_token") == JSON_ABSENT ? read_flat(json, question, reply)
                                                              : read_nested(json, question, reply);
    case PROTO_VALIDATE_OFF:
        break;
    }
    return "nobody asked for a validation";
}

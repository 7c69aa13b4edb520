#include "courier/verdict.h"

#include <string.h>

/* What a refusal means for a password and for a refresh token. */
struct meaning {
    enum mp_err password;
    enum mp_err refresh;
};

/* RFC 6749 5.2 and 4.1.2.1. */
static const struct {
    const char *error;
    struct meaning meaning;
} words[] = {
    {"invalid_grant", {MP_DENIED, MP_DENIED}},
    {"invalid_client", {MP_CLIENT, MP_CLIENT}},
    {"unauthorized_client", {MP_CLIENT, MP_CLIENT}},
    {"invalid_scope", {MP_CLIENT, MP_CLIENT}},
    {"invalid_request", {MP_DENIED, MP_CLIENT}},
    {"unsupported_grant_type", {MP_DENIED, MP_CLIENT}},
    {"server_error", {MP_OUTAGE, MP_OUTAGE}},
    {"temporarily_unavailable", {MP_OUTAGE, MP_OUTAGE}},
};

/* mfa_required, interaction_required and whatever else a vendor made up */
static const struct meaning other_word = {MP_DENIED, MP_OUTAGE};

/* Servers that refuse without a body (glewlwyd): 403 is the user, 400 and 401 are the client. */
static const struct {
    long status;
    struct meaning meaning;
} empty_refusals[] = {
    {400, {MP_CLIENT, MP_CLIENT}},
    {401, {MP_CLIENT, MP_CLIENT}},
    {403, {MP_DENIED, MP_OUTAGE}},
};

static const struct meaning outage = {MP_OUTAGE, MP_OUTAGE};

static const struct meaning *of_word(const char *error)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i].error, error) == 0)
            return &words[i].meaning;
    return NULL;
}

int verdict_knows(const char *error)
{
    return of_word(error) != NULL;
}

static const struct meaning *of_refusal(long status, const struct reply *reply)
{
    const struct meaning *meaning = NULL;

    if (reply->kind == REPLY_ERROR) {
        meaning = of_word(reply->error);
        return meaning ? meaning : &other_word;
    }
    if (reply->kind == REPLY_EMPTY)
        for (size_t i = 0; i < sizeof(empty_refusals) / sizeof(empty_refusals[0]); i++)
            if (empty_refusals[i].status == status)
                return &empty_refusals[i].meaning;
    return &outage; /* HTML or JSON of a gateway says nothing about the password */
}

enum mp_err verdict(enum proto_operation operation, const struct http_answer *answer,
                    const struct reply *reply)
{
    const struct meaning *meaning = &outage;

    if (answer->failure != MP_OK)
        return answer->failure;
    if (answer->is_encoded)
        return MP_OUTAGE;
    if (answer->status == 200)
        return answer->is_json && reply->kind == REPLY_GRANT ? MP_OK : MP_OUTAGE;
    if (answer->status >= 400 && answer->status < 500 && answer->status != 429)
        meaning = of_refusal(answer->status, reply);
    return operation == PROTO_JOB_PASSWORD ? meaning->password : meaning->refresh;
}

int verdict_is_lost_grant(const struct http_answer *answer, const struct reply *reply)
{
    int is_success = answer->status >= 200 && answer->status < 300 && answer->is_json;
    int is_grant = reply->kind == REPLY_GRANT || (is_success && reply->kind != REPLY_ERROR);

    return is_grant && verdict(PROTO_JOB_REFRESH, answer, reply) == MP_OUTAGE;
}

static int is_refusal(const struct http_answer *answer, const struct reply *reply,
                      const char *error)
{
    return answer->status >= 400 && answer->status < 500 && answer->status != 429 &&
           reply->kind == REPLY_ERROR && strcmp(reply->error, error) == 0;
}

static int is_client_refused(const struct http_answer *answer, const struct reply *reply)
{
    return is_refusal(answer, reply, "invalid_client") ||
           is_refusal(answer, reply, "unauthorized_client");
}

static enum mp_err of_validity(enum reply_kind kind)
{
    switch (kind) {
    case REPLY_CLAIMS:
        return MP_OK;
    case REPLY_DEAD:
        return MP_DENIED;
    case REPLY_FOREIGN:
        return MP_POLICY;
    default:
        return MP_OUTAGE;
    }
}

enum mp_err verdict_validation(enum proto_validation validation, const struct http_answer *answer,
                               const struct reply *reply)
{
    if (answer->failure != MP_OK)
        return answer->failure;
    if (answer->is_encoded)
        return MP_OUTAGE;
    if (answer->status == 200)
        return answer->is_json ? of_validity(reply->kind) : MP_OUTAGE;
    /* nothing is documented of the validator's errors, and it is told no client */
    if (validation == PROTO_VALIDATE_URL)
        return MP_OUTAGE;
    if (is_client_refused(answer, reply))
        return MP_CLIENT;
    return validation == PROTO_VALIDATE_BEARER && answer->status == 400 &&
                   is_refusal(answer, reply, "invalid_grant")
               ? MP_DENIED
               : MP_OUTAGE;
}

enum mp_err verdict_revocation(const struct http_answer *answer, const struct reply *reply)
{
    if (answer->failure != MP_OK)
        return answer->failure;
    if (answer->status == 200)
        return MP_OK;
    return !answer->is_encoded && is_client_refused(answer, reply) ? MP_CLIENT : MP_OUTAGE;
}

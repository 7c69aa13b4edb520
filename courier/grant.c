#include "courier/grant.h"

#include <string.h>

#include "courier/basic.h"
#include "courier/form.h"
#include "lib/clock.h"

#define MAX_WAIT_MS 600000
/* a refresh token is the longest; the rest are the names of the parameters and four short values */
#define MAX_FORM (FORM_GROWTH * (PROTO_MAX_TOKEN + 5 * PROTO_MAX_TEXT) + 256)

void grant_free(struct grant *grant)
{
    secret_free(&grant->password);
    secret_free(&grant->refresh_token);
    secret_free(&grant->client_secret);
}

static enum mp_err copy_fields(const struct wire_message *message, struct grant *grant)
{
    enum mp_err err = wire_text(message, PROTO_ENDPOINT, grant->endpoint, sizeof(grant->endpoint));

    if (err == MP_OK)
        err = wire_text(message, PROTO_CLIENT_ID, grant->client_id, sizeof(grant->client_id));
    if (err == MP_OK)
        err = wire_text(message, PROTO_SCOPE, grant->scope, sizeof(grant->scope));
    if (err == MP_OK)
        err = wire_text(message, PROTO_REMOTE_NAME, grant->remote_name, sizeof(grant->remote_name));
    if (err == MP_OK)
        err = wire_text(message, PROTO_CA, grant->ca, sizeof(grant->ca));
    if (err == MP_OK)
        err = wire_secret(message, PROTO_PASSWORD, &grant->password);
    if (err == MP_OK)
        err = wire_secret(message, PROTO_REFRESH_TOKEN, &grant->refresh_token);
    if (err == MP_OK)
        err = wire_secret(message, PROTO_CLIENT_SECRET, &grant->client_secret);
    return err;
}

static void start_clock(const struct wire_message *message, struct grant *grant)
{
    int64_t now = clock_monotonic_ms();
    uint64_t remaining = wire_number(message, PROTO_REMAINING_MS, 0);
    uint64_t connect = wire_number(message, PROTO_CONNECT_MS, 0);

    if (remaining > MAX_WAIT_MS)
        remaining = MAX_WAIT_MS;
    if (connect == 0 || connect > remaining)
        connect = remaining;
    grant->deadline_ms = now + (int64_t)remaining;
    grant->connect_by_ms = now + (int64_t)connect;
}

static int is_filled(const struct secret *value)
{
    return value && secret_length(value) > 0;
}

static const char *find_gap(const struct grant *grant)
{
    if (grant->operation != PROTO_JOB_PASSWORD && grant->operation != PROTO_JOB_REFRESH)
        return "the courier does not know this operation";
    if (!grant->endpoint[0])
        return "the job has no endpoint";
    if (!grant->client_id[0])
        return "the job has no client id";
    if (!grant->client_auth)
        return "the job has an unknown client authentication";
    if (grant->operation == PROTO_JOB_REFRESH)
        return is_filled(grant->refresh_token) ? NULL : "the job has no refresh token";
    if (!grant->remote_name[0])
        return "the job has no remote name";
    return is_filled(grant->password) ? NULL : "the job has no password";
}

/* RFC 7617 2: nothing escapes a colon in a raw user id. */
static const char *find_misfit(const struct grant *grant)
{
    int is_raw = grant->client_auth == PROTO_AUTH_BASIC_RAW;

    if ((is_raw || grant->client_auth == PROTO_AUTH_BASIC) && !is_filled(grant->client_secret))
        return "Basic client authentication needs a client secret";
    if (is_raw && strchr(grant->client_id, ':'))
        return "a client id with a colon needs client_auth = basic";
    return NULL;
}

enum mp_err grant_read(const struct wire_message *message, struct grant *grant,
                       const char **problem)
{
    uint64_t client_auth = wire_number(message, PROTO_CLIENT_AUTH, 0);
    enum mp_err err = MP_OK;

    *problem = "the job could not be read";
    grant->operation = (enum proto_operation)message->operation;
    if (client_auth >= PROTO_AUTH_BODY && client_auth <= PROTO_AUTH_NONE)
        grant->client_auth = (enum proto_client_auth)client_auth;
    start_clock(message, grant);
    err = copy_fields(message, grant);
    if (err != MP_OK)
        return err == MP_NOMEM ? err : MP_PROTOCOL;
    *problem = find_gap(grant);
    if (*problem)
        return MP_PROTOCOL;
    *problem = find_misfit(grant);
    return *problem ? MP_CONFIGURATION : MP_OK;
}

static enum mp_err add_grant(const struct grant *grant, struct secret *form)
{
    enum mp_err err = MP_OK;

    if (grant->operation == PROTO_JOB_REFRESH) {
        err = form_add_text(form, "grant_type", "refresh_token");
        return err == MP_OK ? form_add_secret(form, "refresh_token", grant->refresh_token) : err;
    }
    err = form_add_text(form, "grant_type", "password");
    if (err == MP_OK)
        err = form_add_text(form, "username", grant->remote_name);
    if (err == MP_OK)
        err = form_add_secret(form, "password", grant->password);
    return err;
}

static enum mp_err add_client(const struct grant *grant, struct secret *form,
                              struct secret **authorization)
{
    enum mp_err err = MP_OK;

    switch (grant->client_auth) {
    case PROTO_AUTH_BASIC:
    case PROTO_AUTH_BASIC_RAW:
        return basic_header(grant->client_id, grant->client_secret,
                            grant->client_auth == PROTO_AUTH_BASIC, authorization);
    case PROTO_AUTH_BODY:
        err = form_add_text(form, "client_id", grant->client_id);
        return err == MP_OK ? form_add_secret(form, "client_secret", grant->client_secret) : err;
    case PROTO_AUTH_NONE:
        return form_add_text(form, "client_id", grant->client_id);
    }
    return MP_INTERNAL;
}

enum mp_err grant_request(const struct grant *grant, struct secret **form,
                          struct secret **authorization)
{
    enum mp_err err = MP_OK;

    *authorization = NULL;
    *form = secret_new(MAX_FORM);
    if (!*form)
        return MP_NOMEM;
    err = add_grant(grant, *form);
    if (err == MP_OK)
        err = form_add_text(*form, "scope", grant->scope);
    if (err == MP_OK)
        err = add_client(grant, *form, authorization);
    return err;
}

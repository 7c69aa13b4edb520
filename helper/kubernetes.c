/*
 * client-go credential plugin: the request is JSON in KUBERNETES_EXEC_INFO, the answer an
 * ExecCredential of the same apiVersion on standard output. Any failure is an exit code, and the
 * words on standard error reach the person.
 *
 * With provideClusterInfo the request names the server, which the account must serve and kubectl
 * verify; without it the kubeconfig alone decides where the token goes. The answer has room for one
 * token: X-TNGO-TENANT and client_id cannot be said.
 */
#include <stdlib.h>
#include <string.h>

#include "helper/dialects.h"
#include "helper/exit.h"
#include "helper/question.h"
#include "helper/reply.h"
#include "lib/json_text.h"

#define GROUP "client.authentication.k8s.io/"

static const char *const versions[] = {GROUP "v1", GROUP "v1beta1"};

/* What is asked. Owns the server. */
struct wish {
    const char *version;
    struct secret *server; /* NULL: not said */
    enum mp_err err;       /* MP_NOMEM: what was said could not be read */
};

static size_t inner(const struct json_text_member *member)
{
    return member ? member->inner : 0;
}

/* A text in the request, or NULL. */
static struct secret *text_of(const struct json_text_member *member, struct wish *wish)
{
    struct secret *text = NULL;

    if (json_text_string(member, &text) == MP_NOMEM)
        wish->err = MP_NOMEM;
    return text;
}

/* The version that the request is in, or NULL. */
static const char *find_version(const struct json_text *json, struct wish *wish)
{
    struct secret *said = text_of(json_text_find(json, JSON_TEXT_ROOT, "apiVersion"), wish);
    const char *found = NULL;

    for (size_t i = 0; said && i < sizeof(versions) / sizeof(versions[0]); i++)
        if (strcmp(secret_text(said), versions[i]) == 0)
            found = versions[i];
    secret_free(&said);
    return found;
}

/* NULL, or what is wrong with the cluster. */
static const char *read_cluster(const struct json_text *json, size_t cluster, struct wish *wish)
{
    const struct json_text_member *skips =
        json_text_find(json, cluster, "insecure-skip-tls-verify");

    wish->server = text_of(json_text_find(json, cluster, "server"), wish);
    if (!wish->server)
        return "spec.cluster of KUBERNETES_EXEC_INFO names no server";
    if (skips && !json_text_is(skips, "false") && !json_text_is(skips, "null"))
        return "insecure-skip-tls-verify: anybody could answer, and get the token";
    return NULL;
}

/* NULL, or what is wrong with the request. */
static const char *read_wish(const char *text, struct wish *wish)
{
    struct json_text json;
    const struct json_text_member *cluster = NULL;
    size_t spec = 0;

    if (!text)
        return "KUBERNETES_EXEC_INFO is missing; kubectl and client-go set it";
    if (json_text_read(&json, text, strlen(text)) || !json.is_object ||
        !json_text_is(json_text_find(&json, JSON_TEXT_ROOT, "kind"), "\"ExecCredential\""))
        return "KUBERNETES_EXEC_INFO is not an ExecCredential";
    wish->version = find_version(&json, wish);
    if (!wish->version)
        return "the apiVersion must be " GROUP "v1 or v1beta1";
    spec = inner(json_text_find(&json, JSON_TEXT_ROOT, "spec"));
    cluster = json_text_find(&json, spec, "cluster");
    if (!cluster || json_text_is(cluster, "null"))
        return NULL;
    return read_cluster(&json, cluster->inner, wish);
}

static int print_credential(const char *version, const struct fetched *fetched)
{
    struct reply reply;

    reply_begin(&reply);
    reply_add(&reply, "{\"apiVersion\":\"", version, "\",\"kind\":\"ExecCredential\",\"status\":{",
              NULL);
    reply_member(&reply, "expirationTimestamp");
    reply_add(&reply, "\"", NULL);
    reply_time(&reply, fetched->expires_at);
    reply_add(&reply, "\"", NULL);
    reply_member(&reply, "token");
    reply_json(&reply, secret_text(fetched->token), NULL);
    reply_add(&reply, "}}\n", NULL);
    return reply_send(&reply);
}

static int answer(const struct dialect_call *call, const struct wish *wish)
{
    struct fetched fetched = {0};
    struct url url;
    struct question question = {.account = call->count ? call->words[0] : NULL};
    enum mp_err err = MP_OK;
    int code = 0;

    if (wish->server) {
        question.url = &url;
        err = url_read(secret_text(wish->server), secret_length(wish->server), &url);
    }
    if (err == MP_PROTOCOL)
        return dialect_usage(call, "the server's address holds a byte that no address has");
    if (err == MP_OK)
        err = question_ask(call->socket, &question, &fetched);
    code = question_conclude(&question, err, &fetched);
    if (code == 0)
        code = print_credential(wish->version, &fetched);
    fetched_free(&fetched);
    return code;
}

int dialect_kubernetes(const struct dialect_call *call)
{
    struct wish wish = {0};
    const char *problem = NULL;
    int code = 0;

    if (call->count > 1 || (call->count == 1 && call->words[0][0] == '-'))
        return dialect_usage(call, "an account, or nothing");
    problem = read_wish(getenv("KUBERNETES_EXEC_INFO"), &wish);
    if (wish.err != MP_OK)
        code = exit_because(wish.err, NULL);
    else
        code = problem ? dialect_usage(call, problem) : answer(call, &wish);
    secret_free(&wish.server);
    return code;
}

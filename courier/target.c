#include "courier/target.h"

#include "courier/basic.h"
#include "courier/endpoint.h"
#include "courier/settings.h"

static CURLcode refuse(CURLcode code, const char *sentence, const char **problem)
{
    *problem = sentence;
    return code;
}

static CURLcode trust(CURL *easy, struct target *target, const char **problem)
{
    const struct transport *transport = target->transport;
    struct authorities *authorities = &target->authorities;

    if (!authorities->file && !authorities->directory &&
        authorities_find(transport->ca, authorities) != MP_OK)
        return refuse(CURLE_SSL_CACERT_BADFILE, "the CA file or directory cannot be read", problem);
    return settings_trust(easy, authorities, transport->pins);
}

/* A validator that is told nothing of the client is not shown its certificate either. */
static CURLcode identify(CURL *easy, const struct transport *transport,
                         const struct request *request)
{
    if (request->is_anonymous)
        return settings_identity(easy, NULL, NULL);
    return settings_identity(easy, transport->client_certificate, transport->client_key);
}

static CURLcode add_proxy_line(struct target *target)
{
    const struct secret *credentials = target->transport->proxy_credentials;
    struct secret *line = NULL;

    if (!credentials || target->proxy_lines)
        return CURLE_OK;
    if (basic_proxy_header(credentials, &line) == MP_OK)
        target->proxy_lines = curl_slist_append(NULL, secret_text(line));
    secret_free(&line);
    return target->proxy_lines ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

static CURLcode pass_proxy(CURL *easy, struct target *target)
{
    CURLcode code = CURLE_OK;

    if (!target->transport->proxy[0])
        return settings_no_proxy(easy);
    code = add_proxy_line(target);
    return code == CURLE_OK ? settings_proxy(easy, target->transport->proxy, &target->authorities,
                                             target->proxy_lines)
                            : code;
}

static CURLcode go_by_tls(CURL *easy, struct target *target, const struct request *request,
                          const char **problem)
{
    CURLcode code = trust(easy, target, problem);

    if (code == CURLE_OK)
        code = identify(easy, target->transport, request);
    return code == CURLE_OK ? pass_proxy(easy, target) : code;
}

static CURLcode meet(CURL *easy, struct peer *peer, int is_plain, const char **problem)
{
    peer->easy = easy;
    peer->problem = problem;
    peer->is_plain = is_plain;
    return peer_attach(peer);
}

CURLcode target_set(CURL *easy, struct target *target, const struct request *request,
                    const char **problem)
{
    enum endpoint kind = endpoint_kind(secret_text(request->url));
    CURLcode code = CURLE_OK;

    if (kind == ENDPOINT_REFUSED)
        return refuse(CURLE_URL_MALFORMAT, "the endpoint is neither https:// nor http://127.0.0.1/",
                      problem);
    if (kind != ENDPOINT_TLS && !request->form)
        return refuse(CURLE_URL_MALFORMAT, "the address is not https://", problem);
    code =
        kind == ENDPOINT_TLS ? go_by_tls(easy, target, request, problem) : settings_no_proxy(easy);
    if (code == CURLE_OK)
        code = meet(easy, &target->peer, kind == ENDPOINT_LOOPBACK, problem);
    if (code == CURLE_OK)
        code = settings_protocol(easy, kind == ENDPOINT_LOOPBACK);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_URL, secret_text(request->url));
    return code;
}

#include "courier/transport.h"

#include <string.h>

#include "courier/endpoint.h"

#define PIN "sha256//"

const char *transport_problem(const struct transport *transport)
{
    if (!transport->client_key != !transport->client_certificate)
        return "client_certificate and client_key need each other";
    /* libcurl takes anything else for the name of a file */
    /* cppcheck-suppress nullPointerRedundantCheck ; an array of the struct is never NULL */
    if (transport->pins[0] && strncmp(transport->pins, PIN, strlen(PIN)) != 0)
        return "ca_fingerprint does not begin with " PIN;
    /* cppcheck-suppress nullPointerRedundantCheck ; an array of the struct is never NULL */
    if (transport->proxy[0] && !endpoint_is_proxy(transport->proxy))
        return "the proxy is neither http://host:port nor https://host:port";
    if (transport->proxy_credentials && !transport->proxy[0])
        return "there are credentials for a proxy, but no proxy";
    if (transport->proxy_credentials && !strchr(secret_text(transport->proxy_credentials), ':'))
        return "the proxy's credentials are not name:password";
    return NULL;
}

static int is_same(const struct secret *one, const struct secret *other)
{
    return one && other ? secret_equal(one, other) : one == other;
}

int transport_is_same(const struct transport *one, const struct transport *other)
{
    return strcmp(one->ca, other->ca) == 0 && strcmp(one->pins, other->pins) == 0 &&
           is_same(one->client_certificate, other->client_certificate) &&
           is_same(one->client_key, other->client_key) && strcmp(one->proxy, other->proxy) == 0 &&
           is_same(one->proxy_credentials, other->proxy_credentials);
}

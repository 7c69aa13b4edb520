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

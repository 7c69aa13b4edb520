#include "courier/endpoint.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static int is_visible(const char *url)
{
    for (const char *c = url; *c; c++)
        if (*c < 0x21 || *c > 0x7e || strchr("\"#<>\\^`{|}", *c))
            return 0;
    return 1;
}

/* The part up to the path holds nothing that two readers could take apart differently. */
static int is_plain_host(const char *host)
{
    size_t length = strcspn(host, "/?");

    return strspn(host, LETTERS DIGITS ".-:[]") == length && strcspn(host, ":/?") > 0;
}

static int is_loopback(const char *host)
{
    static const char address[] = "127.0.0.1";

    if (strncmp(host, address, sizeof(address) - 1) != 0)
        return 0;
    host += sizeof(address) - 1;
    if (*host == ':')
        host += 1 + strspn(host + 1, DIGITS);
    return *host == '/';
}

enum endpoint endpoint_kind(const char *url)
{
    if (!is_visible(url))
        return ENDPOINT_REFUSED;
    if (strncmp(url, "https://", 8) == 0)
        return is_plain_host(url + 8) ? ENDPOINT_TLS : ENDPOINT_REFUSED;
    if (strncmp(url, "http://", 7) == 0)
        return is_loopback(url + 7) ? ENDPOINT_LOOPBACK : ENDPOINT_REFUSED;
    return ENDPOINT_REFUSED;
}

/* The length of host and port, without the port that https has anyway. */
static size_t server_length(const char *host)
{
    size_t length = strcspn(host, "/?");

    return length > 4 && strncmp(host + length - 4, ":443", 4) == 0 ? length - 4 : length;
}

int endpoint_is_on_server(const char *url, const char *other)
{
    const char *host = url + strlen("https://");
    const char *other_host = other + strlen("https://");

    return endpoint_kind(url) == ENDPOINT_TLS && endpoint_kind(other) == ENDPOINT_TLS &&
           !strchr(url, '?') && server_length(host) == server_length(other_host) &&
           strncmp(host, other_host, server_length(host)) == 0;
}

int endpoint_is_proxy(const char *url)
{
    const char *host = strncmp(url, "https://", 8) == 0  ? url + 8
                       : strncmp(url, "http://", 7) == 0 ? url + 7
                                                         : NULL;
    const char *port = host ? strrchr(host, ':') : NULL;

    if (!port || !is_visible(url) || !is_plain_host(host) || strpbrk(host, "/?"))
        return 0;
    return port > host && strspn(port + 1, DIGITS) == strlen(port + 1) && strlen(port + 1) >= 1 &&
           strlen(port + 1) <= 5;
}

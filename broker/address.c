#include "broker/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_LABEL 63
#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
/* RFC 3986, 3.3: unreserved and sub-delims, ':' and '@'; no '%' */
#define PATH_CHARACTERS LOWER UPPER DIGITS "-._~!$&'()*+,;=:@/"

static enum mp_err refuse(const char **reason, const char *text)
{
    *reason = text;
    return MP_CONFIGURATION;
}

static int is_digits(const char *text)
{
    return text[0] && text[strspn(text, DIGITS)] == '\0';
}

/* Resolvers read such a last label as a number: 127.1, 0x7f.1, 2130706433 are 127.0.0.1. */
static int ends_in_number(const char *host)
{
    const char *dot = strrchr(host, '.');
    const char *last = dot ? dot + 1 : host;

    return is_digits(last) || (last[0] == '0' && last[1] == 'x' &&
                               last[2 + strspn(last + 2, DIGITS "abcdef")] == '\0');
}

static int is_ipv4(const char *host)
{
    char again[INET_ADDRSTRLEN];
    struct in_addr address = {0};

    return inet_pton(AF_INET, host, &address) == 1 &&
           inet_ntop(AF_INET, &address, again, sizeof(again)) && strcmp(again, host) == 0;
}

/* Rewrites "[...]" in the one form of RFC 5952. */
static enum mp_err normalise_ipv6(char host[ADDRESS_MAX_HOST + 1], const char **reason)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address = {0};
    size_t length = strlen(host);

    if (length < 4 || length - 2 >= sizeof(text) || host[length - 1] != ']' ||
        strspn(host + 1, DIGITS "abcdef:.") != length - 2)
        return refuse(reason, "not an IPv6 address");
    memcpy(text, host + 1, length - 2);
    text[length - 2] = '\0';
    if (inet_pton(AF_INET6, text, &address) != 1 ||
        !inet_ntop(AF_INET6, &address, text, sizeof(text)))
        return refuse(reason, "not an IPv6 address");
    length = strlen(text);
    host[0] = '[';
    memcpy(host + 1, text, length);
    memcpy(host + 1 + length, "]", 2);
    return MP_OK;
}

static enum mp_err check_name(const char *host, const char **reason)
{
    const char *label = host;

    if (host[strspn(host, LOWER DIGITS "-.")] != '\0') {
        if (strpbrk(host, UPPER))
            return refuse(reason, "the host must be in lower case");
        return refuse(reason, "the host may hold only a-z, 0-9, hyphens and dots");
    }
    for (;;) {
        size_t length = strcspn(label, ".");

        if (length == 0)
            return refuse(reason, "the host has an empty label or a trailing dot");
        if (length > MAX_LABEL)
            return refuse(reason, "a label of the host is longer than 63 bytes");
        if (label[0] == '-' || label[length - 1] == '-')
            return refuse(reason, "a label of the host starts or ends with a hyphen");
        if (label[length] == '\0')
            break;
        label += length + 1;
    }
    if (ends_in_number(host) && !is_ipv4(host))
        return refuse(reason, "not an IPv4 address of four decimal numbers");
    return MP_OK;
}

/* `text` holds the digits after the colon. */
static enum mp_err read_port(int *port, const char *text, size_t length, const char **reason)
{
    int number = 0;

    if (length == 0 || length > 5 || text[0] == '0')
        return refuse(reason, "the port must be a number from 1 to 65535");
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return refuse(reason, "the port must be a number from 1 to 65535");
        number = number * 10 + (text[i] - '0');
    }
    if (number > 65535)
        return refuse(reason, "the port must be a number from 1 to 65535");
    *port = number;
    return MP_OK;
}

enum mp_err address_read_host(struct address *address, const char *text, size_t length,
                              int default_port, const char **reason)
{
    const char *bracket = length && text[0] == '[' ? memchr(text, ']', length) : NULL;
    const char *colon = NULL;
    size_t size = 0;
    enum mp_err err = MP_OK;

    if (memchr(text, '@', length))
        return refuse(reason, "a user name before the host is refused");
    size = bracket ? (size_t)(bracket - text) + 1 : 0;
    colon = memchr(text + size, ':', length - size);
    if (bracket && size < length && colon != text + size)
        return refuse(reason, "something stands between ']' and the port");
    size = colon ? (size_t)(colon - text) : length;
    if (size == 0)
        return refuse(reason, "the host is missing");
    if (size > ADDRESS_MAX_HOST)
        return refuse(reason, "the host is longer than 253 bytes");
    if (memchr(text, '\0', length))
        return refuse(reason, "the host may hold only a-z, 0-9, hyphens and dots");
    memcpy(address->host, text, size);
    address->host[size] = '\0';
    address->path = "";
    address->port = default_port;
    err =
        text[0] == '[' ? normalise_ipv6(address->host, reason) : check_name(address->host, reason);
    if (err == MP_OK && colon)
        err = read_port(&address->port, colon + 1, length - size - 1, reason);
    return err;
}

/* A path that every reader understands alike: plain characters, no empty or dot segment. */
static enum mp_err check_path(const char *path, const char **reason)
{
    if (path[strspn(path, PATH_CHARACTERS)] != '\0')
        return refuse(reason, "the path may hold only letters, digits and -._~!$&'()*+,;=:@ "
                              "(no query, fragment or percent-encoding)");
    for (const char *slash = path; slash && *slash; slash = strchr(slash + 1, '/')) {
        size_t length = strcspn(slash + 1, "/;"); /* some servers cut a segment at ';' */

        if (length == 0 && slash[1] != '\0')
            return refuse(reason, "the path has an empty segment");
        if ((length == 1 && slash[1] == '.') || (length == 2 && strncmp(slash + 1, "..", 2) == 0))
            return refuse(reason, "the path has a segment of dots");
    }
    return MP_OK;
}

enum mp_err address_read(struct address *address, const char *url, const char *scheme,
                         int default_port, const char **reason)
{
    size_t length = strlen(scheme);
    const char *host = NULL;
    enum mp_err err = MP_OK;

    if (strncmp(url, scheme, length) != 0 || strncmp(url + length, "://", 3) != 0)
        return refuse(reason, "it must begin with https://");
    host = url + length + 3;
    length = strcspn(host, "/?#\\");
    err = address_read_host(address, host, length, default_port, reason);
    if (err == MP_OK)
        err = host[length] == '\0' || host[length] == '/'
                  ? check_path(host + length, reason)
                  : refuse(reason, "a query, fragment or back-slash is refused");
    address->path = host + length;
    return err;
}

enum mp_err address_server(const char *url, char server[static ADDRESS_SERVER_SIZE])
{
    struct address address = {0};
    const char *reason = NULL;
    int is_http = strncmp(url, "http://", 7) == 0;
    enum mp_err err =
        address_read(&address, url, is_http ? "http" : "https", is_http ? 80 : 443, &reason);

    server[0] = '\0';
    if (err == MP_OK)
        snprintf(server, ADDRESS_SERVER_SIZE, "%s:%d", address.host, address.port);
    return err;
}

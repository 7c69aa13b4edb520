#include "broker/hosts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "broker/address.h"
#include "broker/utf8.h"

#define HTTPS_PORT 443
#define MAX_PATH 4096

static int same(const struct hosts_entry *one, const struct hosts_entry *other)
{
    return one->port == other->port && strcmp(one->host, other->host) == 0 &&
           strcmp(one->prefix, other->prefix) == 0;
}

static void entry_free(struct hosts_entry *entry)
{
    free(entry->host);
    free(entry->prefix);
    entry->host = NULL;
    entry->prefix = NULL;
}

enum mp_err hosts_add(struct hosts *hosts, const char *url, const char **reason)
{
    struct address address = {0};
    struct hosts_entry entry = {0};
    struct hosts_entry *more = NULL;
    size_t length = 0;
    enum mp_err err = address_read(&address, url, "https", HTTPS_PORT, reason);

    if (err != MP_OK)
        return err;
    length = strlen(address.path);
    if (length > 0 && address.path[length - 1] != '/') {
        *reason = "the path prefix must end with a slash";
        return MP_CONFIGURATION;
    }
    entry.port = address.port;
    entry.host = strdup(address.host);
    entry.prefix = strdup(length > 1 ? address.path : "");
    err = entry.host && entry.prefix ? MP_OK : MP_NOMEM;
    for (size_t i = 0; err == MP_OK && i < hosts->count; i++) {
        if (same(&hosts->entries[i], &entry)) {
            *reason = "it is listed twice";
            err = MP_CONFIGURATION;
        }
    }
    if (err == MP_OK) {
        more = reallocarray(hosts->entries, hosts->count + 1, sizeof(*more));
        err = more ? MP_OK : MP_NOMEM;
    }
    if (err != MP_OK) {
        entry_free(&entry);
        return err;
    }
    hosts->entries = more;
    hosts->entries[hosts->count++] = entry;
    return MP_OK;
}

void hosts_free(struct hosts *hosts)
{
    for (size_t i = 0; i < hosts->count; i++)
        entry_free(&hosts->entries[i]);
    free(hosts->entries);
    hosts->entries = NULL;
    hosts->count = 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that a percent-encoding stands for, or -1 when it must not be encoded or is none. */
static int decode(const char *percent)
{
    int high = hex_digit(percent[1]);
    int low = high < 0 ? -1 : hex_digit(percent[2]);
    int byte = low < 0 ? -1 : high * 16 + low;

    if (byte < 0x20 || byte == 0x7f || strchr("./\\%;", byte))
        return -1;
    return byte;
}

/* Would a server leave this segment and not what it names? ";" starts parameters (RFC 3986, 3.3).
 */
static int is_dots(const char *segment, size_t length)
{
    const char *parameters = memchr(segment, ';', length);

    if (parameters)
        length = (size_t)(parameters - segment);
    return (length == 1 && segment[0] == '.') || (length == 2 && memcmp(segment, "..", 2) == 0);
}

/*
 * May an asked path (without its leading slash) be compared with a prefix? Only if no server can
 * read it as another one. '?' and '#' are no ends: git sends a path decoded, so that they may
 * stand in the middle of it, with dot segments behind.
 */
static int is_plain_path(const char *path)
{
    char decoded[MAX_PATH];
    size_t length = 0;

    for (const char *c = path; *c; c++) {
        unsigned char byte = (unsigned char)*c;
        int meant = byte == '%' ? decode(c) : byte;

        if (meant < 0 || byte < 0x20 || byte == 0x7f || byte == '\\' || length == sizeof(decoded))
            return 0;
        decoded[length++] = (char)meant;
        if (byte == '%')
            c += 2;
    }
    if (!utf8_is_valid(decoded, length))
        return 0;
    for (const char *segment = path;;) {
        size_t size = strcspn(segment, "/");

        if (is_dots(segment, size) || (size == 0 && segment[0] == '/'))
            return 0;
        if (segment[size] == '\0')
            return 1;
        segment += size + 1;
    }
}

/* `path` has no leading slash. The prefix itself may be asked for without its last slash. */
static int lies_under(const char *path, const char *prefix)
{
    size_t length = strlen(prefix) - 1;

    if (strncmp(path, prefix + 1, length) == 0)
        return 1;
    return strncmp(path, prefix + 1, length - 1) == 0 && path[length - 1] == '\0';
}

int hosts_match(const struct hosts *hosts, const char *scheme, const char *host, const char *path)
{
    struct address asked = {0};
    const char *reason = NULL;
    int best = -1;

    if (!scheme || !host || strcasecmp(scheme, "https") != 0 ||
        address_read_host(&asked, host, strlen(host), HTTPS_PORT, &reason) != MP_OK)
        return -1;
    if (path && path[0] == '/')
        path++;
    if (path && !is_plain_path(path))
        path = NULL;
    for (size_t i = 0; i < hosts->count; i++) {
        const struct hosts_entry *entry = &hosts->entries[i];
        int length = (int)strlen(entry->prefix);

        if (entry->port != asked.port || strcmp(entry->host, asked.host) != 0 || length <= best)
            continue;
        if (length == 0 || (path && lies_under(path, entry->prefix)))
            best = length;
    }
    return best;
}

int hosts_overlap(const struct hosts *one, const struct hosts *other, char **url)
{
    *url = NULL;
    for (size_t i = 0; i < one->count; i++) {
        const struct hosts_entry *entry = &one->entries[i];

        for (size_t k = 0; k < other->count; k++) {
            char port[16] = "";

            if (!same(entry, &other->entries[k]))
                continue;
            if (entry->port != HTTPS_PORT)
                snprintf(port, sizeof(port), ":%d", entry->port);
            if (asprintf(url, "https://%s%s%s", entry->host, port,
                         entry->prefix[0] ? entry->prefix : "/") < 0)
                *url = NULL;
            return 1;
        }
    }
    return 0;
}

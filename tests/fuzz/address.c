/* links: broker/hosts.o broker/address.o broker/utf8.o */
/*
 * broker/hosts and broker/address: which request gets a token. The input is a configured address,
 * then scheme, host and path of a request.
 */
#include "broker/address.h"

#include <strings.h>

#include "broker/hosts.h"
#include "tests/fuzz/fuzz.h"

/* What is read has one spelling: reading it again changes nothing. */
static void check_address(const char *url)
{
    char server[ADDRESS_SERVER_SIZE];
    char again[ADDRESS_SERVER_SIZE + 16];
    struct address address;
    struct address second;
    const char *reason = NULL;

    if (address_read(&address, url, "https", 443, &reason) != MP_OK) {
        MUST(reason && reason[0]);
        return;
    }
    MUST(address.port > 0 && address.port <= 65535 && address.host[0]);
    MUST(strspn(address.host, "abcdefghijklmnopqrstuvwxyz0123456789.-:[]") == strlen(address.host));
    MUST(address.path[0] == '\0' || address.path[0] == '/');
    MUST(address_server(url, server) == MP_OK);
    snprintf(again, sizeof(again), "https://%s", server);
    MUST(address_read(&second, again, "https", 443, &reason) == MP_OK);
    MUST(second.port == address.port && strcmp(second.host, address.host) == 0);
}

/* A match is of this very host, and of nothing that a server could read as another path. */
static void check_match(const struct hosts *hosts, const char *scheme, const char *host,
                        const char *path, int match)
{
    const struct hosts_entry *entry = &hosts->entries[0];
    size_t prefix = strlen(entry->prefix);
    const char *slash = path[0] == '/' ? "" : "/";
    char *whole = NULL;
    const char *reason = NULL;
    struct address asked;

    MUST(strcasecmp(scheme, "https") == 0);
    MUST(address_read_host(&asked, host, strlen(host), 443, &reason) == MP_OK);
    MUST(strcmp(asked.host, entry->host) == 0 && asked.port == entry->port);
    MUST(match == 0 || (size_t)match == prefix);
    if (prefix == 0)
        return;
    whole = calloc(1, strlen(path) + 3);
    MUST(whole != NULL);
    snprintf(whole, strlen(path) + 3, "%s%s/", slash, path);
    MUST(strncmp(whole, entry->prefix, prefix) == 0);
    MUST(!strstr(path, "//") && !strstr(whole, "/../") && !strstr(whole, "/./"));
    MUST(!strchr(path, '\\') && !strstr(path, "%2e") && !strstr(path, "%2F"));
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct hosts hosts = {0};
    const char *reason = NULL;
    char *url = fuzz_text(&bytes, &length);
    char *scheme = fuzz_text(&bytes, &length);
    char *host = fuzz_text(&bytes, &length);
    char *path = fuzz_text(&bytes, &length);
    int match = -1;

    check_address(url);
    if (hosts_add(&hosts, url, &reason) == MP_OK) {
        char *twin = NULL;

        match = hosts_match(&hosts, scheme, host, path);
        if (match >= 0)
            check_match(&hosts, scheme, host, path, match);
        MUST(hosts_overlap(&hosts, &hosts, &twin) && twin);
        free(twin);
    } else {
        MUST(reason && reason[0] && hosts.count == 0);
    }
    hosts_free(&hosts);
    free(url);
    free(scheme);
    free(host);
    free(path);
    return 0;
}

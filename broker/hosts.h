/*
 * Which addresses an account serves: the `hosts` key, a list of https://host[:port][/prefix/].
 * One strict reader for configured and asked addresses: lower-case ASCII letters, digits, hyphens
 * and dots (or an IPv4 address, or a bracketed IPv6 one), no user info, no trailing dot, default
 * port normalised. Anything else matches nothing.
 */
#ifndef MOBPROC_BROKER_HOSTS_H
#define MOBPROC_BROKER_HOSTS_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"

struct hosts_entry {
    char *host; /* lower case */
    int port;
    char *prefix; /* "" or "/…/", ends with a slash */
};

/* Owns its entries. Start with {0}. */
struct hosts {
    size_t count;
    struct hosts_entry *entries;
};

/* Reads one configured address and adds it. MP_OK; MP_CONFIGURATION with a static *reason. */
enum mp_err hosts_add(struct hosts *hosts, const char *url, const char **reason) MUST_CHECK;

void hosts_free(struct hosts *hosts);

/*
 * How well the list serves an asked address: -1 not at all, else the length of the longest matching
 * prefix (0 for an entry without one). `scheme` must be "https" in any case; `host` may carry
 * ":port"; `path` is NULL when the request has none (then only entries without a prefix match), and
 * may lack its leading slash, as git sends it. A prefix ends at a path segment. A path that a
 * server could read as another one matches no prefix: one with "//", "/./", "/../" or "/..;", a
 * back-slash, a control byte, anything that is not UTF-8, a percent-encoded dot, slash, back-slash,
 * semicolon or percent sign, or more than 4096 bytes. A query is better left out: it is judged like
 * the path.
 */
int hosts_match(const struct hosts *hosts, const char *scheme, const char *host, const char *path);

/* Do two lists have an equal entry (an error in a configuration)? Then *url names it (malloc). */
int hosts_overlap(const struct hosts *one, const struct hosts *other, char **url);

#endif

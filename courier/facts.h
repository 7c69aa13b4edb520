/* What an exchange shows of the way to the server, whatever was answered. For a probe. */
#ifndef MOBPROC_COURIER_FACTS_H
#define MOBPROC_COURIER_FACTS_H

#include <curl/curl.h>
#include <stdint.h>

#include "courier/head.h"
#include "lib/attr.h"

struct facts {
    int is_resolved;         /* the name has an address */
    int is_connected;        /* TCP */
    int is_secured;          /* the TLS handshake is done, and the certificate was believed */
    int64_t date;            /* the reply's Date, seconds since 1970; 0 when there is none */
    int64_t date_seen_at;    /* our clock at that moment */
    int64_t certificate_end; /* seconds since 1970; 0 when not known */
};

/* Makes libcurl remember the certificate; before the connection. */
CURLcode facts_watch(CURL *easy) MUST_CHECK;

/* Reads what the exchange that has just ended with `code` left behind. */
void facts_read(CURL *easy, CURLcode code, const struct head *head, struct facts *facts);

#endif

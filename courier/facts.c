#include "courier/facts.h"

#include <string.h>

#include "lib/clock.h"

CURLcode facts_watch(CURL *easy)
{
    return curl_easy_setopt(easy, CURLOPT_CERTINFO, 1L);
}

static int has_passed(CURL *easy, CURLINFO moment)
{
    curl_off_t time = 0;

    return curl_easy_getinfo(easy, moment, &time) == CURLE_OK && time > 0;
}

/* RFC 9110 5.6.7; a time that makes no sense is none. */
static int64_t read_time(const char *text)
{
    time_t time = curl_getdate(text, NULL);

    return time > 0 ? (int64_t)time : 0;
}

/* The first certificate is the server's own. */
static int64_t read_certificate_end(CURL *easy)
{
    static const char label[] = "Expire date:";
    const struct curl_certinfo *info = NULL;

    if (curl_easy_getinfo(easy, CURLINFO_CERTINFO, &info) != CURLE_OK || !info ||
        info->num_of_certs < 1)
        return 0;
    for (const struct curl_slist *line = info->certinfo[0]; line; line = line->next)
        if (strncmp(line->data, label, sizeof(label) - 1) == 0)
            return read_time(line->data + sizeof(label) - 1);
    return 0;
}

/* libcurl counts a connection only when its handshake is done; a failed one needs TCP before it. */
static int is_connected(CURL *easy, CURLcode code)
{
    static const CURLcode handshake[] = {CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION,
                                         CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
                                         CURLE_SSL_PINNEDPUBKEYNOTMATCH};
    long port = 0;

    for (size_t i = 0; i < sizeof(handshake) / sizeof(handshake[0]); i++)
        if (code == handshake[i])
            return 1;
    return has_passed(easy, CURLINFO_CONNECT_TIME_T) ||
           (curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port) == CURLE_OK && port > 0);
}

void facts_read(CURL *easy, CURLcode code, const struct head *head, struct facts *facts)
{
    int is_answered = code == CURLE_OK; /* perhaps over a connection that stood already */

    *facts = (struct facts){
        .is_resolved = is_answered || has_passed(easy, CURLINFO_NAMELOOKUP_TIME_T),
        .is_connected = is_answered || is_connected(easy, code),
        .is_secured = is_answered || has_passed(easy, CURLINFO_APPCONNECT_TIME_T),
        .date = head->date[0] ? read_time(head->date) : 0,
        .date_seen_at = clock_utc(),
        .certificate_end = read_certificate_end(easy),
    };
}

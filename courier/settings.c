#include "courier/settings.h"

#include <stdint.h>
#include <string.h>

#include "courier/http.h"

static const struct {
    CURLoption option;
    long value;
} numbers[] = {
    {CURLOPT_NOSIGNAL, 1},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0},
    /* who the server is */
    {CURLOPT_SSL_VERIFYPEER, 1},
    {CURLOPT_SSL_VERIFYHOST, 2},
    {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    {CURLOPT_SSL_OPTIONS, 0},
    /* nothing goes anywhere else: a followed 307 repeats the password to another host */
    {CURLOPT_FOLLOWLOCATION, 0},
    {CURLOPT_MAXREDIRS, 0},
    {CURLOPT_AUTOREFERER, 0},
    /* nobody but us writes an Authorization header */
    {CURLOPT_HTTPAUTH, CURLAUTH_NONE},
    {CURLOPT_PROXYAUTH, CURLAUTH_NONE},
    {CURLOPT_UNRESTRICTED_AUTH, 0},
    {CURLOPT_NETRC, CURL_NETRC_IGNORED},
    {CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
    /* a proxy gets its own lines, and its replies are none of the server's */
    {CURLOPT_HTTPPROXYTUNNEL, 1},
    {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE},
    {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
    /* nothing is shared between two jobs (FRESH_CONNECT and FORBID_REUSE: http.c) */
    {CURLOPT_SSL_SESSIONID_CACHE, 0},
    /* the body comes as it is, and not much of it; cookies, HSTS and Alt-Svc are off until a file
       is named, and none is */
    {CURLOPT_HTTP_CONTENT_DECODING, 0},
    {CURLOPT_HTTP_TRANSFER_DECODING, 1},
    {CURLOPT_TRANSFER_ENCODING, 0},
    {CURLOPT_IGNORE_CONTENT_LENGTH, 0},
    {CURLOPT_MAXFILESIZE, HTTP_MAX_BODY},
    {CURLOPT_BUFFERSIZE, 16384},
    {CURLOPT_TCP_NODELAY, 1},
#if LIBCURL_VERSION_NUM >= 0x075700
    {CURLOPT_QUICK_EXIT, 1}, /* do not wait for a name lookup that has lost its deadline */
#endif
};

static const struct {
    CURLoption option;
    const char *value;
} texts[] = {
    {CURLOPT_PRE_PROXY, NULL},
    {CURLOPT_ACCEPT_ENCODING, NULL},
    {CURLOPT_USERAGENT, "mobproc/" MOBPROC_VERSION},
    {CURLOPT_SSLCERTTYPE, "PEM"},
    {CURLOPT_SSLKEYTYPE, "PEM"},
};

CURLcode settings_protocol(CURL *easy, int is_plain)
{
    CURLcode code = CURLE_OK;

#if LIBCURL_VERSION_NUM >= 0x075500
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "https");
#else
    code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS, is_plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTPS);
#endif
    return code;
}

CURLcode settings_apply(CURL *easy)
{
    CURLcode code = CURLE_OK;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && code == CURLE_OK; i++)
        code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && code == CURLE_OK; i++)
        code = curl_easy_setopt(easy, texts[i].option, texts[i].value);
    return code;
}

/* --- whom to believe --- */

CURLcode settings_trust(CURL *easy, const struct authorities *authorities, const char *pins)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CAINFO, authorities->file);

    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_CAPATH, authorities->directory);
    if (code == CURLE_OK && pins[0])
        code = curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, pins);
    return code;
}

/* --- who we are --- */

static CURLcode set_pem(CURL *easy, CURLoption option, const struct secret *pem)
{
    struct curl_blob blob = {.flags = CURL_BLOB_NOCOPY};

    if (!pem)
        return curl_easy_setopt(easy, option, NULL);
    blob.data = (void *)(uintptr_t)secret_text(pem); /* libcurl only reads it */
    blob.len = secret_length(pem);
    return curl_easy_setopt(easy, option, &blob);
}

CURLcode settings_identity(CURL *easy, const struct secret *certificate, const struct secret *key)
{
    CURLcode code = set_pem(easy, CURLOPT_SSLCERT_BLOB, certificate);

    if (code == CURLE_OK)
        code = set_pem(easy, CURLOPT_SSLKEY_BLOB, key);
    /* without one, OpenSSL asks at the terminal for the passphrase of an encrypted key */
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_KEYPASSWD, certificate ? "" : NULL);
    return code;
}

/* --- whom to pass --- */

CURLcode settings_no_proxy(CURL *easy)
{
    /* "" also switches off https_proxy and its relatives */
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY, "");

    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_NOPROXY, "*") : code;
}

static CURLcode trust_proxy(CURL *easy, const struct authorities *authorities)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYPEER, 1L);

    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PROXY_SSL_VERIFYHOST, 2L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PROXY_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, authorities->file);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, authorities->directory);
    return code;
}

CURLcode settings_proxy(CURL *easy, const char *proxy, const struct authorities *authorities,
                        struct curl_slist *lines)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PROXY, proxy);

    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_PROXYHEADER, lines);
    if (code == CURLE_OK && strncmp(proxy, "https://", 8) == 0)
        code = trust_proxy(easy, authorities);
    return code;
}

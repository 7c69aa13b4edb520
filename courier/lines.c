#include "courier/lines.h"

#include <stdio.h>
#include <string.h>

void lines_free(struct curl_slist **lines)
{
    for (struct curl_slist *line = *lines; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(*lines);
    *lines = NULL;
}

static CURLcode add(struct curl_slist **lines, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*lines, line);

    if (!longer)
        return CURLE_OUT_OF_MEMORY;
    *lines = longer;
    return CURLE_OK;
}

static CURLcode add_length(struct curl_slist **lines, size_t length)
{
    char line[64];
    CURLcode code = CURLE_OK;

    snprintf(line, sizeof(line), "Content-Length: %zu", length);
    code = add(lines, line);
    return code == CURLE_OK ? add(lines, "Transfer-Encoding:") : code; /* no value: not sent */
}

CURLcode lines_set(CURL *easy, struct curl_slist **lines, const struct request *request,
                   enum lines_length length)
{
    CURLcode code = CURLE_OK;

    lines_free(lines);
    code = add(lines, "Accept: application/json");
    if (code == CURLE_OK && request->form)
        code = add(lines, "Expect:"); /* without a value: do not send it */
    if (code == CURLE_OK && request->authorization)
        code = add(lines, secret_text(request->authorization));
    if (code == CURLE_OK && request->form && length == LINES_SAID)
        code = add_length(lines, secret_length(request->form));
    return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *lines) : code;
}

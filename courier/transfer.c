#include "courier/transfer.h"

#include <stdio.h>
#include <string.h>

static size_t hand_over_form(char *out, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t left = secret_length(transfer->form) - transfer->handed_over;
    size_t room = size * count;

    if (left == 0 && transfer->looks_for_end)
        return 0; /* the end */
    if (left == 0) {
        transfer->problem = "libcurl asked for the form twice";
        return CURL_READFUNC_ABORT;
    }
    if (left > room)
        left = room;
    memcpy(out, secret_text(transfer->form) + transfer->handed_over, left);
    transfer->handed_over += left;
    return left;
}

/* libcurl repeats a POST when a connection dies early: a password is never sent twice. */
static int rewind_form(void *context, curl_off_t offset, int origin)
{
    struct transfer *transfer = context;

    if (!transfer->may_repeat || offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    transfer->handed_over = 0;
    return CURL_SEEKFUNC_OK;
}

static size_t take_head_line(char *line, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;

    return head_line(&transfer->head, line, size * count) ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;

    if (secret_append(transfer->body, bytes, size * count) == MP_OK)
        return size * count;
    transfer->problem = TRANSFER_TOO_LONG;
    return 0;
}

CURLcode transfer_attach(CURL *easy, struct transfer *transfer)
{
    CURLcode code = curl_easy_setopt(easy, CURLOPT_READFUNCTION, hand_over_form);

    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, rewind_form);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head_line);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    return code;
}

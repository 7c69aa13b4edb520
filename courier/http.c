#include "courier/http.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "courier/authorities.h"
#include "courier/head.h"
#include "courier/settings.h"
#include "lib/clock.h"

/* libcurl's own timers stay behind ours: when it times out in a lookup, old ones wait for it. */
#define AFTER_US_MS 250

static const char too_long[] = "the reply is longer than 64 KiB";

struct http {
    CURL *easy;
    CURLM *multi;
    struct curl_slist *lines;
    const struct secret *form; /* the caller's, during http_post */
    size_t handed_over;        /* bytes of the form that libcurl took; never goes back */
    struct head head;
    struct secret *body;
    const char *problem; /* why a callback ended the transfer */
    char error[CURL_ERROR_SIZE];
};

/* --- what libcurl calls --- */

static size_t hand_over_form(char *out, size_t size, size_t count, void *context)
{
    struct http *http = context;
    size_t left = secret_length(http->form) - http->handed_over;
    size_t room = size * count;

    if (left == 0) {
        http->problem = "libcurl asked for the form twice";
        return CURL_READFUNC_ABORT;
    }
    if (left > room)
        left = room;
    memcpy(out, secret_text(http->form) + http->handed_over, left);
    http->handed_over += left;
    return left;
}

/* libcurl repeats a POST when a connection dies early: a password is never sent twice. */
static int refuse_rewind(void *context UNUSED, curl_off_t offset UNUSED, int origin UNUSED)
{
    return CURL_SEEKFUNC_FAIL;
}

static size_t take_head_line(char *line, size_t size, size_t count, void *context)
{
    struct http *http = context;

    return head_line(&http->head, line, size * count) ? size * count : 0;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct http *http = context;

    if (secret_append(http->body, bytes, size * count) == MP_OK)
        return size * count;
    http->problem = too_long;
    return 0;
}

/* --- the handle --- */

static CURLcode set_callbacks(struct http *http)
{
    CURL *easy = http->easy;
    CURLcode code = curl_easy_setopt(easy, CURLOPT_READFUNCTION, hand_over_form);

    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_READDATA, http);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, refuse_rewind);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_head_line);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, http);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, http);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, http->error);
    return code;
}

enum mp_err http_open(const char *url, int is_plain, const char *ca, struct http **out)
{
    struct authorities authorities = {0};
    struct http *http = NULL;
    CURLcode code = CURLE_OK;
    enum mp_err err = MP_NOMEM;

    *out = NULL;
    if (!is_plain && authorities_find(ca, &authorities) != MP_OK)
        return MP_CONFIGURATION;
    http = calloc(1, sizeof(*http));
    if (!http)
        return MP_NOMEM;
    http->easy = curl_easy_init();
    http->multi = curl_multi_init();
    if (!http->easy || !http->multi)
        goto out;
    code = settings_apply(http->easy, is_plain);
    if (code == CURLE_OK)
        code = settings_trust(http->easy, &authorities);
    if (code == CURLE_OK)
        code = set_callbacks(http);
    if (code == CURLE_OK)
        code = curl_easy_setopt(http->easy, CURLOPT_URL, url);
    err = code == CURLE_OK ? MP_OK : code == CURLE_OUT_OF_MEMORY ? MP_NOMEM : MP_INTERNAL;
out:
    if (err == MP_OK)
        *out = http;
    else
        http_close(&http);
    return err;
}

/* The lines may hold the client secret. */
static void free_lines(struct curl_slist **lines)
{
    for (struct curl_slist *line = *lines; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(*lines);
    *lines = NULL;
}

void http_close(struct http **http)
{
    if (!*http)
        return;
    if ((*http)->multi && (*http)->easy)
        curl_multi_remove_handle((*http)->multi, (*http)->easy);
    curl_easy_cleanup((*http)->easy);
    curl_multi_cleanup((*http)->multi);
    free_lines(&(*http)->lines);
    secret_free(&(*http)->body);
    free(*http);
    *http = NULL;
}

/* --- one exchange --- */

static CURLcode add_line(struct http *http, const char *line)
{
    struct curl_slist *longer = curl_slist_append(http->lines, line);

    if (!longer)
        return CURLE_OUT_OF_MEMORY;
    http->lines = longer;
    return CURLE_OK;
}

static CURLcode prepare(struct http *http, const struct http_request *request)
{
    CURL *easy = http->easy;
    long left = clock_left_ms(request->deadline_ms);
    long connect = clock_left_ms(request->connect_by_ms);
    CURLcode code = CURLE_OK;

    if (left == 0 || connect == 0) {
        http->problem = "no time left";
        return CURLE_OPERATION_TIMEDOUT;
    }
    code = add_line(http, "Accept: application/json");
    if (code == CURLE_OK)
        code = add_line(http, "Expect:"); /* without a value: do not send it */
    if (code == CURLE_OK && request->authorization)
        code = add_line(http, secret_text(request->authorization));
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->lines);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t)secret_length(request->form));
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left + AFTER_US_MS);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect + AFTER_US_MS);
    if (code == CURLE_OK && curl_multi_add_handle(http->multi, easy) != CURLM_OK)
        code = CURLE_OUT_OF_MEMORY;
    return code;
}

static int is_connected(struct http *http)
{
    curl_off_t moment = 0;

    return curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME_T, &moment) == CURLE_OK &&
           moment > 0;
}

/* Drives the transfer to its end or to our deadline, whichever is first. */
static CURLcode run(struct http *http, const struct http_request *request)
{
    for (;;) {
        int running = 0;
        int queued = 0;
        int connected = 0;
        int left = 0;
        CURLMsg *message = NULL;

        if (curl_multi_perform(http->multi, &running) != CURLM_OK)
            return CURLE_FAILED_INIT;
        message = curl_multi_info_read(http->multi, &queued);
        if (message && message->msg == CURLMSG_DONE)
            return message->data.result;
        connected = is_connected(http);
        left = clock_left_ms(connected ? request->deadline_ms : request->connect_by_ms);
        if (left == 0) {
            http->problem = connected ? "no complete reply in time" : "no connection in time";
            return CURLE_OPERATION_TIMEDOUT;
        }
        if (curl_multi_poll(http->multi, NULL, 0, left, NULL) != CURLM_OK)
            return CURLE_FAILED_INIT;
    }
}

/* After the first byte of the form every failure is an outage, whatever libcurl calls it. */
static enum mp_err failure_of(const struct http *http, CURLcode code)
{
    if (code == CURLE_OK)
        return MP_OK;
    if (http->handed_over > 0)
        return MP_OUTAGE;
    if (code == CURLE_OUT_OF_MEMORY)
        return MP_NOMEM;
    return code == CURLE_SSL_CACERT_BADFILE || code == CURLE_URL_MALFORMAT ? MP_CONFIGURATION
                                                                           : MP_OUTAGE;
}

static void describe(struct http *http, CURLcode code, struct http_answer *answer)
{
    const char *why = http->problem ? http->problem : http->head.problem;

    if (code == CURLE_FILESIZE_EXCEEDED)
        why = too_long;
    if (!why)
        why = http->error[0] ? http->error : curl_easy_strerror(code);
    proto_escape(answer->detail, sizeof(answer->detail), why);
}

static void collect(struct http *http, CURLcode code, struct http_answer *answer)
{
    curl_off_t retry_after = 0;

    answer->failure = failure_of(http, code);
    answer->progress = http->handed_over > 0 ? PROTO_MAYBE_SENT : PROTO_NOTHING_SENT;
    if (curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &answer->status) != CURLE_OK)
        answer->status = 0;
    if (code != CURLE_OK) {
        describe(http, code, answer);
        return;
    }
    answer->progress = PROTO_ANSWERED;
    answer->is_json = http->head.is_json;
    answer->is_encoded = http->head.is_encoded;
    if (curl_easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK &&
        retry_after > 0)
        answer->retry_after = retry_after < LONG_MAX ? (long)retry_after : LONG_MAX;
    answer->body = http->body;
    http->body = NULL;
}

void http_post(struct http *http, const struct http_request *request, struct http_answer *answer)
{
    CURLcode code = CURLE_OUT_OF_MEMORY;

    http->form = request->form;
    http->body = secret_new(HTTP_MAX_BODY);
    if (http->body)
        code = prepare(http, request);
    if (code == CURLE_OK)
        code = run(http, request);
    collect(http, code, answer);
}

void http_answer_free(struct http_answer *answer)
{
    secret_free(&answer->body);
}

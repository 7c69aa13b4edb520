#include "courier/http.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "courier/settings.h"
#include "courier/target.h"
#include "courier/transfer.h"
#include "lib/clock.h"

/* libcurl's own timers stay behind ours: when it times out in a lookup, old ones wait for it. */
#define AFTER_US_MS 250

struct http {
    CURL *easy;
    CURLM *multi;
    int is_added; /* the easy handle is in the multi handle */
    struct target target;
    struct curl_slist *lines;
    struct transfer transfer;
    char error[CURL_ERROR_SIZE];
};

/* --- the handle --- */

enum mp_err http_open(const struct transport *transport, struct http **out)
{
    struct http *http = calloc(1, sizeof(*http));
    CURLcode code = CURLE_OUT_OF_MEMORY;

    *out = NULL;
    if (!http)
        return MP_NOMEM;
    http->target.transport = transport;
    http->easy = curl_easy_init();
    http->multi = curl_multi_init();
    if (http->easy && http->multi)
        code = settings_apply(http->easy);
    if (code == CURLE_OK)
        code = transfer_attach(http->easy, &http->transfer);
    if (code == CURLE_OK)
        code = curl_easy_setopt(http->easy, CURLOPT_ERRORBUFFER, http->error);
    if (code == CURLE_OK) {
        *out = http;
        return MP_OK;
    }
    curl_easy_cleanup(http->easy);
    curl_multi_cleanup(http->multi);
    free(http);
    return code == CURLE_OUT_OF_MEMORY ? MP_NOMEM : MP_INTERNAL;
}

/* The lines may hold the client secret. */
static void free_lines(struct curl_slist **lines)
{
    for (struct curl_slist *line = *lines; line; line = line->next)
        explicit_bzero(line->data, strlen(line->data));
    curl_slist_free_all(*lines);
    *lines = NULL;
}

/* --- one exchange --- */

static CURLcode refuse(struct http *http, CURLcode code, const char *problem)
{
    http->transfer.problem = problem;
    return code;
}

static CURLcode add_line(struct http *http, const char *line)
{
    struct curl_slist *longer = curl_slist_append(http->lines, line);

    if (!longer)
        return CURLE_OUT_OF_MEMORY;
    http->lines = longer;
    return CURLE_OK;
}

/* Forgets the exchange before. */
static CURLcode begin(struct http *http, const struct request *request, int may_repeat)
{
    if (http->is_added)
        curl_multi_remove_handle(http->multi, http->easy);
    http->is_added = 0;
    http->error[0] = '\0';
    free_lines(&http->lines);
    secret_free(&http->transfer.body);
    http->transfer = (struct transfer){
        .form = request->form, .may_repeat = may_repeat, .body = secret_new(HTTP_MAX_BODY)};
    return http->transfer.body ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

static CURLcode set_lines(struct http *http, const struct request *request)
{
    CURLcode code = add_line(http, "Accept: application/json");

    if (code == CURLE_OK && request->form)
        code = add_line(http, "Expect:"); /* without a value: do not send it */
    if (code == CURLE_OK && request->authorization)
        code = add_line(http, secret_text(request->authorization));
    if (code == CURLE_OK)
        code = curl_easy_setopt(http->easy, CURLOPT_HTTPHEADER, http->lines);
    return code;
}

static CURLcode set_method(struct http *http, const struct request *request)
{
    CURLcode code = CURLE_OK;

    if (!request->form)
        return curl_easy_setopt(http->easy, CURLOPT_HTTPGET, 1L);
    code = curl_easy_setopt(http->easy, CURLOPT_POST, 1L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(http->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                                (curl_off_t)secret_length(request->form));
    return code;
}

static CURLcode set_terms(struct http *http, const struct http_terms *terms)
{
    CURL *easy = http->easy;
    long left = clock_left_ms(terms->deadline_ms);
    long connect = clock_left_ms(terms->connect_by_ms);
    CURLcode code = CURLE_OK;

    if (left == 0 || connect == 0)
        return refuse(http, CURLE_OPERATION_TIMEDOUT, "no time left");
    code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, left + AFTER_US_MS);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect + AFTER_US_MS);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, terms->reuses ? 0L : 1L);
    if (code == CURLE_OK)
        code = curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, terms->keeps ? 0L : 1L);
    return code;
}

static CURLcode prepare(struct http *http, const struct request *request,
                        const struct http_terms *terms)
{
    CURLcode code = begin(http, request, terms->reuses);

    if (code == CURLE_OK)
        code = target_set(http->easy, &http->target, request, &http->transfer.problem);
    if (code == CURLE_OK)
        code = set_lines(http, request);
    if (code == CURLE_OK)
        code = set_method(http, request);
    if (code == CURLE_OK)
        code = set_terms(http, terms);
    if (code == CURLE_OK && curl_multi_add_handle(http->multi, http->easy) != CURLM_OK)
        code = CURLE_OUT_OF_MEMORY;
    http->is_added = code == CURLE_OK;
    return code;
}

static int is_connected(const struct http *http)
{
    curl_off_t moment = 0;

    return curl_easy_getinfo(http->easy, CURLINFO_PRETRANSFER_TIME_T, &moment) == CURLE_OK &&
           moment > 0;
}

/* Drives the transfer to its end or to our deadline, whichever is first. */
static CURLcode run(struct http *http, const struct http_terms *terms)
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
        left = clock_left_ms(connected ? terms->deadline_ms : terms->connect_by_ms);
        if (left == 0)
            return refuse(http, CURLE_OPERATION_TIMEDOUT,
                          connected ? "no complete reply in time" : "no connection in time");
        if (curl_multi_poll(http->multi, NULL, 0, left, NULL) != CURLM_OK)
            return CURLE_FAILED_INIT;
    }
}

/* --- what came of it --- */

/* A GET has no form that could be counted: it may have left as soon as there is a connection. */
static int may_have_left(const struct http *http)
{
    if (http->transfer.form)
        return http->transfer.handed_over > 0;
    return http->is_added && is_connected(http);
}

/* What only an edit of the configuration mends: an address, or a file that cannot be used. */
static int is_our_fault(CURLcode code)
{
    return code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM ||
           code == CURLE_URL_MALFORMAT;
}

/* After the first byte every failure is an outage, whatever libcurl calls it. */
static enum mp_err failure_of(const struct http *http, CURLcode code)
{
    if (code == CURLE_OK)
        return MP_OK;
    if (may_have_left(http))
        return MP_OUTAGE;
    if (code == CURLE_OUT_OF_MEMORY)
        return MP_NOMEM;
    return is_our_fault(code) ? MP_CONFIGURATION : MP_OUTAGE;
}

static int was_refused_by_proxy(const struct http *http)
{
    long status = 0;

    return http->is_added &&
           curl_easy_getinfo(http->easy, CURLINFO_HTTP_CONNECTCODE, &status) == CURLE_OK &&
           status == 407;
}

static void describe(const struct http *http, CURLcode code, struct http_answer *answer)
{
    const char *why = http->transfer.problem ? http->transfer.problem : http->transfer.head.problem;

    if (code == CURLE_FILESIZE_EXCEEDED)
        why = TRANSFER_TOO_LONG;
    if (!why && was_refused_by_proxy(http))
        why = http->target.proxy_lines ? "the proxy wants another name and password"
                                       : "the proxy wants a name and a password";
    if (!why)
        why = http->error[0] ? http->error : curl_easy_strerror(code);
    proto_escape(answer->detail, sizeof(answer->detail), why);
}

static void collect(struct http *http, CURLcode code, struct http_answer *answer)
{
    curl_off_t retry_after = 0;

    facts_read(http->easy, code, &http->transfer.head, &answer->facts);
    answer->failure = failure_of(http, code);
    answer->progress = may_have_left(http) ? PROTO_MAYBE_SENT : PROTO_NOTHING_SENT;
    /* a proxy's status is not the server's */
    if (!http->transfer.head.has_status ||
        curl_easy_getinfo(http->easy, CURLINFO_RESPONSE_CODE, &answer->status) != CURLE_OK)
        answer->status = 0;
    if (code != CURLE_OK) {
        describe(http, code, answer);
        return;
    }
    answer->progress = PROTO_ANSWERED;
    answer->is_json = http->transfer.head.is_json;
    answer->is_encoded = http->transfer.head.is_encoded;
    if (curl_easy_getinfo(http->easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK &&
        retry_after > 0)
        answer->retry_after = retry_after < LONG_MAX ? (long)retry_after : LONG_MAX;
    answer->body = http->transfer.body;
    http->transfer.body = NULL;
}

void http_send(struct http *http, const struct request *request, const struct http_terms *terms,
               struct http_answer *answer)
{
    CURLcode code = prepare(http, request, terms);

    if (code == CURLE_OK)
        code = run(http, terms);
    collect(http, code, answer);
}

enum mp_err http_watch(struct http *http)
{
    return facts_watch(http->easy) == CURLE_OK ? MP_OK : MP_INTERNAL;
}

void http_answer_free(struct http_answer *answer)
{
    secret_free(&answer->body);
}

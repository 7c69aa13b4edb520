#include "courier/http.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "courier/drive.h"
#include "courier/lines.h"
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
    const struct request *request;
    struct hold *hold; /* of this exchange, or NULL */
    char error[CURL_ERROR_SIZE];
};

static int complete(void *context, int own_port);

/* --- the handle --- */

enum mp_err http_open(const struct transport *transport, struct http **out)
{
    struct http *http = calloc(1, sizeof(*http));
    CURLcode code = CURLE_OUT_OF_MEMORY;

    *out = NULL;
    if (!http)
        return MP_NOMEM;
    http->target.transport = transport;
    http->target.peer.then = complete;
    http->target.peer.context = http;
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

/* --- one exchange --- */

static CURLcode refuse(struct http *http, CURLcode code, const char *problem)
{
    http->transfer.problem = problem;
    return code;
}

/* Forgets the exchange before. */
static CURLcode begin(struct http *http, const struct request *request,
                      const struct http_terms *terms)
{
    if (http->is_added)
        curl_multi_remove_handle(http->multi, http->easy);
    http->is_added = 0;
    http->error[0] = '\0';
    lines_free(&http->lines);
    secret_free(&http->transfer.body);
    http->transfer = (struct transfer){
        .form = request->form, .may_repeat = terms->reuses, .body = secret_new(HTTP_MAX_BODY)};
    http->transfer.looks_for_end = terms->hold != NULL;
    http->request = request;
    http->hold = terms->hold;
    return http->transfer.body ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

static CURLcode set_method(struct http *http, const struct request *request)
{
    CURLcode code = CURLE_OK;
    curl_off_t length = 0;

    if (!request->form)
        return curl_easy_setopt(http->easy, CURLOPT_HTTPGET, 1L);
    length = http->hold ? -1 : (curl_off_t)secret_length(request->form);
    code = curl_easy_setopt(http->easy, CURLOPT_POST, 1L);
    return code == CURLE_OK ? curl_easy_setopt(http->easy, CURLOPT_POSTFIELDSIZE_LARGE, length)
                            : code;
}

static CURLcode set_terms(struct http *http, const struct http_terms *terms)
{
    CURL *easy = http->easy;
    long left = clock_left_ms(terms->deadline_ms);
    long connect = clock_left_ms(terms->connect_by_ms);
    CURLcode code = CURLE_OK;

    if (left == 0 || connect == 0)
        return refuse(http, CURLE_OPERATION_TIMEDOUT, "no time left");
    code = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, terms->hold ? 0L : left + AFTER_US_MS);
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
    CURLcode code = begin(http, request, terms);

    if (code == CURLE_OK)
        code = target_set(http->easy, &http->target, request, &http->transfer.problem);
    if (code == CURLE_OK)
        code = lines_set(http->easy, &http->lines, request, LINES_COUNTED);
    if (code == CURLE_OK)
        code = set_method(http, request);
    if (code == CURLE_OK)
        code = set_terms(http, terms);
    if (code == CURLE_OK && curl_multi_add_handle(http->multi, http->easy) != CURLM_OK)
        code = CURLE_OUT_OF_MEMORY;
    http->is_added = code == CURLE_OK;
    return code;
}

/* --- a request that comes when its connection stands --- */

int http_can_hold(void)
{
    return PEER_CAN_STOP;
}

/* libcurl has settled the form's length when it calls this, so the lines have to say it. */
static int complete(void *context, int own_port)
{
    struct http *http = context;

    if (!http->hold)
        return 1;
    if (!hold_wait(http->hold, own_port))
        return 0;
    http->transfer.form = http->request->form;
    return lines_set(http->easy, &http->lines, http->request, LINES_SAID) == CURLE_OK;
}

/* --- what came of it --- */

/* A GET has no form that could be counted: it may have left as soon as there is a connection. */
static int may_have_left(const struct http *http)
{
    if (http->transfer.form)
        return http->transfer.handed_over > 0;
    return http->is_added && drive_is_connected(http->easy);
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
        code = drive(http->multi, http->easy, terms, &http->transfer.problem);
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

#include "courier/drive.h"

#include "lib/clock.h"

int drive_is_connected(CURL *easy)
{
    curl_off_t moment = 0;

    return curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &moment) == CURLE_OK && moment > 0;
}

static int is_held(const struct http_terms *terms)
{
    return terms->hold && !terms->hold->is_complete;
}

static int time_left(const struct http_terms *terms, int is_connected)
{
    int64_t deadline_ms = terms->deadline_ms;

    if (terms->hold && terms->hold->is_complete)
        deadline_ms = terms->hold->deadline_ms;
    if (!is_connected && terms->connect_by_ms < deadline_ms)
        deadline_ms = terms->connect_by_ms;
    return clock_left_ms(deadline_ms);
}

/* Sleeps until something happens. 1, or 0 when the transfer must end. */
static int rest(CURLM *multi, const struct http_terms *terms, int left)
{
    struct curl_waitfd news = {.events = CURL_WAIT_POLLIN};
    unsigned count = is_held(terms) ? 1 : 0;

    if (count)
        news.fd = terms->hold->fd;
    if (curl_multi_poll(multi, &news, count, left, NULL) != CURLM_OK)
        return 0;
    return !news.revents || hold_look(terms->hold);
}

CURLcode drive(CURLM *multi, CURL *easy, const struct http_terms *terms, const char **problem)
{
    for (;;) {
        int running = 0;
        int queued = 0;
        int is_connected = 0;
        int left = 0;
        CURLMsg *message = NULL;

        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return CURLE_FAILED_INIT;
        message = curl_multi_info_read(multi, &queued);
        if (message && message->msg == CURLMSG_DONE)
            return message->data.result;
        is_connected = drive_is_connected(easy);
        left = time_left(terms, is_connected);
        if (left == 0) {
            *problem = is_connected ? "no complete reply in time" : "no connection in time";
            return CURLE_OPERATION_TIMEDOUT;
        }
        if (!rest(multi, terms, left))
            return CURLE_FAILED_INIT;
    }
}

#include "broker/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Upper ends, in milliseconds; the last bucket has none. */
static const int64_t ends[METRICS_BUCKETS] = {50, 100, 250, 500, 1000, 2500, 5000, 10000};

void metrics_answered(struct metrics *metrics, int64_t ms)
{
    size_t bucket = 0;

    while (bucket < METRICS_BUCKETS && ms > ends[bucket])
        bucket++;
    metrics->slower[bucket]++;
    metrics->total_ms += ms > 0 ? (uint64_t)ms : 0;
}

void metrics_add(struct metrics_text *text, const char *format, ...)
{
    size_t room = text->size - text->length;
    va_list arguments;
    int length = 0;

    va_start(arguments, format);
    length = vsnprintf(text->bytes + text->length, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room)
        text->is_full = 1;
    else
        text->length += (size_t)length;
}

/* Every result has its line, also at 0: an alert on a rate needs the first one too. */
static void write_results(struct metrics_text *text, const char *name, const char *help,
                          const uint64_t counts[static MP_ERR_COUNT])
{
    metrics_add(text, "# HELP %s %s\n# TYPE %s counter\n", name, help, name);
    for (int i = 0; i < MP_ERR_COUNT; i++)
        metrics_add(text, "%s{result=\"%s\"} %" PRIu64 "\n", name, mp_err_name((enum mp_err)i),
                    counts[i]);
}

static void write_durations(const struct metrics *metrics, struct metrics_text *text)
{
    static const char name[] = "mobproc_login_duration_seconds";
    uint64_t count = 0;

    metrics_add(text, "# HELP %s Logins that the sign-in server answered.\n# TYPE %s histogram\n",
                name, name);
    for (size_t i = 0; i < METRICS_BUCKETS; i++) {
        count += metrics->slower[i];
        metrics_add(text, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name, (double)ends[i] / 1000,
                    count);
    }
    count += metrics->slower[METRICS_BUCKETS];
    metrics_add(text, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %g\n%s_count %" PRIu64 "\n", name,
                count, name, (double)metrics->total_ms / 1000, name, count);
}

void metrics_write(const struct metrics *metrics, struct metrics_text *text)
{
    write_results(text, "mobproc_logins_total", "Login attempts by result.", metrics->logins);
    write_durations(metrics, text);
    metrics_add(text,
                "# HELP mobproc_guard_trips_total Logins refused for too many wrong passwords.\n"
                "# TYPE mobproc_guard_trips_total counter\nmobproc_guard_trips_total %" PRIu64 "\n",
                metrics->logins[MP_GUARD]);
    write_results(text, "mobproc_refreshes_total", "Refreshed tokens by result.",
                  metrics->refreshes);
    metrics_add(text,
                "# HELP mobproc_tokens_given_total Access tokens given out.\n"
                "# TYPE mobproc_tokens_given_total counter\nmobproc_tokens_given_total %" PRIu64
                "\n",
                metrics->tokens);
}

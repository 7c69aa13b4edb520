#include "helper/http_request.h"

#include <string.h>
#include <strings.h>

#define TOKEN \
    "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" /* RFC 9110 */

int http_is(struct http_span span, const char *text)
{
    return span.text && span.length == strlen(text) && memcmp(span.text, text, span.length) == 0;
}

/* The number of characters of `set` at the start of a span. */
static size_t count(struct http_span span, const char *set)
{
    size_t found = 0;

    while (found < span.length && span.text[found] && strchr(set, span.text[found]))
        found++;
    return found;
}

static struct http_span from(struct http_span span, size_t start)
{
    return (struct http_span){span.text + start, span.length - start};
}

/* What stands before the first `mark`, or 0 when there is none; *rest is what stands behind it. */
static int split(struct http_span span, char mark, struct http_span *before, struct http_span *rest)
{
    const char *found = span.length ? memchr(span.text, mark, span.length) : NULL;

    if (!found)
        return 0;
    *before = (struct http_span){span.text, (size_t)(found - span.text)};
    *rest = from(span, before->length + 1);
    return 1;
}

/* METHOD SP /target SP HTTP/1.x */
static enum http_progress read_start(struct http_span line, struct http_request *request)
{
    struct http_span target;
    struct http_span version;

    if (!split(line, ' ', &request->method, &line) || !split(line, ' ', &target, &version) ||
        request->method.length == 0 || count(request->method, TOKEN) != request->method.length)
        return HTTP_BAD;
    for (size_t i = 0; i < target.length; i++)
        if (target.text[i] <= 0x20 || target.text[i] >= 0x7f || target.text[i] == '#')
            return HTTP_BAD;
    if (target.length == 0 || target.text[0] != '/')
        return HTTP_BAD;
    if (!http_is(version, "HTTP/1.1") && !http_is(version, "HTTP/1.0"))
        return version.length == 8 && memcmp(version.text, "HTTP/", 5) == 0 ? HTTP_OTHER_VERSION
                                                                            : HTTP_BAD;
    request->path = target;
    split(target, '?', &request->path, &request->query);
    return HTTP_COMPLETE;
}

static int is_named(struct http_span name, const char *text)
{
    return name.length == strlen(text) && strncasecmp(name.text, text, name.length) == 0;
}

/* 1 to 5 decimal digits: more would be over the limit anyway. */
static enum http_progress read_length(struct http_span value, size_t *length)
{
    size_t digits = count(value, "0123456789");

    if (digits == 0 || digits != value.length)
        return HTTP_BAD;
    *length = 0;
    for (size_t i = 0; i < digits && *length <= HTTP_MAX_BODY; i++)
        *length = *length * 10 + (size_t)(value.text[i] - '0');
    return *length <= HTTP_MAX_BODY ? HTTP_COMPLETE : HTTP_BODY_TOO_LONG;
}

/* Fields that mean something here stand once: two readers could choose different ones. */
static enum http_progress take_field(struct http_span name, struct http_span value,
                                     struct http_request *request, struct http_span *length)
{
    const struct {
        const char *name;
        struct http_span *place;
    } known[] = {
        {"Host", &request->host},
        {"Origin", &request->origin},
        {"Content-Type", &request->content_type},
        {"Content-Length", length},
        {"Sec-Fetch-Dest", &request->fetch_dest},
    };

    if (is_named(name, "Transfer-Encoding") || is_named(name, "Content-Encoding"))
        return HTTP_NOT_IMPLEMENTED;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (!is_named(name, known[i].name))
            continue;
        if (known[i].place->text)
            return HTTP_BAD;
        *known[i].place = value;
    }
    return HTTP_COMPLETE;
}

/* name ":" OWS value OWS, without folding (RFC 9112, 5). */
static enum http_progress read_field(struct http_span line, struct http_request *request,
                                     struct http_span *length)
{
    struct http_span name;
    struct http_span value;

    if (!split(line, ':', &name, &value) || name.length == 0 || count(name, TOKEN) != name.length)
        return HTTP_BAD;
    value = from(value, count(value, " \t"));
    while (value.length && strchr(" \t", value.text[value.length - 1]))
        value.length--;
    for (size_t i = 0; i < value.length; i++)
        if (((unsigned char)value.text[i] < 0x20 && value.text[i] != '\t') || value.text[i] == 0x7f)
            return HTTP_BAD;
    return take_field(name, value, request, length);
}

/* The line at *head, which ends with CR LF; *head goes on behind it. */
static int next_line(struct http_span *head, struct http_span *line)
{
    if (!split(*head, '\r', line, head) || head->length == 0 || head->text[0] != '\n')
        return 0;
    *head = from(*head, 1);
    return 1;
}

/* `head` ends with the CR LF of its last line. */
static enum http_progress read_head(struct http_span head, struct http_request *request)
{
    struct http_span line;
    struct http_span length = {0};
    enum http_progress progress = HTTP_BAD;
    int fields = 0;

    if (next_line(&head, &line))
        progress = read_start(line, request);
    while (progress == HTTP_COMPLETE && head.length) {
        if (!next_line(&head, &line))
            return HTTP_BAD;
        if (++fields > HTTP_MAX_FIELDS)
            return HTTP_HEAD_TOO_LONG;
        progress = read_field(line, request, &length);
    }
    if (progress == HTTP_COMPLETE && !request->host.text)
        return HTTP_BAD;
    if (progress == HTTP_COMPLETE && length.text)
        progress = read_length(length, &request->body_length);
    return progress;
}

enum http_progress http_request_read(const char *bytes, size_t length, struct http_request *request)
{
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    size_t head = end ? (size_t)(end - bytes) + 4 : 0;
    enum http_progress progress = HTTP_INCOMPLETE;

    *request = (struct http_request){0};
    if (head > HTTP_MAX_HEAD || (!end && length >= HTTP_MAX_HEAD))
        return HTTP_HEAD_TOO_LONG;
    if (!end)
        return HTTP_INCOMPLETE;
    progress = read_head((struct http_span){bytes, head - 2}, request);
    if (progress != HTTP_COMPLETE)
        return progress;
    if (length - head < request->body_length)
        return HTTP_INCOMPLETE;
    request->body = (struct http_span){bytes + head, request->body_length};
    return HTTP_COMPLETE;
}

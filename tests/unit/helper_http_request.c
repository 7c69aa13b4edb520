/* links: helper/http_request.o */
/* Requests byte by byte, whole, and cut off at every place. */
#include "helper/http_request.h"

#include "tests/unit/check.h"

#define HOST "Host: 127.0.0.1:80\r\n"

static enum http_progress progress_of(const char *text)
{
    struct http_request request;
    char *copy = strdup(text); /* exact, so that a sanitizer sees a byte too many */
    enum http_progress progress = HTTP_INCOMPLETE;

    NEED(copy);
    progress = http_request_read(copy, strlen(text), &request);
    free(copy);
    return progress;
}

TEST(a_whole_request)
{
    static const char text[] = "POST /a/b?c=d&e HTTP/1.1\r\nhost:127.0.0.1:80\r\n"
                               "ORIGIN: \t http://x \t\r\nContent-Type: a/b\r\n"
                               "Sec-Fetch-Dest: empty\r\nX:\r\ncontent-length: 5\r\n\r\nabcdefgh";
    struct http_request request;

    CHECK(http_request_read(text, strlen(text), &request) == HTTP_COMPLETE);
    CHECK(http_is(request.method, "POST") && http_is(request.path, "/a/b"));
    CHECK(http_is(request.query, "c=d&e") && http_is(request.host, "127.0.0.1:80"));
    CHECK(http_is(request.origin, "http://x") && http_is(request.content_type, "a/b"));
    CHECK(http_is(request.fetch_dest, "empty") && http_is(request.body, "abcde"));
}

TEST(what_is_absent_is_no_text)
{
    static const char text[] = "GET / HTTP/1.0\r\n" HOST "\r\n";
    struct http_request request;

    CHECK(http_request_read(text, strlen(text), &request) == HTTP_COMPLETE);
    CHECK(!request.query.text && !request.origin.text && !request.fetch_dest.text);
    CHECK(!http_is(request.query, "") && http_is(request.body, ""));
}

TEST(every_beginning_is_incomplete)
{
    static const char text[] = "POST /a?b HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc";
    char copy[sizeof(text)];

    for (size_t length = 0; length < strlen(text); length++) {
        memcpy(copy, text, length);
        copy[length] = '\0';
        CHECK(progress_of(copy) == HTTP_INCOMPLETE);
    }
    CHECK(progress_of(text) == HTTP_COMPLETE);
}

TEST(what_is_not_http_is_refused)
{
    static const char *const texts[] = {"\r\n\r\n",
                                        " \r\n\r\n",
                                        "GET\r\n\r\n",
                                        "GET /\r\n\r\n",
                                        "GET / HTTP/1.1\r\n\r\n",
                                        "GET /  HTTP/1.1\r\n" HOST "\r\n",
                                        "GET  / HTTP/1.1\r\n" HOST "\r\n",
                                        " GET / HTTP/1.1\r\n" HOST "\r\n",
                                        "GET x HTTP/1.1\r\n" HOST "\r\n",
                                        "GET * HTTP/1.1\r\n" HOST "\r\n",
                                        "GET http://x/ HTTP/1.1\r\n" HOST "\r\n",
                                        "GET /# HTTP/1.1\r\n" HOST "\r\n",
                                        "GET /\x01 HTTP/1.1\r\n" HOST "\r\n",
                                        "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n",
                                        "G(T / HTTP/1.1\r\n" HOST "\r\n",
                                        "GET / http/1.1\r\n" HOST "\r\n",
                                        "GET / HTTP/1.1 \r\n" HOST "\r\n",
                                        "GET / HTTP/1.1\n" HOST "\r\n",
                                        "GET / HTTP/1.1\r" HOST "\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST HOST "\r\n",
                                        "GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "X : y\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST " X: y\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "X: a\nb\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "X: a\x7f\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "Origin: a\r\norigin: a\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "Content-Length: 1 \t2\r\n\r\n",
                                        "GET / HTTP/1.1\r\n" HOST "Content-Length: 1,1\r\n\r\nx",
                                        "GET / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\nx"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (progress_of(texts[i]) != HTTP_BAD)
            printf("# %zu: %s\n", i, texts[i]);
        CHECK(progress_of(texts[i]) == HTTP_BAD);
    }
}

TEST(limits)
{
    static char text[HTTP_MAX_REQUEST + 100];

    CHECK(progress_of("GET / HTTP/2.0\r\n" HOST "\r\n") == HTTP_OTHER_VERSION);
    CHECK(progress_of("GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n") ==
          HTTP_NOT_IMPLEMENTED);
    CHECK(progress_of("GET / HTTP/1.1\r\n" HOST "content-encoding: gzip\r\n\r\n") ==
          HTTP_NOT_IMPLEMENTED);
    CHECK(progress_of("GET / HTTP/1.1\r\n" HOST "Content-Length: 16385\r\n\r\n") ==
          HTTP_BODY_TOO_LONG);
    CHECK(progress_of("GET / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\n") ==
          HTTP_BODY_TOO_LONG);
    CHECK(progress_of("GET / HTTP/1.1\r\n" HOST "Content-Length: 016384\r\n\r\n") ==
          HTTP_INCOMPLETE);
    memset(text, 'x', HTTP_MAX_HEAD);
    CHECK(progress_of(text) == HTTP_HEAD_TOO_LONG);
    text[HTTP_MAX_HEAD - 1] = '\0';
    CHECK(progress_of(text) == HTTP_INCOMPLETE);
    strncpy(text, "GET / HTTP/1.1\r\n" HOST, sizeof(text) - 1);
    for (int i = 1; i < HTTP_MAX_FIELDS; i++)
        memcpy(text + strlen(text), "X: y\r\n", 7);
    memcpy(text + strlen(text), "\r\n", 3);
    CHECK(progress_of(text) == HTTP_COMPLETE);
    memcpy(text + strlen(text) - 2, "X: y\r\n\r\n", 9);
    CHECK(progress_of(text) == HTTP_HEAD_TOO_LONG);
}

TESTS(T(a_whole_request), T(what_is_absent_is_no_text), T(every_beginning_is_incomplete),
      T(what_is_not_http_is_refused), T(limits))

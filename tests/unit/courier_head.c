/* links: courier/head.o */
/* The head of a reply: what is taken from it, and what ends the transfer. */
#include "courier/head.h"

#include "tests/unit/check.h"

/* Feeds lines separated by '|' (each gets its CRLF); the head as it is after the last one taken. */
static struct head read_head(const char *lines)
{
    struct head head = {0};
    int taken = 1;

    while (*lines && taken) {
        size_t length = strcspn(lines, "|");
        char line[256];

        snprintf(line, sizeof(line), "%.*s\r\n", (int)length, lines);
        taken = head_line(&head, line, strlen(line));
        lines += length + (lines[length] == '|');
    }
    CHECK(taken == (head.problem == NULL));
    return head;
}

TEST(json_is_one_content_type_that_says_so)
{
    static const char *const good[] = {
        "application/json",
        "application/json;charset=utf-8",
        "application/json; charset=x",
        "APPLICATION/JSON ; a=b",
        " application/json\t",
    };
    static const char *const bad[] = {
        "",
        "text/html",
        "application/jsonp",
        "application/json-seq",
        "json",
        "text/plain; application/json",
        "application/json, text/html",
        "application/hal+json",
    };
    char lines[128];

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        snprintf(lines, sizeof(lines), "HTTP/1.1 200 OK|content-type:%s| |", good[i]);
        lines[strlen(lines) - 2] = '\0';
        CHECK(read_head(lines).is_json);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(lines, sizeof(lines), "HTTP/1.1 200 OK|Content-Type: %s", bad[i]);
        CHECK(!read_head(lines).is_json);
    }
    CHECK(!read_head("HTTP/1.1 200 OK|X: y").is_json);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Type: application/json|Content-Type: text/html")
               .is_json);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Type: text/html|Content-Type: application/json")
               .is_json);
}

TEST(only_the_final_head_counts)
{
    struct head head = read_head("HTTP/1.1 103 Early|Content-Type: application/json||"
                                 "HTTP/1.1 200 OK|Content-Type: text/html||"
                                 "Content-Type: application/json|HTTP/1.1 200 OK");

    CHECK(!head.problem && !head.is_json && head.content_types == 1 && head.is_complete);
}

TEST(N11_heads_that_two_readers_could_take_differently_end_the_transfer)
{
    static const char *const bad[] = {
        "HTTP/1.1 200 OK|HTTP/1.1 400 Bad",
        "HTTP/1.1 200 OK|X: a| b",
        "HTTP/1.1 200 OK|X: a|\tb",
        "HTTP/1.1 200 OK|no colon",
        "HTTP/1.1 200 OK|: no name",
        "HTTP/1.1 200 OK|X: a\rb",
        "HTTP/1.1 200 OK|X: \033[31m",
        "HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 5",
        "HTTP/1.1 200 OK|Content-Length: 5, 5",
        "HTTP/1.1 200 OK|Content-Length: -5",
        "HTTP/1.1 200 OK|Content-Length:",
        "HTTP/1.1 101 Switching Protocols",
        "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked",
        "HTTP/1.1 200 OK|Transfer-Encoding: identity",
        "HTTP/1.1 100 C||HTTP/1.1 100 C||HTTP/1.1 100 C||HTTP/1.1 100 C||HTTP/1.1 100 C",
    };
    struct head head = {0};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (!read_head(bad[i]).problem && !check_failure[0])
            snprintf(check_failure, sizeof(check_failure), "let pass: %s", bad[i]);
    CHECK(!head_line(&head, "X: a\0b\r\n", 8) && head.problem);
    CHECK(!read_head("HTTP/1.1 200 OK|Transfer-Encoding: Chunked|Content-Length: 5").problem);
    CHECK(!read_head("HTTP/1.1 100 C||HTTP/1.1 103 E||HTTP/1.1 200 OK|Set-Cookie: a=b").problem);
}

TEST(N8_a_head_has_an_end)
{
    struct head head = {0};
    int lines = 0;

    while (lines < 10000 && head_line(&head, "X: 78901234567890\r\n", 19))
        lines++;
    CHECK(lines == HEAD_MAX_BYTES / 19);
    CHECK(head.problem != NULL);
}

TEST(N9_codings_are_noticed)
{
    CHECK(read_head("HTTP/1.1 200 OK|Content-Encoding: gzip").is_encoded);
    CHECK(read_head("HTTP/1.1 200 OK|Content-Encoding: identity|content-encoding: br").is_encoded);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Encoding: identity").is_encoded);
    CHECK(!read_head("HTTP/1.1 200 OK|Content-Encoding:").is_encoded);
}

TESTS(T(json_is_one_content_type_that_says_so), T(only_the_final_head_counts),
      T(N11_heads_that_two_readers_could_take_differently_end_the_transfer),
      T(N8_a_head_has_an_end), T(N9_codings_are_noticed))

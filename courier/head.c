#include "courier/head.h"

#include <string.h>
#include <strings.h>

struct text {
    const char *start;
    size_t length;
};

static struct text trim(const char *start, size_t length)
{
    while (length > 0 && start[length - 1] && strchr(" \t\r\n", start[length - 1]))
        length--;
    while (length > 0 && (*start == ' ' || *start == '\t')) {
        start++;
        length--;
    }
    return (struct text){start, length};
}

/* NUL, a carriage return inside the line, an escape sequence: all but the tab. */
static int has_control(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.start[i] < 0x20 && text.start[i] != '\t')
            return 1;
    return 0;
}

static int is_word(struct text text, const char *word)
{
    return text.length == strlen(word) && strncasecmp(text.start, word, text.length) == 0;
}

static int is_decimal(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.start[i] < '0' || text.start[i] > '9')
            return 0;
    return text.length > 0;
}

/* RFC 9110 8.3: parameters such as the charset follow a semicolon. */
static int is_json_type(struct text value)
{
    const char *semicolon = memchr(value.start, ';', value.length);
    size_t length = semicolon ? (size_t)(semicolon - value.start) : value.length;

    return is_word(trim(value.start, length), "application/json");
}

static int refuse(struct head *head, const char *problem)
{
    head->problem = problem;
    return 0;
}

/* "HTTP/1.1 200 OK": libcurl reads the code; here only the 1xx ones matter. */
static int take_status(struct head *head, struct text line)
{
    const char *space = memchr(line.start, ' ', line.length);
    struct text code = {"", 0};

    if (space)
        code = trim(space, line.length - (size_t)(space - line.start));
    if (head->has_status && !head->is_informational)
        return refuse(head, "the reply has two status lines");
    head->has_status = 1;
    head->is_informational = code.length > 0 && code.start[0] == '1';
    if (code.length >= 3 && memcmp(code.start, "101", 3) == 0)
        return refuse(head, "the reply changes the protocol, though nobody asked for that");
    if (head->is_informational && ++head->informational > HEAD_MAX_INFORMATIONAL)
        return refuse(head, "the reply has too many 1xx heads");
    return 1;
}

static int take_field(struct head *head, struct text name, struct text value)
{
    if (is_word(name, "Content-Type")) {
        head->is_json = ++head->content_types == 1 && is_json_type(value);
    } else if (is_word(name, "Content-Encoding")) {
        head->is_encoded |= value.length > 0 && !is_word(value, "identity");
    } else if (is_word(name, "Content-Length")) {
        if (++head->content_lengths > 1 || !is_decimal(value))
            return refuse(head, "the reply has a Content-Length that is not one number");
    } else if (is_word(name, "Date") && value.length < sizeof(head->date)) {
        memcpy(head->date, value.start, value.length);
        head->date[value.length] = '\0';
    } else if (is_word(name, "Transfer-Encoding") && !is_word(value, "chunked")) {
        return refuse(head, "the reply has a transfer coding other than chunked");
    }
    return 1;
}

int head_line(struct head *head, const char *line, size_t length)
{
    struct text text = trim(line, length);
    const char *colon = memchr(line, ':', length);

    head->bytes += length;
    if (head->bytes > HEAD_MAX_BYTES)
        return refuse(head, "the reply's head is longer than 32 KiB");
    if (has_control(text))
        return refuse(head, "the reply's head contains a control character");
    if (head->is_complete)
        return 1;
    if (*line == ' ' || *line == '\t')
        return refuse(head, "the reply's head contains a folded line");
    if (text.length == 0) {
        head->is_complete = !head->is_informational;
        return 1;
    }
    if (length >= 5 && strncasecmp(line, "HTTP/", 5) == 0)
        return take_status(head, text);
    if (!colon || colon == line)
        return refuse(head, "the reply's head contains a line without a name");
    if (head->is_informational)
        return 1;
    return take_field(head, trim(line, (size_t)(colon - line)),
                      trim(colon + 1, length - (size_t)(colon + 1 - line)));
}

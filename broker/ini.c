#include "broker/ini.h"

#include <stdint.h>
#include <string.h>

#include "broker/utf8.h"

#define BLANKS " \t"

struct reader {
    const struct ini_sink *sink;
    size_t max_line;
    int line;
    int said_crlf;
};

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Drops blanks at both ends of a text of *length bytes, without a terminator. */
static char *trim(char *text, size_t *length)
{
    while (*length > 0 && is_blank(*text)) {
        text++;
        --*length;
    }
    while (*length > 0 && is_blank(text[*length - 1]))
        --*length;
    return text;
}

static int is_key(const char *text, size_t length)
{
    if (length == 0 || length > INI_MAX_KEY || text[0] < 'a' || text[0] > 'z')
        return 0;
    for (size_t i = 0; i < length; i++)
        if (!(text[i] >= 'a' && text[i] <= 'z') && !(text[i] >= '0' && text[i] <= '9') &&
            text[i] != '_')
            return 0;
    return 1;
}

/* Tells a problem, and the key when the line has a well-formed one. */
static void complain(const struct reader *reader, const char *line, size_t length,
                     const char *reason)
{
    const char *equals = memchr(line, '=', length);
    char key[INI_MAX_KEY + 1] = "";

    while (length > 0 && is_blank(*line)) {
        line++;
        length--;
    }
    if (equals && equals >= line) {
        size_t size = (size_t)(equals - line);

        while (size > 0 && is_blank(line[size - 1]))
            size--;
        if (is_key(line, size))
            memcpy(key, line, size);
    }
    reader->sink->problem(reader->sink->owner, reader->line, key[0] ? key : NULL, reason);
}

const char *ini_bytes_problem(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)line[i];

        if (byte == 0)
            return "a NUL byte";
        if (byte == '\r')
            return "a carriage return inside the line";
        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return "a control byte";
        /* C1: a terminal may obey it just as well (ECMA-48) */
        if (byte == 0xc2 && i + 1 < length && (uint8_t)line[i + 1] >= 0x80 &&
            (uint8_t)line[i + 1] < 0xa0)
            return "a control character";
    }
    return utf8_is_valid(line, length) ? NULL : "not valid UTF-8";
}

static void take_section(const struct reader *reader, char *line, size_t length)
{
    const struct ini_sink *sink = reader->sink;

    if (line[length - 1] != ']' || memchr(line + 1, '[', length - 1) ||
        memchr(line, ']', length - 1)) {
        sink->problem(sink->owner, reader->line, NULL,
                      "a section is written [name], with nothing after it");
        sink->section(sink->owner, reader->line, NULL);
        return;
    }
    length -= 2;
    line = trim(line + 1, &length);
    line[length] = '\0';
    sink->section(sink->owner, reader->line, line);
}

static void take_entry(const struct reader *reader, char *line, size_t length)
{
    const struct ini_sink *sink = reader->sink;
    char *equals = memchr(line, '=', length);
    char *value = NULL;
    size_t key_length = equals ? (size_t)(equals - line) : 0;
    size_t value_length = equals ? length - key_length - 1 : 0;

    if (!equals) {
        sink->problem(sink->owner, reader->line, NULL,
                      "neither key = value nor [section] nor # comment (there is no continuation)");
        return;
    }
    while (key_length > 0 && is_blank(line[key_length - 1]))
        key_length--;
    if (!is_key(line, key_length)) {
        sink->problem(sink->owner, reader->line, NULL,
                      "what stands before '=' is not a key (a to z, 0 to 9, _)");
        return;
    }
    value = trim(equals + 1, &value_length);
    line[key_length] = '\0';
    value[value_length] = '\0';
    sink->entry(sink->owner, reader->line, line, value);
}

static void take_line(struct reader *reader, char *line, size_t length)
{
    const char *problem = NULL;

    if (length > reader->max_line) {
        complain(reader, line, length, "the line is too long");
        return;
    }
    if (length > 0 && line[length - 1] == '\r') {
        length--;
        if (!reader->said_crlf)
            reader->sink->problem(reader->sink->owner, reader->line, NULL,
                                  "the line ends in CR LF (Windows); end lines with LF alone");
        reader->said_crlf = 1; /* once a file: they all do */
    }
    problem = ini_bytes_problem(line, length);
    if (problem) {
        complain(reader, line, length, problem);
        return;
    }
    line = trim(line, &length);
    if (length == 0 || line[0] == '#')
        return;
    if (line[0] == ';')
        complain(reader, line, length, "a comment starts with #");
    else if (line[0] == '[')
        take_section(reader, line, length);
    else
        take_entry(reader, line, length);
}

void ini_parse(char *text, size_t length, size_t max_line, const struct ini_sink *sink)
{
    struct reader reader = {sink, max_line, 0, 0};

    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        sink->problem(sink->owner, 1, NULL, "the file begins with a byte order mark");
        text += 3;
        length -= 3;
    }
    while (length > 0) {
        char *end = memchr(text, '\n', length);
        size_t size = end ? (size_t)(end - text) : length;

        reader.line++;
        take_line(&reader, text, size);
        if (!end)
            return;
        text += size + 1;
        length -= size + 1;
    }
}

#include "helper/git_request.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define FIRST_BUFFER 4096
#define MAX_LINE 65535
#define MAX_LINES 1024
#define MAX_INPUT (1024 * 1024)

/* Lines out of a descriptor. Owns the buffer; the bytes from `next` on are not yet given out. */
struct reader {
    int fd;
    int at_end;
    size_t total;
    size_t next;
    struct secret *buffer;
};

static const struct {
    const char *key;
    size_t offset;
} known_keys[] = {
    {"protocol", offsetof(struct git_request, protocol)},
    {"host", offsetof(struct git_request, host)},
    {"path", offsetof(struct git_request, path)},
    {"username", offsetof(struct git_request, username)},
    {"password", offsetof(struct git_request, password)},
    {"credential", offsetof(struct git_request, credential)},
};

void git_request_free(struct git_request *request)
{
    secret_free(&request->protocol);
    secret_free(&request->host);
    secret_free(&request->path);
    secret_free(&request->username);
    secret_free(&request->password);
    secret_free(&request->credential);
}

/* Moves what is left to the front, into a buffer of MAX_LINE when the small one is full of it. */
static enum mp_err make_room(struct reader *reader)
{
    size_t left = secret_length(reader->buffer) - reader->next;
    struct secret *larger = NULL;

    if (reader->next > 0) {
        memmove(secret_bytes(reader->buffer), secret_bytes(reader->buffer) + reader->next, left);
        secret_truncate(reader->buffer, left);
        reader->next = 0;
    }
    if (left < secret_capacity(reader->buffer))
        return MP_OK;
    if (left >= MAX_LINE)
        return MP_TOO_LONG;
    larger = secret_new(MAX_LINE);
    if (!larger)
        return MP_NOMEM;
    memcpy(secret_bytes(larger), secret_text(reader->buffer), left);
    secret_set_length(larger, left);
    secret_free(&reader->buffer);
    reader->buffer = larger;
    return MP_OK;
}

static enum mp_err read_more(struct reader *reader)
{
    enum mp_err err = make_room(reader);
    size_t length = 0;
    ssize_t got = 0;

    if (err != MP_OK)
        return err;
    length = secret_length(reader->buffer);
    do
        got = read(reader->fd, secret_bytes(reader->buffer) + length,
                   secret_capacity(reader->buffer) - length);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return MP_SYSTEM;
    reader->at_end = got == 0;
    reader->total += (size_t)got;
    secret_set_length(reader->buffer, length + (size_t)got);
    return reader->total <= MAX_INPUT ? MP_OK : MP_TOO_LONG;
}

/* The next line without its line end, inside the buffer; *line is NULL at the end of file. */
static enum mp_err next_line(struct reader *reader, const char **line, size_t *length)
{
    for (;;) {
        const char *start = secret_text(reader->buffer) + reader->next;
        size_t left = secret_length(reader->buffer) - reader->next;
        const char *end = memchr(start, '\n', left);
        enum mp_err err = MP_OK;

        if (end || (reader->at_end && left > 0)) {
            *line = start;
            *length = end ? (size_t)(end - start) : left;
            reader->next += *length + (end ? 1 : 0);
            if (*length > 0 && start[*length - 1] == '\r')
                --*length;
            return MP_OK;
        }
        *line = NULL;
        if (reader->at_end)
            return MP_OK;
        err = read_more(reader);
        if (err != MP_OK)
            return err;
    }
}

/* Anything that some program takes for the end of a line, or a terminal for a command. */
static int has_control(const char *text, size_t length, int tab_is_fine)
{
    const unsigned char *byte = (const unsigned char *)text;

    for (size_t i = 0; i < length; i++) {
        if ((byte[i] < 0x20 && !(tab_is_fine && byte[i] == '\t')) || byte[i] == 0x7f)
            return 1;
        if (byte[i] == 0xc2 && i + 1 < length && byte[i + 1] >= 0x80 && byte[i + 1] <= 0x9f)
            return 1;
        if (byte[i] == 0xe2 && i + 2 < length && byte[i + 1] == 0x80 && (byte[i + 2] | 1) == 0xa9)
            return 1;
    }
    return 0;
}

/* %00 to %1f or %7f: git decodes an address before it asks, so this is an attempt. */
static int has_encoded_control(const struct secret *value)
{
    const char *text = value ? secret_text(value) : "";

    for (const char *at = strchr(text, '%'); at; at = strchr(at + 1, '%')) {
        if ((at[1] == '0' || at[1] == '1') && isxdigit((unsigned char)at[2]))
            return 1;
        if (at[1] == '7' && (at[2] == 'f' || at[2] == 'F'))
            return 1;
    }
    return 0;
}

static struct secret **place_of(struct git_request *request, const char *key, size_t length)
{
    for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++)
        if (strlen(known_keys[i].key) == length && memcmp(known_keys[i].key, key, length) == 0)
            return (struct secret **)(void *)((char *)request + known_keys[i].offset);
    return NULL;
}

static int is(const char *bytes, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(bytes, word, length) == 0;
}

static enum mp_err take_line(struct git_request *request, const char *line, size_t length)
{
    const char *equals = memchr(line, '=', length);
    size_t key_length = equals ? (size_t)(equals - line) : 0;
    const char *value = equals ? equals + 1 : NULL;
    size_t value_length = equals ? length - key_length - 1 : 0;
    struct secret **place = NULL;
    int is_capability = 0;

    if (key_length == 0 || has_control(line, key_length, 0))
        return MP_PROTOCOL;
    place = place_of(request, line, key_length);
    is_capability = is(line, key_length, "capability[]");
    if (has_control(value, value_length, !place && !is_capability))
        return MP_PROTOCOL;
    if (is_capability && value_length == 0) /* an empty value clears a list */
        request->wants_authtype = 0;
    else if (is_capability && is(value, value_length, "authtype"))
        request->wants_authtype = 1;
    if (!place)
        return MP_OK;
    secret_free(place);
    *place = secret_copy(value, value_length);
    return *place ? MP_OK : MP_NOMEM;
}

enum mp_err git_request_read(int fd, struct git_request *request)
{
    struct reader reader = {.fd = fd, .buffer = secret_new(FIRST_BUFFER)};
    enum mp_err err = reader.buffer ? MP_OK : MP_NOMEM;

    for (size_t lines = 0; err == MP_OK; lines++) {
        const char *line = NULL;
        size_t length = 0;

        err = next_line(&reader, &line, &length);
        if (err != MP_OK || !line || length == 0)
            break;
        err = lines < MAX_LINES ? take_line(request, line, length) : MP_TOO_LONG;
    }
    secret_free(&reader.buffer);
    if (err == MP_OK &&
        (has_encoded_control(request->protocol) || has_encoded_control(request->host) ||
         has_encoded_control(request->path) || has_encoded_control(request->username)))
        err = MP_PROTOCOL;
    return err;
}

void git_request_drain(int fd)
{
    char bytes[4096];
    ssize_t got = 1;

    for (size_t total = 0; total < MAX_INPUT && got > 0; total += (size_t)got) {
        got = read(fd, bytes, sizeof(bytes));
        if (got < 0)
            got = errno == EINTR ? 1 : 0;
    }
    explicit_bzero(bytes, sizeof(bytes));
}

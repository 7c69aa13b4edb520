#include "helper/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FIRST_BUFFER 4096

enum mp_err lines_open(struct lines *lines, int fd)
{
    *lines = (struct lines){.fd = fd, .buffer = secret_new(FIRST_BUFFER)};
    return lines->buffer ? MP_OK : MP_NOMEM;
}

enum mp_err lines_open_bytes(struct lines *lines, const void *bytes, size_t length)
{
    *lines = (struct lines){.fd = -1, .at_end = 1, .buffer = secret_copy(bytes, length)};
    return lines->buffer ? MP_OK : MP_NOMEM;
}

void lines_close(struct lines *lines)
{
    secret_free(&lines->buffer);
}

/* Moves what is left to the front, into a buffer of LINES_MAX_LINE when the small one is full of
 * it. */
static enum mp_err make_room(struct lines *lines)
{
    size_t left = secret_length(lines->buffer) - lines->next;
    struct secret *larger = NULL;

    if (lines->next > 0) {
        memmove(secret_bytes(lines->buffer), secret_bytes(lines->buffer) + lines->next, left);
        secret_truncate(lines->buffer, left);
        lines->next = 0;
    }
    if (left < secret_capacity(lines->buffer))
        return MP_OK;
    if (left >= LINES_MAX_LINE)
        return MP_TOO_LONG;
    larger = secret_new(LINES_MAX_LINE);
    if (!larger)
        return MP_NOMEM;
    memcpy(secret_bytes(larger), secret_text(lines->buffer), left);
    secret_set_length(larger, left);
    secret_free(&lines->buffer);
    lines->buffer = larger;
    return MP_OK;
}

static enum mp_err read_more(struct lines *lines)
{
    enum mp_err err = make_room(lines);
    size_t length = 0;
    ssize_t got = 0;

    if (err != MP_OK)
        return err;
    length = secret_length(lines->buffer);
    do
        got = read(lines->fd, secret_bytes(lines->buffer) + length,
                   secret_capacity(lines->buffer) - length);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return MP_SYSTEM;
    lines->at_end = got == 0;
    lines->total += (size_t)got;
    secret_set_length(lines->buffer, length + (size_t)got);
    return lines->total <= LINES_MAX_INPUT ? MP_OK : MP_TOO_LONG;
}

enum mp_err lines_next(struct lines *lines, const char **line, size_t *length)
{
    for (;;) {
        const char *start = secret_text(lines->buffer) + lines->next;
        size_t left = secret_length(lines->buffer) - lines->next;
        const char *end = memchr(start, '\n', left);
        enum mp_err err = MP_OK;

        if (end || (lines->at_end && left > 0)) {
            *line = start;
            *length = end ? (size_t)(end - start) : left;
            lines->next += *length + (end ? 1 : 0);
            if (*length > 0 && start[*length - 1] == '\r')
                --*length;
            return MP_OK;
        }
        *line = NULL;
        if (lines->at_end)
            return MP_OK;
        err = read_more(lines);
        if (err != MP_OK)
            return err;
    }
}

void lines_next_request(struct lines *lines)
{
    lines->total = 0;
}

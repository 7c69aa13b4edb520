#include "helper/input.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "helper/control.h"

#define MAX_DRAINED (1024 * 1024)
#define SPACE " \t\r\n"

enum mp_err input_all(int fd, struct secret **out)
{
    struct secret *input = secret_new(INPUT_MAX + 1);
    size_t length = 0;
    ssize_t got = 1;

    *out = NULL;
    if (!input)
        return MP_NOMEM;
    while (got > 0 && length <= INPUT_MAX) {
        got = read(fd, secret_bytes(input) + length, INPUT_MAX + 1 - length);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            length += (size_t)got;
    }
    secret_set_length(input, length);
    if (got == 0) {
        *out = input;
        return MP_OK;
    }
    secret_free(&input);
    return got < 0 ? MP_SYSTEM : MP_TOO_LONG;
}

enum mp_err input_value(const struct secret *input, struct secret **out)
{
    const char *start = secret_text(input);
    const char *end = start + secret_length(input);

    *out = NULL;
    while (start < end && *start && strchr(SPACE, *start))
        start++;
    while (end > start && end[-1] && strchr(SPACE, end[-1]))
        end--;
    if (control_is_in(start, (size_t)(end - start)))
        return MP_PROTOCOL;
    *out = secret_copy(start, (size_t)(end - start));
    return *out ? MP_OK : MP_NOMEM;
}

void input_drain(int fd)
{
    char bytes[4096];
    ssize_t got = 1;

    for (size_t total = 0; total < MAX_DRAINED && got > 0; total += (size_t)got) {
        got = read(fd, bytes, sizeof(bytes));
        if (got < 0)
            got = errno == EINTR ? 1 : 0;
    }
    explicit_bzero(bytes, sizeof(bytes));
}

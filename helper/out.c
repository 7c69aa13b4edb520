#include "helper/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "helper/exit.h"

void out_guard_descriptors(void)
{
    struct pollfd standard[] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};

    if (poll(standard, 3, 0) <= 0)
        return;
    for (int fd = 0; fd < 3; fd++) {
        if (!(standard[fd].revents & POLLNVAL))
            continue;
        /* the lowest free number is this one; the wrong direction keeps it unusable */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(EXIT_INTERNAL);
    }
}

enum mp_err out_add(struct secret *buffer, ...)
{
    enum mp_err err = MP_OK;
    va_list texts;

    va_start(texts, buffer);
    while (err == MP_OK) {
        const char *text = va_arg(texts, const char *);

        if (!text)
            break;
        err = secret_append(buffer, text, strlen(text));
    }
    va_end(texts);
    return err;
}

enum mp_err out_add_number(struct secret *buffer, uint64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

    return secret_append(buffer, digits, (size_t)length);
}

static int is_written(const struct secret *buffer)
{
    const char *next = secret_text(buffer);
    size_t left = secret_length(buffer);

    while (left > 0) {
        ssize_t written = write(STDOUT_FILENO, next, left);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return 0;
        next += written;
        left -= (size_t)written;
    }
    return 1;
}

static int finish(int is_fine)
{
    if (is_fine)
        return 0;
    exit_say("standard output: %s", strerror(errno));
    return EXIT_INTERNAL;
}

int out_write(const struct secret *buffer)
{
    return finish(is_written(buffer) && close(STDOUT_FILENO) == 0);
}

int out_write_part(const struct secret *buffer)
{
    return finish(is_written(buffer));
}

#include "broker/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "broker/journal.h"
#include "lib/clock.h"
#include "lib/proto.h"

#ifndef LOG_SOCKET
#define LOG_SOCKET "/dev/log"
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#endif
#define MAX_LINE 2000 /* bytes of text, after escaping */
#define MAX_LINES 200
#define RESERVED_LINES 200 /* more, for notices and worse: nobody can drown an audit line */
#define WINDOW_MS 10000

static struct {
    char program[32];
    int to_stderr;
    int verbose;
    int socket;     /* -1: not connected */
    int is_journal; /* what it is connected to takes fields */
    int64_t window_start;
    unsigned lines;   /* in this window */
    unsigned dropped; /* since the last line that counted them */
} state = {.program = "mobprocd", .to_stderr = 1, .socket = -1};

static int connect_to(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    memcpy(address.sun_path, path, strlen(path) + 1);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static int connect_socket(void)
{
    int fd = connect_to(JOURNAL_SOCKET);

    state.is_journal = fd >= 0;
    return fd >= 0 ? fd : connect_to(LOG_SOCKET);
}

void log_open(const char *program, int to_stderr, int verbose)
{
    proto_escape(state.program, sizeof(state.program), program);
    state.to_stderr = to_stderr;
    state.verbose = verbose;
    if (state.socket >= 0)
        close(state.socket);
    tzset(); /* reads the zone now, not after the program has confined itself */
    state.socket = to_stderr ? -1 : connect_socket();
}

/* RFC 3164: <priority>Mmm dd hh:mm:ss program[pid]: text */
static size_t syslog_line(char line[static JOURNAL_MAX_ENTRY], int priority, const char *text)
{
    char when[32] = "";
    time_t now = time(NULL);
    struct tm broken = {0};

    if (localtime_r(&now, &broken))
        strftime(when, sizeof(when), "%b %e %H:%M:%S ", &broken);
    return (size_t)snprintf(line, JOURNAL_MAX_ENTRY, "<%d>%s%s[%d]: %s",
                            LOG_AUTHPRIV | LOG_PRI(priority), when, state.program, (int)getpid(),
                            text);
}

/* Sends a datagram, once more through a new socket when the logger was restarted. */
static int send_socket(int priority, const char *text)
{
    char line[JOURNAL_MAX_ENTRY];

    for (int attempt = 0; attempt < 2; attempt++) {
        size_t length = 0;

        if (state.socket < 0)
            state.socket = connect_socket();
        if (state.socket < 0)
            return 0;
        length = state.is_journal ? journal_entry(line, priority, state.program, text)
                                  : syslog_line(line, priority, text);
        if (send(state.socket, line, length, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
            return 1;
        if (errno == EAGAIN || errno == ENOBUFS || errno == EMSGSIZE)
            return 0;
        close(state.socket);
        state.socket = -1;
    }
    return 0;
}

/*
 * Standard error is shared with others, so that it must not be made non-blocking: a pipe or
 * terminal is asked whether it has room (a pipe that has takes PIPE_BUF, 4096 bytes; pipe(7)).
 */
static int send_stderr(const char *line, size_t length)
{
    struct pollfd wait = {.fd = STDERR_FILENO, .events = POLLOUT};
    ssize_t sent = send(STDERR_FILENO, line, length, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (sent < 0 && errno == ENOTSOCK) {
        if (poll(&wait, 1, 0) != 1 || wait.revents != POLLOUT)
            return 0;
        sent = write(STDERR_FILENO, line, length);
    }
    return sent >= 0;
}

static int send_line(int priority, const char *text)
{
    char line[MAX_LINE + 64];
    int length = 0;

    if (!state.to_stderr)
        return send_socket(priority, text);
    length = snprintf(line, sizeof(line), "%s: %s\n", state.program, text);
    return send_stderr(line, (size_t)length);
}

/* May one more line be written? First tells how many were not. */
static int admit(int priority)
{
    unsigned limit = LOG_PRI(priority) >= LOG_INFO ? MAX_LINES : MAX_LINES + RESERVED_LINES;
    int64_t now = clock_monotonic_ms();

    if (state.lines == 0 || now - state.window_start >= WINDOW_MS) {
        char text[64];
        unsigned dropped = state.dropped;

        state.window_start = now;
        state.lines = 0;
        snprintf(text, sizeof(text), "event=log-lines-dropped count=%u", dropped);
        if (dropped > 0 && send_line(LOG_WARNING, text)) {
            state.dropped -= dropped;
            state.lines++;
        }
    }
    if (state.lines >= limit)
        return 0;
    state.lines++;
    return 1;
}

void log_line(int priority, const char *format, ...)
{
    char raw[MAX_LINE + 1];
    char text[MAX_LINE + 1];
    int saved = errno;
    va_list arguments;

    if (LOG_PRI(priority) == LOG_DEBUG && !state.verbose)
        return;
    va_start(arguments, format);
    if (vsnprintf(raw, sizeof(raw), format, arguments) < 0)
        snprintf(raw, sizeof(raw), "event=log-format-broken");
    va_end(arguments);
    proto_escape(text, sizeof(text), raw);
    if (!admit(priority) || !send_line(priority, text))
        state.dropped++;
    errno = saved;
}

const char *log_word(char out[static LOG_WORD_SIZE], const char *text)
{
    size_t length = text ? strnlen(text, LOG_WORD_SIZE - 1) : 0;

    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        int plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        out[i] = c;
        if (!plain && !strchr("._:/@%+-", c))
            out[i] = '?';
    }
    if (length == 0)
        out[length++] = '-';
    out[length] = '\0';
    return out;
}

#include "helper/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/proto.h"

/*
 * SIGTTIN and SIGTTOU come from our own calls, when we are in the background. The others come at
 * any time: they are blocked except while we wait, so that none is lost just before the wait.
 */
static const int watched[] = {SIGTTIN, SIGTTOU, SIGINT,  SIGTERM, SIGHUP,
                              SIGQUIT, SIGALRM, SIGPIPE, SIGTSTP};
#define WATCHED (sizeof(watched) / sizeof(watched[0]))
#define FIRST_BLOCKED 2

/* What the signals did before. */
struct dispositions {
    struct sigaction actions[WATCHED];
    sigset_t mask;
};

static volatile sig_atomic_t caught;

static void note(int signal_number)
{
    caught = signal_number;
}

/* No SA_RESTART: the call must come back, so that the terminal is restored before the signal acts.
 */
static void watch_signals(struct dispositions *before)
{
    struct sigaction action = {.sa_handler = note};
    sigset_t blocked;

    caught = 0;
    sigemptyset(&action.sa_mask);
    sigemptyset(&blocked);
    for (size_t i = FIRST_BLOCKED; i < WATCHED; i++)
        sigaddset(&blocked, watched[i]);
    sigprocmask(SIG_BLOCK, &blocked, &before->mask);
    for (size_t i = 0; i < WATCHED; i++) {
        sigaction(watched[i], NULL, &before->actions[i]);
        if (before->actions[i].sa_handler != SIG_IGN)
            sigaction(watched[i], &action, NULL);
    }
}

static void unwatch_signals(const struct dispositions *before)
{
    for (size_t i = 0; i < WATCHED; i++)
        sigaction(watched[i], &before->actions[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static int was_stopped(int signal_number)
{
    return signal_number == SIGTSTP || signal_number == SIGTTIN || signal_number == SIGTTOU;
}

/* Judges what was read; a longer text does not leave this file. */
static enum mp_err take(struct secret **line, size_t max, struct secret **out)
{
    size_t length = secret_length(*line);

    if (length == 0)
        return MP_INTERRUPTED;
    if (length > max)
        return MP_TOO_LONG;
    if (memchr(secret_text(*line), 0, length))
        return MP_PROTOCOL;
    *out = *line;
    *line = NULL;
    return MP_OK;
}

/*
 * What the terminal does itself in canonical mode, for the keys of `keys`. 1 when the byte was one
 * of these keys; *is_end when it ends the line.
 */
static int edit(const struct termios *keys, char byte, struct secret *line, int *is_end)
{
    cc_t key = (cc_t)byte;
    size_t length = secret_length(line);

    if (key == _POSIX_VDISABLE)
        return 0;
    if (key == keys->c_cc[VERASE] || key == '\b' || key == 0x7f)
        secret_truncate(line, length ? length - 1 : 0);
    else if (key == keys->c_cc[VKILL])
        secret_truncate(line, 0);
    else if (key == keys->c_cc[VEOF])
        *is_end = 1;
    else
        return 0;
    return 1;
}

/*
 * Reads up to the newline, byte by byte, and drops what does not fit: the rest of a long line must
 * not become the shell's next command. `keys`: the terminal edits nothing itself.
 */
static enum mp_err read_line(int fd, const sigset_t *mask, const struct termios *keys,
                             struct secret *line)
{
    int is_end = 0;

    secret_truncate(line, 0);
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        char byte = 0;
        ssize_t got = ppoll(&entry, 1, NULL, mask) > 0 ? read(fd, &byte, 1) : -1;

        if (caught || got < 0)
            return caught ? MP_INTERRUPTED : MP_SYSTEM;
        if (got == 0 || byte == '\n')
            return MP_OK;
        if (keys && edit(keys, byte, line, &is_end)) {
            if (is_end)
                return MP_OK;
            continue;
        }
        if (secret_append(line, &byte, 1) != MP_OK)
            continue;
    }
}

static enum mp_err say(int fd, const char *text)
{
    return write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? MP_OK : MP_SYSTEM;
}

/* One prompt with the echo off; the terminal is as before when it returns. */
static enum mp_err ask_once(int fd, const char *prompt, int is_long, struct secret *line)
{
    struct dispositions before;
    struct termios shown;
    struct termios hidden;
    enum mp_err err = MP_SYSTEM;

    watch_signals(&before);
    if (tcgetattr(fd, &shown) == 0) {
        hidden = shown;
        hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
        hidden.c_lflag |= ICANON | ISIG;
        if (is_long) { /* canonical mode would cut a line at 4095 bytes */
            hidden.c_lflag &= ~(tcflag_t)ICANON;
            hidden.c_iflag |= ICRNL;
            hidden.c_cc[VMIN] = 1;
            hidden.c_cc[VTIME] = 0;
        }
        if (tcsetattr(fd, TCSAFLUSH, &hidden) == 0) {
            err = say(fd, prompt);
            if (err == MP_OK)
                err = read_line(fd, &before.mask, is_long ? &shown : NULL, line);
            while (tcsetattr(fd, TCSAFLUSH, &shown) != 0 && errno == EINTR && !caught)
                continue;
            if (err == MP_OK)
                err = say(fd, "\n");
        }
    }
    unwatch_signals(&before);
    return err;
}

static enum mp_err ask_line(const char *prompt, size_t max, int is_long, struct secret **out)
{
    struct secret *line = secret_new(max + 1);
    enum mp_err err = line ? MP_SYSTEM : MP_NOMEM;
    int fd = line ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;

    *out = NULL;
    while (fd >= 0) {
        err = ask_once(fd, prompt, is_long, line);
        if (!caught)
            break;
        /* the terminal is restored: now the signal may do what it does */
        kill(getpid(), caught);
        if (!was_stopped(caught))
            break;
    }
    if (err == MP_OK)
        err = take(&line, max, out);
    if (fd >= 0)
        close(fd);
    secret_free(&line);
    return err;
}

enum mp_err terminal_password(const char *prompt, struct secret **out)
{
    return ask_line(prompt, PROTO_MAX_PASSWORD, 0, out);
}

enum mp_err terminal_line(const char *prompt, size_t max, struct secret **out)
{
    return ask_line(prompt, max, 1, out);
}

enum mp_err terminal_password_from(int fd, size_t max, struct secret **out)
{
    struct secret *line = secret_new(max + 2); /* a newline, and one too many */
    enum mp_err err = line ? MP_OK : MP_NOMEM;

    *out = NULL;
    while (err == MP_OK && secret_length(line) < secret_capacity(line)) {
        size_t length = secret_length(line);
        ssize_t got = read(fd, secret_bytes(line) + length, secret_capacity(line) - length);

        if (got < 0 && errno != EINTR)
            err = MP_SYSTEM;
        if (got == 0)
            break;
        if (got > 0)
            secret_set_length(line, length + (size_t)got);
    }
    if (err == MP_OK && secret_length(line) > 0 &&
        secret_text(line)[secret_length(line) - 1] == '\n' &&
        secret_length(line) < secret_capacity(line))
        secret_truncate(line, secret_length(line) - 1);
    if (err == MP_OK)
        err = take(&line, max, out);
    secret_free(&line);
    return err;
}

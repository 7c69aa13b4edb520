#include "tests/faults/inside.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "lib/secret.h"
#include "lib/wire.h"
#include "tests/faults/calls.h"

static struct {
    pid_t process; /* 0: nothing is armed */
    int in_children;
    enum fault_kind kind;
    unsigned at;
    unsigned variant;
    unsigned counted;
    unsigned failed;
    int paused;
    long live;
    char last[32];
} state;

void fault_arm(enum fault_kind kind, unsigned at, unsigned variant)
{
    state.kind = kind;
    state.at = at;
    state.variant = variant;
    state.counted = 0;
    state.failed = 0;
    state.last[0] = '\0';
    state.in_children = 0;
    state.process = getpid();
}

void fault_arm_children(enum fault_kind kind, unsigned at, unsigned variant)
{
    fault_arm(kind, at, variant);
    state.in_children = 1;
}

int fault_disarm(void)
{
    state.process = 0;
    return state.failed > 0;
}

void fault_pause(void)
{
    state.paused++;
}

void fault_resume(void)
{
    state.paused--;
}

const char *fault_last(void)
{
    return state.last;
}

long fault_live(void)
{
    return state.live;
}

int fault_is_due(enum fault_kind kind, const char *name)
{
    if (state.process == 0 || state.paused > 0 || state.kind != kind ||
        (state.process == getpid()) == state.in_children || ++state.counted != state.at)
        return 0;
    state.failed++;
    snprintf(state.last, sizeof(state.last), "%s", name);
    return 1;
}

int fault_call(const char *name, const int *errors, size_t count)
{
    if (!fault_is_due(FAULT_CALL, name))
        return 0;
    errno = errors[state.variant % count];
    return 1;
}

#define FAILS(name, errors) fault_call(name, errors, sizeof(errors) / sizeof((errors)[0]))

#define CALL(type, failure, name, parameters, arguments, ...) \
    type __real_##name parameters;                            \
    type __wrap_##name parameters;                            \
    type __wrap_##name parameters                             \
    {                                                         \
        static const int errors[] = {__VA_ARGS__};            \
                                                              \
        if (FAILS(#name, errors))                             \
            return failure;                                   \
        return __real_##name arguments;                       \
    }
FAULTS_CALLS(CALL)
CALL(struct dirent *, NULL, readdir, WITH(DIR *d), WITH(d), EIO, EBADF)
CALL(ssize_t, -1, getrandom, WITH(void *b, size_t n, unsigned f), WITH(b, n, f), ENOSYS, EAGAIN)
CALL(int, -1, chmod, WITH(const char *a, mode_t m), WITH(a, m), EIO, EPERM)
CALL(int, -1, bind, WITH(int fd, const struct sockaddr *a, socklen_t n), WITH(fd, a, n), EADDRINUSE)
CALL(int, -1, listen, WITH(int fd, int n), WITH(fd, n), EADDRINUSE)
CALL(char *, NULL, getcwd, WITH(char *b, size_t n), WITH(b, n), ENOENT, ERANGE)

/* --- calls with more to them --- */

#define OPEN_ERRORS                        \
    {                                      \
        EIO, EMFILE, EROFS, ENOSPC, EACCES \
    }

int __real_openat(int directory, const char *name, int flags, ...);
int __wrap_openat(int directory, const char *name, int flags, ...);
int __wrap_openat(int directory, const char *name, int flags, ...)
{
    static const int errors[] = OPEN_ERRORS;
    va_list list;
    mode_t mode = 0;

    va_start(list, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(list, mode_t);
    va_end(list);
    return FAILS("openat", errors) ? -1 : __real_openat(directory, name, flags, mode);
}

int __real_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, ...);
int __wrap_open(const char *name, int flags, ...)
{
    static const int errors[] = OPEN_ERRORS;
    va_list list;
    mode_t mode = 0;

    va_start(list, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(list, mode_t);
    va_end(list);
    return FAILS("open", errors) ? -1 : __real_open(name, flags, mode);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
    static const int errors[] = {EINVAL, EMFILE};
    va_list list;
    void *argument = NULL;

    va_start(list, command);
    argument = va_arg(list, void *);
    va_end(list);
    return FAILS("fcntl", errors) ? -1 : __real_fcntl(fd, command, argument);
}

/* All of landlock(7). */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
    static const int errors[] = {EINVAL, ENOMEM};
    va_list list;
    long arguments[4];

    va_start(list, number);
    for (size_t i = 0; i < 4; i++)
        arguments[i] = va_arg(list, long);
    va_end(list);
    if (FAILS("syscall", errors))
        return -1;
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3]);
}

ssize_t __real_read(int fd, void *bytes, size_t length);
ssize_t __wrap_read(int fd, void *bytes, size_t length);
ssize_t __wrap_read(int fd, void *bytes, size_t length)
{
    static const int errors[] = {EIO, ESTALE, EINTR};

    if (fault_is_due(FAULT_END, "read"))
        return 0;
    return FAILS("read", errors) ? -1 : __real_read(fd, bytes, length);
}

ssize_t __real_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length);
ssize_t __wrap_write(int fd, const void *bytes, size_t length)
{
    static const int errors[] = {ENOSPC, EIO, EINTR};

    if (fault_is_due(FAULT_END, "write"))
        return 0;
    return FAILS("write", errors) ? -1 : __real_write(fd, bytes, length);
}

/* The descriptor is gone whatever close() says (close(2)). */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    static const int errors[] = {EIO, ENOSPC};
    int failed = FAILS("close", errors);
    int error = errno;

    if (__real_close(fd) != 0)
        return -1;
    errno = error;
    return failed ? -1 : 0;
}

/* Nobody has to wait for memory that is short on purpose. */
int __real_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left);
int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    return state.process == getpid() ? 0 : __real_nanosleep(time, left);
}

/* --- the heap --- */

static int is_short(const char *name)
{
    if (!fault_is_due(FAULT_MEMORY, name))
        return 0;
    errno = ENOMEM;
    return 1;
}

static void *counted(void *block)
{
    state.live += block != NULL;
    return block;
}

#define BLOCK(type, name, parameters, arguments)                          \
    type __real_##name parameters;                                        \
    type __wrap_##name parameters;                                        \
    type __wrap_##name parameters                                         \
    {                                                                     \
        return is_short(#name) ? NULL : counted(__real_##name arguments); \
    }
BLOCK(void *, malloc, WITH(size_t n), WITH(n))
BLOCK(void *, calloc, WITH(size_t n, size_t m), WITH(n, m))
BLOCK(char *, strdup, WITH(const char *text), WITH(text))
BLOCK(char *, strndup, WITH(const char *text, size_t n), WITH(text, n))

void *__real_reallocarray(void *block, size_t count, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size);
void *__wrap_reallocarray(void *block, size_t count, size_t size)
{
    void *made = is_short("reallocarray") ? NULL : __real_reallocarray(block, count, size);

    return block ? made : counted(made);
}

static int print(char **out, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));
static int print(char **out, const char *format, va_list list)
{
    int length = is_short("asprintf") ? -1 : vasprintf(out, format, list);

    if (length >= 0)
        counted(*out);
    return length;
}

int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **out, const char *format, ...)
{
    va_list list;
    int length = -1;

    va_start(list, format);
    length = print(out, format, list);
    va_end(list);
    return length;
}

/* The same with _FORTIFY_SOURCE. */
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int __wrap___asprintf_chk(char **out, int flag, const char *format, ...)
{
    va_list list;
    int length = -1;

    (void)flag;
    va_start(list, format);
    length = print(out, format, list);
    va_end(list);
    return length;
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
    state.live -= block != NULL;
    __real_free(block);
}

/* --- room --- */

enum mp_err __real_secret_append(struct secret *secret, const void *bytes, size_t length);
enum mp_err __wrap_secret_append(struct secret *secret, const void *bytes, size_t length);
enum mp_err __wrap_secret_append(struct secret *secret, const void *bytes, size_t length)
{
    return fault_is_due(FAULT_ROOM, "secret_append") ? MP_TOO_LONG
                                                     : __real_secret_append(secret, bytes, length);
}

enum mp_err __real_wire_text(const struct wire_message *message, uint16_t tag, char *out,
                             size_t size);
enum mp_err __wrap_wire_text(const struct wire_message *message, uint16_t tag, char *out,
                             size_t size);
enum mp_err __wrap_wire_text(const struct wire_message *message, uint16_t tag, char *out,
                             size_t size)
{
    enum mp_err err = __real_wire_text(message, tag, out, size);

    if (!fault_is_due(FAULT_ROOM, "wire_text"))
        return err;
    out[0] = '\0';
    return MP_TOO_LONG;
}

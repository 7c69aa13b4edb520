/*
 * Stands before libc (LD_PRELOAD) and lets the Nth allocation or system call of a program fail,
 * once or from then on, as tests/faults/control.h is told.
 *
 * Only what runs in the role that is asked for is counted: a broker's children and the couriers are
 * counted under roles of their own, so that the count is the same in every run.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "tests/faults/calls.h"
#include "tests/faults/control.h"

#define EXPORT __attribute__((visibility("default")))

static struct fault_control *control;
static pid_t first;      /* the process that was started; others were forked from it */
static char early[8192]; /* what is allocated while libc's own functions are looked up */
static size_t early_used;
static __thread int is_early;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv(FAULTS_FILE);
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped = MAP_FAILED;

    first = getpid();
    if (fd >= 0) {
        mapped = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (mapped != MAP_FAILED)
        control = mapped;
}

static void *find(const char *name)
{
    void *found = NULL;

    is_early = 1;
    found = dlsym(RTLD_NEXT, name);
    is_early = 0;
    if (!found)
        abort();
    return found;
}

static int is_our_role(void)
{
    size_t length = strlen(program_invocation_short_name);

    if (!control || strncmp(control->role, program_invocation_short_name, length) != 0)
        return 0;
    return strcmp(control->role + length, getpid() == first ? "" : "+") == 0;
}

/* Does this address lie in a file of that name? */
static int is_from(const char *file, const void *address)
{
    Dl_info found = {0};

    return !file[0] ||
           (dladdr(address, &found) && found.dli_fname && strstr(found.dli_fname, file));
}

/* Counts a call; is it the one that fails? */
static int is_due(int is_allocation, const char *name, const void *caller)
{
    uint32_t number = 0;

    if (!is_our_role() || control->kind == FAULT_NONE ||
        (control->kind == FAULT_ALLOCATION) != is_allocation ||
        (control->only[0] && strcmp(control->only, name) != 0) || !is_from(control->from, caller))
        return 0;
    number = __atomic_add_fetch(&control->counted, 1, __ATOMIC_SEQ_CST);
    if (number < control->at || (number > control->at && !control->onward))
        return 0;
    if (control->kind == FAULT_KILL)
        kill(getpid(), SIGKILL);
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
    snprintf(control->last, sizeof(control->last), "%s", name);
    return 1;
}

/* For a call that is due: 1 when it fails, with errno. */
static int fails(const char *name, const int *errors, size_t count, const void *caller)
{
    int error = 0;

    if (!control || control->kind == FAULT_SHORT || !is_due(0, name, caller))
        return 0;
    error = errors[control->variant % count];
    errno = error == EINTR && control->onward ? errors[0] : error;
    return 1;
}

#define CALLER __builtin_return_address(0)
#define FAILS(name, errors) fails(name, errors, sizeof(errors) / sizeof((errors)[0]), CALLER)

#define CALL(type, failure, name, parameters, arguments, ...) \
    EXPORT type name parameters                               \
    {                                                         \
        static type(*real) parameters;                        \
        static const int errors[] = {__VA_ARGS__};            \
                                                              \
        if (!real)                                            \
            real = (type(*) parameters)find(#name);           \
        if (FAILS(#name, errors))                             \
            return failure;                                   \
        return real arguments;                                \
    }
FAULTS_CALLS(CALL)

/* --- calls with more to them --- */

static const int open_errors[] = {EIO, EMFILE, EROFS, ENOSPC, EACCES, EDQUOT};

EXPORT int openat(int directory, const char *name, int flags, ...)
{
    static int (*real)(int, const char *, int, ...);
    va_list list;
    mode_t mode = 0;

    va_start(list, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(list, mode_t);
    va_end(list);
    if (!real)
        real = (int (*)(int, const char *, int, ...))find("openat");
    return FAILS("openat", open_errors) ? -1 : real(directory, name, flags, mode);
}

EXPORT int open(const char *name, int flags, ...)
{
    static int (*real)(const char *, int, ...);
    va_list list;
    mode_t mode = 0;

    va_start(list, flags);
    if (flags & (O_CREAT | O_TMPFILE))
        mode = va_arg(list, mode_t);
    va_end(list);
    if (!real)
        real = (int (*)(const char *, int, ...))find("open");
    return FAILS("open", open_errors) ? -1 : real(name, flags, mode);
}

EXPORT int fcntl(int fd, int command, ...)
{
    static int (*real)(int, int, ...);
    static const int errors[] = {EINVAL, EMFILE};
    va_list list;
    void *argument = NULL;

    va_start(list, command);
    argument = va_arg(list, void *);
    va_end(list);
    if (!real)
        real = (int (*)(int, int, ...))find("fcntl");
    return FAILS("fcntl", errors) ? -1 : real(fd, command, argument);
}

/* The descriptor is gone whatever close() says (close(2)). */
EXPORT int close(int fd)
{
    static int (*real)(int);
    static const int errors[] = {EIO, ENOSPC};
    int failed = FAILS("close", errors);
    int error = errno;

    if (!real)
        real = (int (*)(int))find("close");
    if (real(fd) != 0)
        return -1;
    errno = error;
    return failed ? -1 : 0;
}

/* How much of it is moved: a part when that is what is due. */
static size_t shortened(const char *name, size_t length, const void *caller)
{
    if (control && control->kind == FAULT_SHORT && length > 1 && is_due(0, name, caller))
        return length / 2;
    return length;
}

EXPORT ssize_t read(int fd, void *bytes, size_t length)
{
    static ssize_t (*real)(int, void *, size_t);
    static const int errors[] = {EIO, ESTALE, EINTR};

    if (!real)
        real = (ssize_t(*)(int, void *, size_t))find("read");
    if (FAILS("read", errors))
        return -1;
    return real(fd, bytes, shortened("read", length, CALLER));
}

EXPORT ssize_t write(int fd, const void *bytes, size_t length)
{
    static ssize_t (*real)(int, const void *, size_t);
    static const int errors[] = {ENOSPC, EIO, EDQUOT, EPIPE, EINTR};

    if (!real)
        real = (ssize_t(*)(int, const void *, size_t))find("write");
    if (FAILS("write", errors))
        return -1;
    return real(fd, bytes, shortened("write", length, CALLER));
}

EXPORT struct dirent *readdir(DIR *directory)
{
    static struct dirent *(*real)(DIR *);
    static const int errors[] = {EIO, EBADF};

    if (!real)
        real = (struct dirent * (*)(DIR *)) find("readdir");
    return FAILS("readdir", errors) ? NULL : real(directory);
}

/*
 * libsodium ends the process when there is no randomness: only what others ask for fails. It never
 * asks with a flag; a sanitizer asks in its name.
 */
EXPORT ssize_t getrandom(void *bytes, size_t length, unsigned flags)
{
    static ssize_t (*real)(void *, size_t, unsigned);
    static const int errors[] = {ENOSYS, EAGAIN, EINTR};

    if (!real)
        real = (ssize_t(*)(void *, size_t, unsigned))find("getrandom");
    if (is_from("sodium", CALLER) || (is_from("mobprocd", CALLER) && !flags))
        return real(bytes, length, flags);
    return FAILS("getrandom", errors) ? -1 : real(bytes, length, flags);
}

/* --- the heap --- */

static void *take_early(size_t size)
{
    void *taken = early + early_used;

    early_used += (size + 15) & ~(size_t)15;
    if (early_used > sizeof(early))
        abort();
    return taken;
}

static int is_from_early(const void *block)
{
    return (const char *)block >= early && (const char *)block < early + sizeof(early);
}

static void *count_block(void *block, int more)
{
    if (block && is_our_role())
        __atomic_add_fetch(&control->live, more, __ATOMIC_SEQ_CST);
    return block;
}

/* Is there no memory for this one? */
static int is_short(const char *name, const void *caller)
{
    if (!is_due(1, name, caller))
        return 0;
    errno = ENOMEM;
    return 1;
}

EXPORT void *malloc(size_t size)
{
    static void *(*real)(size_t);

    if (is_early)
        return take_early(size);
    if (!real)
        real = (void *(*)(size_t))find("malloc");
    return is_short("malloc", CALLER) ? NULL : count_block(real(size), 1);
}

EXPORT void *calloc(size_t count, size_t size)
{
    static void *(*real)(size_t, size_t);

    if (is_early)
        return take_early(count * size);
    if (!real)
        real = (void *(*)(size_t, size_t))find("calloc");
    return is_short("calloc", CALLER) ? NULL : count_block(real(count, size), 1);
}

EXPORT void *realloc(void *block, size_t size)
{
    static void *(*real)(void *, size_t);
    void *made = NULL;

    if (!real)
        real = (void *(*)(void *, size_t))find("realloc");
    if (is_short("realloc", CALLER))
        return NULL;
    made = real(block, size);
    if (!block)
        count_block(made, 1);
    return made;
}

EXPORT int posix_memalign(void **block, size_t alignment, size_t size)
{
    static int (*real)(void **, size_t, size_t);
    int error = ENOMEM;

    if (!real)
        real = (int (*)(void **, size_t, size_t))find("posix_memalign");
    if (is_short("posix_memalign", CALLER))
        return ENOMEM;
    error = real(block, alignment, size);
    if (error == 0)
        count_block(*block, 1);
    return error;
}

EXPORT void free(void *block)
{
    static void (*real)(void *);

    if (is_from_early(block))
        return;
    if (!real)
        real = (void (*)(void *))find("free");
    count_block(block, -1);
    real(block);
}

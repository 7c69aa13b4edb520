/*
 * Calls of libpam that the test host answers itself: the system log, pauses, and one NSS entry. The
 * definitions stand in the program, so libpam's own references find them first. ld.so(8).
 * Include it first: the fortified <syslog.h> would define syslog() itself.
 */
#ifndef MOBPROC_TESTS_PAMHOST_CAUGHT_H
#define MOBPROC_TESTS_PAMHOST_CAUGHT_H

#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include "lib/attr.h"

#define PUBLIC __attribute__((visibility("default")))

static struct {
    void (*say)(const char *kind, const char *text);
    const char *nss_asked;    /* NSS knows this name ... */
    const char *nss_answered; /* ... as this one; NULL: it fails */
    int real_log;             /* lines go to syslog(3) */
} caught;

static void PRINTF_LIKE(2, 0) log_caught(int priority, const char *format, va_list values)
{
    static const char *const names[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};
    char text[4096];
    char line[4200];

    if (caught.real_log) {
        vsyslog(priority, format, values);
        return;
    }
    vsnprintf(text, sizeof(text), format, values);
    snprintf(line, sizeof(line), "%s%s %s", (priority & LOG_FACMASK) == LOG_AUTHPRIV ? "" : "bad-",
             names[priority & LOG_PRIMASK], text);
    caught.say("log", line);
}

PUBLIC void syslog(int priority, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    log_caught(priority, format, values);
    va_end(values);
}

PUBLIC void __syslog_chk(int priority, int flag, const char *format, ...) PRINTF_LIKE(3, 4);
PUBLIC void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list values;

    (void)flag;
    va_start(values, format);
    log_caught(priority, format, values);
    va_end(values);
}

/* PAM_FAIL_DELAY: who is refused would wait so long; tests do not. */
static UNUSED void delay_caught(int code, unsigned microseconds, void *nothing UNUSED)
{
    if (code != 0 && microseconds > 0)
        caught.say("delay", "");
}

/* An NSS service that folds spellings, as directories do. */
PUBLIC int getpwnam_r(const char *name, struct passwd *entry, char *buffer, size_t size,
                      struct passwd **result)
{
    union {
        void *object;
        int (*call)(const char *, struct passwd *, char *, size_t, struct passwd **);
    } real = {.object = dlsym(RTLD_NEXT, "getpwnam_r")};

    if (caught.nss_asked && strcmp(name, caught.nss_asked) == 0) {
        caught.say("lookup", name);
        if (!caught.nss_answered) {
            *result = NULL;
            errno = EIO;
            return EIO;
        }
        name = caught.nss_answered;
    }
    return real.call(name, entry, buffer, size, result);
}

#endif

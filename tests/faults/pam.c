#include "tests/faults/pam.h"

#include <errno.h>
#include <security/pam_ext.h>
#include <security/pam_modutil.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faults/inside.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int pam_get_item(const pam_handle_t *pamh, int item, const void **value)
{
    if (fault_is_due(FAULT_LIBRARY, "pam_get_item"))
        return PAM_SYSTEM_ERR;
    *value = pamh->items[item];
    return PAM_SUCCESS;
}

EXPORT int pam_set_item(pam_handle_t *pamh, int item, const void *value)
{
    if (item != PAM_AUTHTOK || fault_is_due(FAULT_LIBRARY, "pam_set_item"))
        return PAM_SYSTEM_ERR;
    snprintf(pamh->authtok, sizeof(pamh->authtok), "%s", (const char *)value);
    return PAM_SUCCESS;
}

EXPORT int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
{
    (void)prompt;
    *user = NULL;
    if (!pamh->said || fault_is_due(FAULT_LIBRARY, "pam_get_user"))
        return PAM_CONV_ERR;
    *user = pamh->items[PAM_USER] = pamh->said;
    return PAM_SUCCESS;
}

EXPORT int pam_prompt(pam_handle_t *pamh, int style, char **answer, const char *format, ...)
{
    va_list list;

    if (fault_is_due(FAULT_LIBRARY, "pam_prompt"))
        return PAM_BUF_ERR;
    va_start(list, format);
    vsnprintf(pamh->told, sizeof(pamh->told), format, list);
    va_end(list);
    if (style != PAM_PROMPT_ECHO_OFF)
        return PAM_SUCCESS;
    *answer = pamh->typed ? strdup(pamh->typed) : NULL;
    return *answer ? PAM_SUCCESS : PAM_CONV_ERR;
}

EXPORT void pam_vsyslog(const pam_handle_t *pamh, int priority, const char *format, va_list list)
{
    pam_handle_t *ours = (pam_handle_t *)(uintptr_t)pamh;

    (void)priority;
    vsnprintf(ours->logged, sizeof(ours->logged), format, list);
}

EXPORT struct passwd *pam_modutil_getpwnam(pam_handle_t *pamh, const char *name)
{
    int failed = fault_is_due(FAULT_LIBRARY, "pam_modutil_getpwnam");

    if (failed)
        errno = ENOMEM;
    return failed || strcmp(name, pamh->user.pw_name) != 0 ? NULL : &pamh->user;
}

EXPORT int pam_putenv(pam_handle_t *pamh, const char *variable)
{
    if (fault_is_due(FAULT_LIBRARY, "pam_putenv"))
        return PAM_BUF_ERR;
    snprintf(pamh->environment, sizeof(pamh->environment), "%s", variable);
    return PAM_SUCCESS;
}

EXPORT int pam_fail_delay(pam_handle_t *pamh, unsigned delay_us)
{
    pamh->delay_us = delay_us;
    return fault_is_due(FAULT_LIBRARY, "pam_fail_delay") ? PAM_SYSTEM_ERR : PAM_SUCCESS;
}

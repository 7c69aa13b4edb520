/* Lines for the system's log: key=value words, LOG_AUTHPRIV, never a password. */
#ifndef MOBPROC_PAM_LOG_H
#define MOBPROC_PAM_LOG_H

#include <security/pam_modules.h>

#include "lib/attr.h"

#define LOG_VALUE 320 /* bytes of a value with its NUL */

/* Copies a text as one word without control bytes, spaces or quotes, cut to fit; NULL gives "-". */
void log_value(char out[static LOG_VALUE], const char *text);

/*
 * One line by pam_syslog(3). syslog(3) waits without end for a log service that no longer reads,
 * and with it the login; so the line is dropped when the service's queue is full at this moment.
 */
void log_line(pam_handle_t *pamh, int priority, const char *format, ...) PRINTF_LIKE(3, 4);

#endif

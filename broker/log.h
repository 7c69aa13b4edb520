/*
 * The broker's log: one line an event, written so that it can never wait or be forged.
 * To standard error with --foreground, else to systemd's journal, each key a field, or to /dev/log
 * (RFC 3164, facility authpriv), without blocking. Control bytes are escaped; at most 200 lines in
 * 10 seconds (400 with notices and worse, so that what any caller can cause never hides a login),
 * then one that counts the rest. Never pass a secret.
 */
#ifndef MOBPROC_BROKER_LOG_H
#define MOBPROC_BROKER_LOG_H

#include <syslog.h> /* LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG */

#include "lib/attr.h"

void log_open(const char *program, int to_stderr, int verbose);

/*
 * Text in the form `event=NAME key=value ...`. Control bytes in values are escaped, so that a line
 * stays one line; a value that an untrusted caller chose freely must go through log_word() too.
 */
void log_line(int priority, const char *format, ...) PRINTF_LIKE(2, 3);

#define LOG_WORD_SIZE 65

/*
 * Copies `text` as one word, so that it cannot pass for a further key=value: all but ASCII letters,
 * digits and ._:/@%+- becomes '?', an empty text or NULL "-"; cut at 64 bytes. Returns `out`.
 */
const char *log_word(char out[static LOG_WORD_SIZE], const char *text);

#endif

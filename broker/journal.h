/* A log line as an entry for systemd's journal, so that each key can be searched for. */
#ifndef MOBPROC_BROKER_JOURNAL_H
#define MOBPROC_BROKER_JOURNAL_H

#include <stddef.h>

#include "lib/attr.h"

#define JOURNAL_MAX_ENTRY 6144 /* bytes, for a text of at most 2000 */

/*
 * Writes the entry for `text`, one escaped line `event=NAME key=value ...`, in the journal's native
 * form (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): MESSAGE and what else syslog(3) would say,
 * MESSAGE_ID of the event (its entry in the catalog explains it), MOBPROC_EVENT and a MOBPROC_KEY
 * for each key. A value in quotes, which may hold what a stranger wrote, ends the line: nothing in
 * it becomes a field, and of a key that comes twice the first counts. Returns its length.
 */
size_t journal_entry(char entry[static JOURNAL_MAX_ENTRY], int priority, const char *program,
                     const char *text);

/* The MESSAGE_ID of an event, 32 hex digits, or NULL. */
const char *journal_message_id(const char *event);

#endif

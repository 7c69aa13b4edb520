/*
 * The lines of mobproc.conf, read strictly and handed on one by one.
 *
 *   [section]        key = value        # comment        (blank)
 *
 * Blanks (space, tab) around keys, values and section names are dropped. There is no continuation
 * and no inline comment: '#' and ';' inside a value belong to it. Refused, each with its line:
 * CRLF, control bytes except tab, anything that is not UTF-8, a byte order mark, a line over the
 * limit. A missing final newline is accepted. Duplicates are the caller's business.
 */
#ifndef MOBPROC_BROKER_INI_H
#define MOBPROC_BROKER_INI_H

#include <stddef.h>

#define INI_MAX_KEY 40 /* bytes */

/* Receives what the lines say, in their order. The texts live until the function returns. */
struct ini_sink {
    void *owner;
    /* `name` is what stands between the brackets; NULL: a header that was refused as a problem. */
    void (*section)(void *owner, int line, const char *name);
    /* `key` matches [a-z][a-z0-9_]*, at most INI_MAX_KEY bytes; `value` may be "". */
    void (*entry)(void *owner, int line, const char *key, const char *value);
    /* `key` is NULL when the line names none. `reason` never quotes the line: it may be a secret.
     */
    void (*problem)(void *owner, int line, const char *key, const char *reason);
};

/*
 * Reads `length` bytes, of which it changes some; the byte after them must be writable too.
 * Goes on after a problem, so that all are told.
 */
void ini_parse(char *text, size_t length, size_t max_line, const struct ini_sink *sink);

/* What is wrong with the bytes of one line without its newline (see above), or NULL. A carriage
 * return at its end is wrong too. Static. */
const char *ini_bytes_problem(const char *line, size_t length);

#endif

/* What the doctor found: a list of checks with their results, and how it is shown. */
#ifndef MOBPROC_HELPER_FINDINGS_H
#define MOBPROC_HELPER_FINDINGS_H

#include "lib/attr.h"

enum finding_result { FINDING_OK, FINDING_WARNING, FINDING_FAILED };

struct findings;

/* NULL when memory is short. Free: findings_free. */
struct findings *findings_new(void) MUST_CHECK;

/* Frees and sets the caller's pointer to NULL; NULL is fine. */
void findings_free(struct findings **findings);

/*
 * Adds a line: what was looked at, the result, the words for it. The same line is kept once; an
 * "ok" gives way to a complaint about the same thing. Texts may come from anywhere: they are
 * escaped when they are shown. Beyond 256 lines the last says so, as a failure.
 */
void findings_add(struct findings *findings, enum finding_result result, const char *what,
                  const char *format, ...) PRINTF_LIKE(4, 5);

/* The command or edit that mends the line that was added last; without one there is none. */
void findings_mend(struct findings *findings, const char *format, ...) PRINTF_LIKE(2, 3);

/* The worst of them. */
enum finding_result findings_worst(const struct findings *findings);

/*
 * Prints them: lines for people, or {"result": ..., "checks": [{"what", "result", "words",
 * "mend"?}...]}. Returns 0 ok, 1 warnings, 2 failures, or 70 when they could not be printed.
 */
int findings_print(const struct findings *findings, int as_json) MUST_CHECK;

/* Says each of them on standard error, a line and what mends it. */
void findings_say(const struct findings *findings);

#endif

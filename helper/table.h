/* Aligned columns for people. */
#ifndef MOBPROC_HELPER_TABLE_H
#define MOBPROC_HELPER_TABLE_H

#include <stddef.h>

#include "lib/attr.h"
#include "lib/err.h"
#include "lib/secret.h"

#define TABLE_MAX_COLUMNS 6
#define TABLE_MAX_CELL 65 /* bytes with the NUL; longer text is cut */

struct table; /* owns copies of its cells */

/* NULL when memory is short. Free: table_free. */
struct table *table_new(size_t columns, size_t max_rows) MUST_CHECK;

/* Frees and sets the caller's pointer to NULL; NULL is fine. */
void table_free(struct table **table);

/* Adds a row of `columns` texts, escaped (proto_escape); rows beyond max_rows are ignored. */
void table_add(struct table *table, const char *const *cells);

/* Appends the table: two spaces between columns, no padding after the last one. */
enum mp_err table_write(const struct table *table, struct secret *out) MUST_CHECK;

#endif

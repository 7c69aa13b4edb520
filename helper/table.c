#include "helper/table.h"

#include <stdlib.h>
#include <string.h>

#include "helper/out.h"
#include "lib/proto.h"

typedef char cell[TABLE_MAX_CELL];

struct table {
    size_t columns;
    size_t rows;
    size_t max_rows;
    size_t widths[TABLE_MAX_COLUMNS];
    cell cells[]; /* row after row */
};

struct table *table_new(size_t columns, size_t max_rows)
{
    struct table *table = NULL;

    if (columns == 0 || columns > TABLE_MAX_COLUMNS || max_rows > 100000)
        return NULL;
    table = calloc(1, sizeof(*table) + columns * max_rows * sizeof(cell));
    if (table) {
        table->columns = columns;
        table->max_rows = max_rows;
    }
    return table;
}

void table_free(struct table **table)
{
    free(*table);
    *table = NULL;
}

void table_add(struct table *table, const char *const *cells)
{
    if (table->rows == table->max_rows)
        return;
    for (size_t column = 0; column < table->columns; column++) {
        char *place = table->cells[table->rows * table->columns + column];

        proto_escape(place, sizeof(cell), cells[column]);
        if (strlen(place) > table->widths[column])
            table->widths[column] = strlen(place);
    }
    table->rows++;
}

static enum mp_err write_row(const struct table *table, size_t row, struct secret *out)
{
    static const char spaces[TABLE_MAX_CELL + 2] = {[0 ... TABLE_MAX_CELL] = ' '};
    enum mp_err err = MP_OK;

    for (size_t column = 0; column < table->columns && err == MP_OK; column++) {
        const char *text = table->cells[row * table->columns + column];
        size_t padding = table->widths[column] + 2 - strlen(text);

        err = out_add(out, text, NULL);
        if (err == MP_OK && column + 1 < table->columns)
            err = secret_append(out, spaces, padding);
    }
    return err == MP_OK ? out_add(out, "\n", NULL) : err;
}

enum mp_err table_write(const struct table *table, struct secret *out)
{
    enum mp_err err = MP_OK;

    for (size_t row = 0; row < table->rows && err == MP_OK; row++)
        err = write_row(table, row, out);
    return err;
}

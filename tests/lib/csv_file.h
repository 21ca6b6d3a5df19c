/* Reads CSV files independently of src: UTF-8, or CP932, whose second bytes are never a comma, quote or line
 * end. */
#pragma once

#include "support.h"

/* Rows count from 0, the header. Everything is kept memory. */
struct sheet {
    char **cells;
    /* First cell of each row, and one more than the last. */
    size_t *starts;
    /* Physical line on which each row begins, from 1. */
    size_t *lines;
    /* With the header. */
    size_t n_rows;
};

/* Skips a byte order mark; fails the test if the file cannot be read. */
struct sheet read_sheet(const char *path);

/* Returns the number of cells of a row. */
size_t width(const struct sheet *s, size_t row);

/* Return a column's index, and a cell; fail the test if there is none. */
size_t column_of(const struct sheet *s, const char *name);
char *cell(const struct sheet *s, size_t row, const char *column);

/* Returns whether the cell has this value. */
bool is(const struct sheet *s, size_t row, const char *column, const char *value);

/* Returns the first row with this value in the column, 0 if there is none. */
size_t find_row(const struct sheet *s, const char *column, const char *value);

/* Returns the number of rows with this value in the column. */
size_t rows_with(const struct sheet *s, const char *column, const char *value);

/* One table of schemas/, a CSV file with named columns, read whole. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/decimal.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/text.h"
#include "format/sheet.h"
#include "tables/diag.h"

enum { KP_TABLEFILE_MAX_COLUMNS = 24 };

/* The first group is the caller's, who sets it before opening files one after the other. */
struct kp_tablefile {
    struct kp_arena *arena; /* owns all that is read */
    const struct kp_io *io;
    struct kp_diag *diag;
    const char *folder;    /* of the tables; NULL: built in */
    struct kp_sha256 *sha; /* receives names and bytes of the tables */

    const char
        *changed; /* names of the tables opened so far that are not the built-in ones, by ", "; NULL: none */

    const char *path; /* as diagnostics name the file */
    const char *columns[KP_TABLEFILE_MAX_COLUMNS];
    size_t n_columns;
    size_t at[KP_TABLEFILE_MAX_COLUMNS]; /* in the sheet */
    struct kp_sheet sheet;
    void *rows; /* loaded from those of the sheet, see kp_tablefile_rows */
};

enum kp_tablefile_fault {
    KP_TABLEFILE_SOUND,
    KP_TABLEFILE_NO_MEMORY,
    KP_TABLEFILE_NOT_CSV,        /* or not UTF-8; sheet.bad_line */
    KP_TABLEFILE_COLUMN_MISSING, /* index into columns */
    KP_TABLEFILE_ROW_WIDTH       /* index into sheet.rows */
};

/* Parses n bytes, finds the columns (a space-separated list) and checks the width of every row. Does not
 * report; *ret_index locates the fault. */
enum kp_tablefile_fault kp_tablefile_parse(struct kp_tablefile *f, const char *columns, const char *bytes,
                                           size_t n, size_t *ret_index);

/* Opens a table of the folder or a built-in one and allocates its rows. Reports KP_E_USAGE and KP_E_SYSTEM.
 */
enum kp_status kp_tablefile_open(struct kp_tablefile *f, const char *name, const char *columns,
                                 size_t row_bytes);
/* Allocates f->rows: an element for each row of the sheet and a spare one, zeroed. Reports KP_E_SYSTEM. */
enum kp_status kp_tablefile_rows(struct kp_tablefile *f, size_t row_bytes);

/* Returns the text of a cell. column is an index into columns. */
const char *kp_cell(const struct kp_tablefile *f, size_t row, size_t column);
bool kp_cell_decimal(const struct kp_tablefile *f, size_t row, size_t column, struct kp_decimal *ret_number);
/* Reads a range from two columns side by side; returns false unless the first number is the smaller. */
bool kp_cell_range(const struct kp_tablefile *f, size_t row, size_t column, struct kp_decimal *ret_min,
                   struct kp_decimal *ret_max);

/* Reads the first day and, from the next column, the last one; empty: open. Reports KP_E_USAGE. */
enum kp_status kp_cell_period(const struct kp_tablefile *f, size_t row, size_t column,
                              struct kp_date *ret_from, struct kp_date *ret_to);

/* Reports a wrong row of a table: KP_E_USAGE. A row past the last means the header. */
#define KP_HEADER_ROW SIZE_MAX
enum kp_status kp_table_bad(const struct kp_tablefile *f, size_t row, const char *what, const char *value);
/* Reports that memory is short: KP_E_SYSTEM. */
enum kp_status kp_tablefile_no_memory(const struct kp_tablefile *f);

/* A small CSV read whole: a table, a register, a mapping file. The first row contains the column names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "format/csvin.h"
#include "kenporter.h"

struct kp_sheet_row {
    uint64_t line;
    size_t n_cells; /* as found; further cells up to n_columns are "" */
    const char *const *cells;
};

struct kp_sheet {
    const char *const *columns;
    size_t n_columns;
    uint64_t header_line; /* of the column names */
    struct kp_sheet_row *rows;
    size_t n_rows;
    uint64_t n_comments; /* lines skipped as such */
    uint64_t bad_line;   /* of a failure */
};

enum { KP_SHEET_MAX_BYTES = 256 << 20 };

/* Parses n bytes into the arena and trims the values. The bytes are UTF-8, or CP932 if they are not UTF-8 and
 * text is given. Returns KP_E_INPUT, with only bad_line set, if they are not CSV or do not decode, or
 * KP_E_SYSTEM if memory is short; does not report. */
enum kp_status kp_sheet_read(struct kp_sheet *ret_sheet, struct kp_arena *arena, const struct kp_text *text,
                             const char *bytes, size_t n, enum kp_comments comments);

/* Copies a row into the arena, as above. */
enum kp_status kp_sheet_copy_row(struct kp_arena *arena, const struct kp_text *text,
                                 const struct kp_csvrow *row, size_t at_least, struct kp_sheet_row *ret_row);

/* Finds a column by its exact name. */
bool kp_sheet_column(const struct kp_sheet *sheet, const char *name, size_t *ret_column);

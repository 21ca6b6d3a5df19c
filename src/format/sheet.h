/*
 * A small CSV read whole: the tables, the registers, a mapping file. First row = column names. Layer 4.
 */
#ifndef KP_SHEET_H
#define KP_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "format/csvin.h"
#include "kenporter.h"

struct kp_sheet_row {
    uint64_t line;
    size_t n_cells; /* as found; cells beyond it, up to n_columns, are "" */
    const char *const *cells;
};

struct kp_sheet {
    const char *const *columns;
    size_t n_columns;
    struct kp_sheet_row *rows;
    size_t n_rows;
    uint64_t bad_line; /* on KP_E_INPUT: where */
};

enum { KP_SHEET_MAX_BYTES = 256 << 20 };

/* Parses n bytes; strings are copied into the arena, spaces around values removed. UTF-8, or CP932 when the
 * bytes are not UTF-8 and text is given. KP_E_INPUT with bad_line set when it is not CSV or does not decode.
 */
enum kp_status kp_sheet_read(struct kp_sheet *ret_sheet, struct kp_arena *arena, const struct kp_text *text,
                             const char *bytes, size_t n);

/* The same for files that people comment. */
enum kp_status kp_sheet_read_commented(struct kp_sheet *ret_sheet, struct kp_arena *arena,
                                       const struct kp_text *text, const char *bytes, size_t n,
                                       enum kp_comments comments);

/* Position of a column. */
bool kp_sheet_column(const struct kp_sheet *sheet, const char *name, size_t *ret_column);

#endif

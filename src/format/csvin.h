/* CSV rows with the line they begin on, by libcsv in strict mode: an unbalanced quote ends the file, nothing
 * is guessed. So does a quoted cell that has swallowed other lines. Bytes are split before they are decoded,
 * which CP932 allows: the second byte of a character is never a quote, a comma, a tab, a semicolon or a line
 * end. Functions here do not report. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/lines.h"
#include "kenporter.h"

enum { KP_CSV_MAX_LINE_BYTES = 1 << 20, KP_CSV_MAX_ROW_BYTES = 4 << 20, KP_CSV_MAX_CELLS = 4096 };

struct kp_cell {
    const char *bytes; /* NUL-terminated, but may contain any byte */
    size_t n;
};

struct kp_csvrow {
    uint64_t line; /* physical line of its first character, from 1 */
    bool spans_lines;
    uint64_t sheet_row; /* in a spreadsheet, where a cell with line breaks takes no further rows */
    size_t n_cells;
    const struct kp_cell *cells; /* live until the next call */
};

enum kp_csv_fault {
    KP_CSV_SOUND,
    KP_CSV_READ,
    KP_CSV_QUOTE,
    KP_CSV_TOO_LONG,
    KP_CSV_TOO_MANY_CELLS,
    KP_CSV_MEMORY
};

/* Which lines between rows are comments. A first cell that is just "#" is a value in any case. */
enum kp_comments {
    KP_COMMENTS_NONE,
    KP_COMMENTS_ALL, /* lines that begin with # */
    /* lines that begin with # and no digit after it, also in the quotes that a spreadsheet gives them */
    KP_COMMENTS_NOT_DIGITS,
};

/* Comments skipped so far. Those as wide as the header may be rows that somebody commented out. */
struct kp_csv_comments {
    uint64_t n, n_like_rows;
    uint64_t first_like_row; /* its line */
};

struct kp_csvin {
    /* What is skipped; the caller may set it before the first row. */
    enum kp_comments comments;
    bool skips_empty_rows; /* rows without contents, as spreadsheets write them below the last one */

    /* For the caller to read. */
    enum kp_csv_fault fault;
    struct kp_csv_comments skipped;
    struct kp_lines lines; /* its taken_bytes are the input consumed */
    struct kp_buf above;   /* comment and blank lines above the first row, up to a line's limit: some exports
                              have their header there */

    /* The rest is the reader's. */
    struct csv_parser *parser;
    char delimiter; /* 0: not known yet */
    bool finished;
    size_t width;          /* cells of the header */
    struct kp_buf bytes;   /* all cells of the row, each with a NUL */
    struct kp_cell *cells; /* pointers are set once the row is complete: bytes may move until then */
    size_t n_cells, cap_cells;
    bool row_complete, row_open;
    uint64_t line;       /* lines consumed */
    uint64_t row_line;   /* where the open row began */
    uint64_t folded;     /* lines of rows so far but for their first ones */
    size_t row_bytes;    /* fed to it so far */
    uint64_t quote_line; /* with KP_CSV_QUOTE: where the quote opens */
};

/* Opens an export: comments and rows without contents are skipped like blank lines, and UTF-16 with a byte
 * order mark is converted to UTF-8. Here and below, a byte order mark of UTF-8 is skipped before any row,
 * since files are joined by hand, and delimiter 0 means the one of comma, tab and semicolon that occurs most
 * outside quotes in the first row that has any (a tie goes to the comma). Returns KP_E_INPUT with errno, or
 * KP_E_SYSTEM if memory is short. */
enum kp_status kp_csvin_open(struct kp_csvin **ret_in, const struct kp_io *io, const char *path,
                             char delimiter);
/* Reads n bytes that outlive the reader; skips blank lines only. Returns KP_E_SYSTEM if memory is short. */
enum kp_status kp_csvin_memory(struct kp_csvin **ret_in, const char *bytes, size_t n, char delimiter);
void kp_csvin_close(struct kp_csvin *in);

/* Declares the row just read, instead of the first, to be the header that comments are compared with. */
void kp_csvin_was_header(struct kp_csvin *in);

/* Returns the next row; blank lines are skipped. *ret_end is true at the end. On failure fault and
 * kp_csvin_line describe it. */
enum kp_status kp_csvin_next(struct kp_csvin *in, struct kp_csvrow *ret_row, bool *ret_end);
/* Returns the physical line reached so far; for an unbalanced quote, the line where it opens; for an overlong
 * row, the line where the row began. */
uint64_t kp_csvin_line(const struct kp_csvin *in);
/* Returns the delimiter in use, known once a row was read. */
char kp_csvin_delimiter(const struct kp_csvin *in);

/*
 * CSV rows with the line they begin on, by libcsv in strict mode: an unbalanced quote ends the file, nothing
 * is guessed. Bytes are split before they are decoded, which CP932 allows: the second byte of a character is
 * never a quote, a comma, a tab, a semicolon or a line end. Functions here do not report.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "kenporter.h"

enum { KP_CSV_MAX_LINE_BYTES = 1 << 20, KP_CSV_MAX_ROW_BYTES = 4 << 20, KP_CSV_MAX_CELLS = 4096 };

struct kp_cell {
    const char *bytes; /* NUL-terminated, but may contain any byte */
    size_t n;
};

struct kp_csvrow {
    uint64_t line; /* physical line of its first character, from 1 */
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
    KP_COMMENTS_ALL,        /* lines that begin with # */
    KP_COMMENTS_NOT_DIGITS, /* lines that begin with # and no digit after it */
};

/* Comments skipped so far. Those with as many fields as the header may be rows that somebody commented out.
 */
struct kp_csv_comments {
    uint64_t n, n_like_rows;
    uint64_t first_like_row; /* its line */
};

struct kp_csvin;

/*
 * Opens a file, or n bytes of memory that outlive the reader. A UTF-8 byte order mark is skipped; a file with
 * one of UTF-16 is converted to UTF-8. delimiter 0 means the one of comma, tab and semicolon that occurs most
 * outside quotes in the first row that has any (a tie goes to the comma). Returns KP_E_INPUT with errno, or
 * KP_E_SYSTEM if memory is short.
 */
enum kp_status kp_csvin_open(struct kp_csvin **ret_in, const struct kp_io *io, const char *path,
                             char delimiter);
enum kp_status kp_csvin_memory(struct kp_csvin **ret_in, const char *bytes, size_t n, char delimiter);
void kp_csvin_close(struct kp_csvin *in);

/* Sets what is skipped; call one of them before the first row. An export has comments (all lines with #), and
 * rows without contents, as spreadsheets write them below the last one, are skipped like blank lines. */
void kp_csvin_skip_comments(struct kp_csvin *in, enum kp_comments comments);
void kp_csvin_is_export(struct kp_csvin *in);
/* Declares the row just read, instead of the first, to be the header that comments are compared with. */
void kp_csvin_was_header(struct kp_csvin *in);

/* Returns the next row; blank lines are skipped. *ret_end is true at the end. On failure kp_csvin_fault and
 * kp_csvin_line describe it. */
enum kp_status kp_csvin_next(struct kp_csvin *in, struct kp_csvrow *ret_row, bool *ret_end);
enum kp_csv_fault kp_csvin_fault(const struct kp_csvin *in);
/* Returns the physical line reached so far; for an open quote or an overlong row, the line where the row
 * began. */
uint64_t kp_csvin_line(const struct kp_csvin *in);
/* Returns the bytes of input consumed. */
uint64_t kp_csvin_taken(const struct kp_csvin *in);
/* Returns the delimiter in use, known once a row was read. */
char kp_csvin_delimiter(const struct kp_csvin *in);
struct kp_csv_comments kp_csvin_comments(const struct kp_csvin *in);

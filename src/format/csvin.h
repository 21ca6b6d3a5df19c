/*
 * CSV rows with the line they start on, by libcsv in strict mode: an unbalanced quote ends the file, nothing
 * is guessed. Bytes are split before they are decoded, which CP932 allows: the second byte of a character is
 * never a quote, a comma, a tab, a semicolon or a line end. Layer 3.
 */
#ifndef KP_CSVIN_H
#define KP_CSVIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/file.h"
#include "kenporter.h"

enum { KP_CSV_MAX_LINE_BYTES = 1 << 20, KP_CSV_MAX_ROW_BYTES = 4 << 20, KP_CSV_MAX_CELLS = 4096 };

struct kp_cell {
    const char *bytes; /* NUL-terminated, but may hold any byte */
    size_t n;
};

struct kp_csvrow {
    uint64_t line; /* physical line of the row's first character, from 1 */
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

/* Which lines between rows are comments and passed over. A lone "#" in the first cell is a value in any case.
 */
enum kp_comments {
    KP_COMMENTS_NONE,
    KP_COMMENTS_ALL,        /* those that begin with # */
    KP_COMMENTS_NOT_DIGITS, /* those that begin with # and no digit behind it */
};

struct kp_csvin;

/* Opens a file, or n bytes of memory that outlive the reader. A UTF-8 byte order mark is skipped; a file that
 * begins with a mark of UTF-16 is read as such and handed out as UTF-8. delimiter 0 means:
 * whichever of comma, tab and semicolon occurs most outside quotes in the first row that has one (a tie goes
 * to the comma). Errors: KP_E_INPUT with errno, KP_E_SYSTEM. */
enum kp_status kp_csvin_open(struct kp_csvin **ret_in, const struct kp_io *io, const char *path,
                             char delimiter);
enum kp_status kp_csvin_memory(struct kp_csvin **ret_in, const char *bytes, size_t n, char delimiter);
void kp_csvin_close(struct kp_csvin *in);
/* To be said before the first row is read. An export is a file with comments, and with rows that have nothing
 * in any cell, as spreadsheets leave them below the last one: these are skipped like blank lines. */
void kp_csvin_skip_comments(struct kp_csvin *in, enum kp_comments comments);
void kp_csvin_is_export(struct kp_csvin *in);
/* The row just read is the header, which is not the first row: comments are compared with it. */
void kp_csvin_was_header(struct kp_csvin *in);

/* The next row; blank lines are skipped. At the end *ret_end is true. On KP_E_INPUT ask for fault and line.
 */
enum kp_status kp_csvin_next(struct kp_csvin *in, struct kp_csvrow *ret_row, bool *ret_end);
enum kp_csv_fault kp_csvin_fault(const struct kp_csvin *in);
/* Physical line reached so far; on a fault in a quoted field, the line where its row began. */
uint64_t kp_csvin_line(const struct kp_csvin *in);
/* Bytes of input consumed. */
uint64_t kp_csvin_taken(const struct kp_csvin *in);
/* What separates the fields; known once a row was read. */
char kp_csvin_delimiter(const struct kp_csvin *in);
/* Comments passed over so far, and among them those that have as many fields as the header, which is the
 * first row unless another was named: rows that somebody took out, perhaps. */
struct kp_csv_comments {
    uint64_t n, n_like_rows;
    uint64_t first_like_row; /* its line */
};
struct kp_csv_comments kp_csvin_comments(const struct kp_csvin *in);

/* What a first look over the whole file tells. */
struct kp_probe {
    uint8_t sha256[KP_SHA256_BYTES];
    enum kp_encoding encoding;
    uint64_t bytes;
};

/* UTF-16 and UTF-8 by their marks; else UTF-8 when the whole file is, but for some damage; else CP932. */
enum kp_status kp_probe_file(const struct kp_io *io, const char *path, struct kp_probe *ret_probe);

#endif

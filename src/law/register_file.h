/*
 * One register file: header, rows, and the values that all registers have in common. What a spreadsheet does
 * to a file on saving, and how people write, is mended and noted: lost zeros of numbers, dates in other
 * forms, words for ids, empty rows, columns of nothing, padded lines. Everything else that is wrong is a
 * fault. Faults are reported with file, line and column, up to KP_REGISTER_FAULTS_SHOWN, and reading goes on.
 */
#pragma once

#include "format/sheet.h"
#include "tables/context.h"

enum { KP_REGISTER_MAX_COLUMNS = 24, KP_REGISTER_FAULTS_SHOWN = 200 };

enum kp_mend {
    KP_MEND_COMMENTS,
    KP_MEND_ZEROS,
    KP_MEND_DATES,
    KP_MEND_WORDS,
    KP_MEND_ROWS,
    KP_MEND_COLUMNS,
    KP_MEND__COUNT
};

/* A register as it was read. */
struct kp_original {
    const char *bytes; /* in the arena of the context; NULL: there is none */
    size_t n;
};

struct kp_register_row {
    const char *id;
    size_t at; /* in the sheet */
};

struct kp_register {
    struct kp_context *ctx;
    const char *path;
    /* Set by the caller: rewrites the bytes before they are read (in the arena), or NULL. Reports. */
    enum kp_status (*prepare)(struct kp_context *ctx, const char **bytes, size_t *n);
    struct kp_original original;
    struct kp_sheet sheet; /* without comments and empty rows */
    const char *columns[KP_REGISTER_MAX_COLUMNS];
    size_t n_columns;
    size_t at[KP_REGISTER_MAX_COLUMNS]; /* in the sheet; SIZE_MAX: missing */
    void *rows;                         /* one element per row of the sheet, and a spare one */
    enum kp_status st;                  /* KP_E_USAGE once there are faults, KP_E_SYSTEM without memory */
    uint64_t n_faults;
    struct {
        uint64_t n, line; /* line of the first */
    } mended[KP_MEND__COUNT];
    struct kp_map ids; /* id -> line */
    size_t *last;      /* for the first row under a key: the last one so far */
};

/* Reads the file, finds the columns (space-separated lists) and allocates the rows, zeroed. A failure leaves
 * nothing to read; close all the same. */
enum kp_status kp_register_open(struct kp_register *r, const char *path, const char *required,
                                const char *optional, size_t row_bytes);
/* Reports mends and the number of faults not shown. Returns the status of the whole register. */
enum kp_status kp_register_close(struct kp_register *r);

/* Returns a cell, "" if its column is missing. */
const char *kp_register_cell(const struct kp_register *r, size_t row, size_t column);
uint64_t kp_register_line(const struct kp_register *r, size_t row);

/* Report a fault of a cell; args: those of the code. */
void kp_register_fault(struct kp_register *r, size_t row, size_t column, enum kp_code code, const char *arg1,
                       const char *arg2);
void kp_register_bad(struct kp_register *r, size_t row, size_t column, const char *expected);
void kp_register_missing(struct kp_register *r, size_t row, size_t column, const char *expected);
/* Reports that memory is short, once. */
void kp_register_no_memory(struct kp_register *r);

/* Returns the rows in the order of their ids (the first column), so that the order of the register decides
 * nothing; NULL if memory is short, which is reported. */
const struct kp_register_row *kp_register_by_id(struct kp_register *r);

/* Files a row under a key. *ret_previous is the row before it under that key; the row itself for a new key.
 * Returns false if memory is short (key may be NULL). */
bool kp_register_file_row(struct kp_register *r, struct kp_map *map, const char *key, size_t row,
                          size_t *ret_previous);

/* The values. A fault leaves the result as it was. */
void kp_register_id(struct kp_register *r, size_t row, const char *id);
void kp_register_date(struct kp_register *r, size_t row, size_t column, bool required,
                      struct kp_date *ret_date);
/* Reports a fault if b, of the later column, is before a. */
void kp_register_order(struct kp_register *r, size_t row, const size_t columns[2], struct kp_date a,
                       struct kp_date b);
/* Returns the insurer number of that text, with its zeros, or NULL. */
const char *kp_register_number(struct kp_register *r, size_t row, size_t column, const char *text);
/* Checks a space-separated list of item codes and of the words in also_ok. */
void kp_register_items(struct kp_register *r, size_t row, size_t column, const char *also_ok);

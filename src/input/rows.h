/* Reads the rows of all inputs, one after another. */
#pragma once

#include "input/input.h"

/* A row as undecoded bytes, which live in the arena given to kp_rows_next. */
struct kp_row {
    uint32_t file;      /* index of the input */
    uint64_t line;      /* physical line where it begins */
    uint64_t sheet_row; /* in a spreadsheet */
    uint64_t number;    /* over all inputs, from 0 */
    const struct kp_cell *cells;
    size_t n_cells;

    /* Of a joined row (run/join.h), else 0. */
    size_t n_before;      /* cells of the persons' file and KP_JOIN_COLUMN; the input's own follow */
    uint64_t person_line; /* 0: no row of the persons' file */
    unsigned fault;       /* enum kp_code: why the row has no partner */
    uint64_t lines[2];    /* of the persons' file, which explain the fault */
};

/* Set the first members as needed and zero the rest; end with kp_rows_close. */
struct kp_rows {
    struct kp_context *ctx;
    struct kp_inputs *inputs; /* as kp_intake mapped them; n_rows and comments are set while reading */
    char delimiter;           /* 0: detected in the header row */
    bool of_persons;          /* reads the persons of a joined pair, which are passed over otherwise */
    struct kp_csvin *in;      /* of inputs->list[file]; NULL between files */
    struct kp_row header[2];  /* its header rows */
    bool header_again;        /* the row before was the first of them */
    size_t file;
    uint64_t next_number;
    uint64_t taken_before; /* bytes of the finished files */
};

/* Reads the next row; *ret_end is true after the last one. Passes over header rows that come again. Fails for
 * a row of several lines that has not as many cells as the header: a quote has swallowed lines. Reports
 * failures: KP_E_INPUT, KP_E_SYSTEM. */
enum kp_status kp_rows_next(struct kp_rows *reader, struct kp_arena *arena, struct kp_row *ret_row,
                            bool *ret_end);
/* Returns the bytes of input consumed so far. */
uint64_t kp_rows_taken(const struct kp_rows *reader);
void kp_rows_close(struct kp_rows *reader);

/*
 * Registers as runs used them: the copies in OUTDIR/registers, found by their digest. They are read as plain
 * sheets, for a run accepted them; only what the log cannot prove is looked up.
 */
#pragma once

#include "format/sheet.h"
#include "tables/context.h"

struct kp_kept {
    struct kp_context *ctx;
    struct kp_arena arena; /* of the register at hand */
    char sha256[65];       /* of it; "": none */
    char missing[65];      /* the last one that was not found */
    struct kp_sheet sheet;
    struct kp_map by_id; /* of a consent or request -> row */
};

/* Where copies are looked for. */
struct kp_kept_places {
    const char *output;      /* folder of the runs; NULL: those of the logs */
    const char *const *logs; /* n_logs paths */
    size_t n_logs;
    const char *today; /* the register as it is now, which may still be the same; NULL: none */
};

/* Reads the register with that digest unless it is at hand; *ret_found is false if there is no file with
 * these contents. Reports KP_E_SYSTEM, and KP_E_USAGE for a file that is there and cannot be read. */
enum kp_status kp_kept_load(struct kp_kept *kept, const struct kp_kept_places *places, const char *sha256,
                            bool *ret_found);
/* Reads a register that is no copy. Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_kept_read(struct kp_kept *kept, const char *path);
void kp_kept_release(struct kp_kept *kept);

/* Finds the row of an id; insurer numbers are found by kp_kept_insurer, with or without leading zeros. */
bool kp_kept_find(const struct kp_kept *kept, const char *id, size_t *ret_row);
bool kp_kept_insurer(const struct kp_kept *kept, const char *number, size_t *ret_row);
/* Returns a cell, "" if the register has no such column. */
const char *kp_kept_cell(const struct kp_kept *kept, size_t row, const char *column);
/* Returns the day in a cell as spreadsheets write it, too; unset: the cell is empty or no day. */
struct kp_date kp_kept_day(const struct kp_kept *kept, struct kp_arena *scratch, size_t row,
                           const char *column);
/* Returns whether a number is the same without leading zeros, which spreadsheets drop. */
bool kp_kept_same_number(const char *a, const char *b);

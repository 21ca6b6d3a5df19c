/* The rows of all inputs, one after another, with their places. Layer 11. */
#ifndef KP_ROWS_H
#define KP_ROWS_H

#include "input/intake.h"

/* One row as it came; bytes live in the arena given to kp_rows_next. */
struct kp_row {
    uint32_t file;   /* index of the input */
    uint64_t line;   /* physical line where it begins */
    uint64_t number; /* over all inputs, from 0 */
    const struct kp_cell *cells;
    size_t n_cells;
};

struct kp_rows {
    struct kp_context *ctx;
    struct kp_inputs *inputs;
    char delimiter; /* as configured; 0: found from the header row */
    struct kp_csvin *in;
    size_t file;
    uint64_t next_number;
    uint64_t taken_before; /* bytes of the files already finished */
};

void kp_rows_init(struct kp_rows *reader, struct kp_context *ctx, struct kp_inputs *inputs, char delimiter);
/* The next row; *ret_end at the end of the last input. A broken file is reported: KP_E_INPUT. */
enum kp_status kp_rows_next(struct kp_rows *reader, struct kp_arena *arena, struct kp_row *ret_row,
                            bool *ret_end);
/* Bytes of input consumed so far. */
uint64_t kp_rows_taken(const struct kp_rows *reader);
void kp_rows_close(struct kp_rows *reader);

#endif

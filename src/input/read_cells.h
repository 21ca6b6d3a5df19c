/* What a thread has read in cells before: most columns of an export contain few different words. */
#pragma once

#include "tables/tables.h"
#include "input/column.h"

enum { KP_READ_CELL_BYTES = 31 };

/* A cell that was read; its members are set by those who read it. */
struct kp_read_cell {
    const struct kp_column *column; /* NULL: an empty slot */
    uint8_t n;
    char cell[KP_READ_CELL_BYTES];
    bool has_digits; /* digits is what kp_digits_see returned */
    bool has_words;  /* words is what kp_words_of returned */
    enum kp_words words;
    uint64_t digits;
    const struct kp_code_row *code; /* NULL: not known, or the cell says more than a code */
    const char *list;               /* of the day of the examination */
    bool respelled;                 /* the cell was not the code itself: KP_K_VALUE_CODED */
};

struct kp_read_cells;

/* Returns NULL if memory is short. Release with free(). The columns must outlive it. */
struct kp_read_cells *kp_read_cells_new(void);
/* Returns the slot of the cell, empty if the cell was not read lately; NULL for a long cell, or if there are
 * no readings. */
struct kp_read_cell *kp_read_cell_of(struct kp_read_cells *read_cells, const struct kp_column *column,
                                     const char *cell);

#include "input/read_cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"

enum { SLOTS = 2048 };

struct kp_read_cells {
    struct kp_read_cell slots[SLOTS];
};

struct kp_read_cells *kp_read_cells_new(void)
{
    return calloc(1, sizeof(struct kp_read_cells));
}

static size_t slot_of(const struct kp_column *column, const char *cell, size_t n)
{
    uint64_t h = (uintptr_t)column;
    for (size_t at = 0; at < n; at += sizeof(h))
        h = (h ^ h >> 29 ^ kp_begin(cell + at, n - at)) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(h >> 40) % SLOTS;
}

struct kp_read_cell *kp_read_cell_of(struct kp_read_cells *read_cells, const struct kp_column *column,
                                     const char *cell)
{
    const size_t n = strlen(cell);
    if (!read_cells || n == 0 || n > KP_READ_CELL_BYTES)
        return NULL;
    struct kp_read_cell *r = &read_cells->slots[slot_of(column, cell, n)];
    if (r->column != column || r->n != n || memcmp(r->cell, cell, n) != 0) {
        *r = (struct kp_read_cell){.column = column, .n = (uint8_t)n};
        memcpy(r->cell, cell, n);
    }
    return r;
}

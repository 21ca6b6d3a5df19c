/* The mapping tables of the CC2X converter, read unchanged: C2XDTBL says which column of which file contains
 * which item, METHODCVT resolves codes that leave the method open (ZZZ) by a local digit. */
#pragma once

#include "input/mapping_file.h"

/* Returns whether the sheet is a C2XDTBL: it has FILENO and COLNO, with or without a header row. */
bool kp_cc2x_is(struct kp_arena *arena, const struct kp_sheet *sheet);

/* What a C2XDTBL says of two inputs that KEY1 joins. */
struct kp_cc2x_pair {
    unsigned long key[2]; /* COLNO of KEY1 in FILENO 1 and 2 */
    size_t persons;       /* 0 or 1: which of the two has the birth date; FILENO 1 in doubt */
};

/* Returns whether the table has KEY1 in two files. */
bool kp_cc2x_pair(struct kp_arena *arena, const struct kp_mapping_file *file, struct kp_cc2x_pair *ret_pair);

/* Maps the columns of one input. Rows for other inputs are ignored; unknown names leave their column
 * unmapped. Reports wrong rows and open methods: KP_E_USAGE; KP_E_SYSTEM. */
enum kp_status kp_cc2x_apply(struct kp_context *ctx, const struct kp_mapping_job *job,
                             struct kp_mapping *mapping);

/* The mapping tables of the CC2X converter, read unchanged: C2XDTBL says which column of which file contains
 * which item, METHODCVT resolves codes that leave the method open (ZZZ) by a local digit. */
#pragma once

#include "input/mapping_file.h"

/* Returns whether the sheet is a C2XDTBL: it has FILENO and COLNO, with or without a header row. */
bool kp_cc2x_is(struct kp_arena *arena, const struct kp_sheet *sheet);

/* Tables with headings; methods: METHODCVT as the converter ships it, JLAC_MATCHED, LOCAL_METHOD,
 * JLAC_METHOD. */
enum kp_cc2x_kind { KP_CC2X_NONE, KP_CC2X_TABLE, KP_CC2X_CLAIMS, KP_CC2X_METHODS };

enum kp_cc2x_kind kp_cc2x_kind(struct kp_context *ctx, const struct kp_sheet *sheet);
/* Returns the highest COLNO that a C2XDTBL has for the FILENO, 0 for none. */
unsigned long kp_cc2x_width(struct kp_arena *arena, const struct kp_sheet *sheet, unsigned long file);

/* Checks what no export is needed for: output flags, lines of METHODCVT, and that it is no claims table.
 * Reports KP_E_USAGE, KP_E_SYSTEM. */
enum kp_status kp_cc2x_check(struct kp_context *ctx, const struct kp_mapping_file *file);

/* What a C2XDTBL says of two inputs that KEY1 joins. */
struct kp_cc2x_pair {
    unsigned long key[2]; /* COLNO of KEY1 in FILENO 1 and 2 */
    size_t persons;       /* 0 or 1: which of the two has the birth date; FILENO 1 in doubt */
};

/* Returns whether the table has KEY1 in two files. */
bool kp_cc2x_pair(struct kp_arena *arena, const struct kp_mapping_file *file, struct kp_cc2x_pair *ret_pair);

/* Maps the columns of one input. Rows for other inputs are ignored; names without a meaning
 * leave their column unmapped, with a warning. Reports wrong rows and open methods: KP_E_USAGE; KP_E_SYSTEM.
 */
enum kp_status kp_cc2x_apply(struct kp_context *ctx, const struct kp_mapping_job *job,
                             struct kp_mapping *mapping);

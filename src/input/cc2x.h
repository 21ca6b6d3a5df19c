/*
 * The mapping tables of the CC2X converter, read as they are: C2XDTBL says which column of which file holds
 * which item, METHODCVT resolves codes that leave the method open (ZZZ) by a local digit. Layer 8.
 */
#ifndef KP_CC2X_H
#define KP_CC2X_H

#include "format/sheet.h"
#include "input/header_names.h"

struct kp_cc2x {
    struct kp_arena *arena;
    const struct kp_tables *tables;
    struct kp_diag *diag;
    const struct kp_sheet *sheet;   /* C2XDTBL */
    const struct kp_sheet *methods; /* METHODCVT; NULL: none was given */
    const char *path, *methods_path;
    size_t file, n_files; /* which input this is, from 1, and of how many */
};

/* A table with FILENO and COLNO, with or without a header row. */
bool kp_cc2x_is(const struct kp_sheet *sheet);

/* Sets the columns of the mapping. Rows for other files are passed over; names that kenporter does not know
 * leave their column unmapped. Errors are reported: KP_E_USAGE for a wrong row or an open method,
 * KP_E_SYSTEM. */
enum kp_status kp_cc2x_apply(const struct kp_cc2x *cc2x, struct kp_mapping *mapping);

#endif

/* Normalises a row: widths, kana, dates, numbers in the item's format, codes for texts. Every change is a
 * NOTE; a value that no rule covers is a REJECT with its field. */
#pragma once

#include "tables/diag.h"
#include "law/registers.h"
#include "record/record.h"
#include "input/column.h"
#include "input/norm_master.h"
#include "input/read_cells.h"

/* What completes a row that lacks something, and what other rows with the same cells said. */
struct kp_completion {
    const struct kp_facilities *facilities; /* for a row that names no institution, or only its number */
    const struct kp_master_rows *master;    /* for data of the person; NULL: not asked */
    struct kp_read_cells *read_cells;       /* of this thread; NULL: every cell is read anew */
};

/*
 * Turns the cells of a row (UTF-8, one per column of the mapping) into a record, which lives in the arena of
 * the findings. Returns KP_E_SYSTEM, not reported, if memory is short; every other failure is a finding.
 */
enum kp_status kp_normalize(const struct kp_tables *tables, const struct kp_mapping *mapping,
                            const struct kp_completion *completion, const char *const *cells,
                            struct kp_findings *findings, struct kp_record *ret_record);

/* Does the same for no more than the fields that tell persons and examinations apart, the kind of
 * examination, and dash_empty: what the first of two passes needs. The findings and values are incomplete. */
enum kp_status kp_normalize_person(const struct kp_tables *tables, const struct kp_mapping *mapping,
                                   const struct kp_completion *completion, const char *const *cells,
                                   struct kp_findings *findings, struct kp_record *ret_record);

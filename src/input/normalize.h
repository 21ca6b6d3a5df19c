/*
 * Spelling only: widths, kana, dates, numbers to the item's format, texts to codes. Each change is a NOTE; a
 * value that no rule knows is a REJECT with its field. Nothing is decided here. Layer 10.
 */
#ifndef KP_NORMALIZE_H
#define KP_NORMALIZE_H

#include "tables/diag.h"
#include "record/record.h"
#include "input/header_names.h"

/*
 * Turns the cells of one row (UTF-8, one per column of the mapping) into a record. facility fills in what the
 * row lacks when the row names no facility at all. Errors: KP_E_SYSTEM for lack of memory; everything else is
 * a finding.
 */
enum kp_status kp_normalize(const struct kp_tables *tables, const struct kp_mapping *mapping,
                            const struct kp_org *facility, const char *const *cells, struct kp_arena *arena,
                            struct kp_findings *findings, struct kp_record *ret_record);

#endif

/* Which items a document must hold: those of 特定健診, those of the periodic check, and the rest of a
 * detailed test. Layer 10. */
#ifndef KP_CHECK_ITEMS_H
#define KP_CHECK_ITEMS_H

#include "tables/diag.h"
#include "record/record.h"
#include "kenporter.h"

/* Items that 特定健診 requires and the record says nothing of (B01): one finding of that code that names them
 * all. "Not done" and "not measurable" say something. Alternatives count as one; 採血時間 is required as soon
 * as blood was drawn. */
void kp_check_required(const struct kp_tables *tables, const struct kp_record *record, enum kp_code code,
                       struct kp_findings *findings);

/* Items of the periodic check (安衛則44条) that are missing although no doctor may leave them out at that age
 * (B02): one finding that names them all. */
void kp_check_periodic(const struct kp_tables *tables, const struct kp_record *record,
                       struct kp_findings *findings);

/* 一連検査グループ with a 実施理由 or 対象者 (B13, X16, X07): complete, and the two agree that the test was a
 * detailed one. received: what a document lacks is a warning, for its sender may have had no ground to send
 * it. */
void kp_check_groups(const struct kp_tables *tables, const struct kp_record *record, bool received,
                     struct kp_findings *findings);

#endif

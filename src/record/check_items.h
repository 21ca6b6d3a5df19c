/* Checks which items a document must have: of 特定健診, of the periodic check, of a detailed test. Running
 * out of memory shows as findings->arena->failed. */
#pragma once

#include "record/record.h"
#include "tables/diag.h"

/* Adds one finding of that code that names all items of 特定健診 without a value (B01). "Not done" and "not
 * measurable" are values; of alternatives one is enough; 採血時間 is required once blood was drawn. An item
 * that an earlier finding refused is not missing; this holds for the checks below too. */
void kp_check_required(const struct kp_record *record, enum kp_code code, struct kp_findings *findings);

/* Adds one finding that names all missing items of the periodic check (安衛則44条) that no doctor may omit at
 * the person's age (B02). Adds none if a date is missing. */
void kp_check_periodic(const struct kp_record *record, struct kp_findings *findings);

/* Checks each 一連検査グループ with a 実施理由 or 対象者 (B13, X16, X07): it is complete, and both agree that
 * the test was a detailed one. In a received document gaps are only warnings, for its sender may have had no
 * ground to send the rest. */
void kp_check_groups(const struct kp_record *record, bool received, struct kp_findings *findings);

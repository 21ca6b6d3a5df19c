/* What a run did, copied for the caller of the library. */
#pragma once

#include "run/ledger.h"
#include "run/tally.h"

/* Copies what the run did into *ret_result, which owns its memory; report_json is left out. Free with
 * kp_result_free. Reports KP_E_SYSTEM. */
enum kp_status kp_result_make(const struct kp_run *run, const struct kp_tally *tally,
                              const struct kp_ledger *ledger, struct kp_result *ret_result);

/* Returns whether nothing is read from the column, although no mapping file says so. */
bool kp_column_is_unused(const struct kp_column *column);

/* What the reports are about. */
struct kp_report {
    const struct kp_run *run;
    const struct kp_tally *tally;
    const struct kp_ledger *ledger;
    const struct kp_result *result;
};

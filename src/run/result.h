/* The public result of a run. */
#pragma once

#include "run/ledger.h"
#include "run/run.h"
#include "run/tally.h"

/* Copies what the run did into *ret_result, which owns its memory; free with kp_result_free. report_json is
 * left to kp_report_write. Reports: KP_E_SYSTEM. */
enum kp_status kp_result_make(const struct kp_run *run, const struct kp_tally *tally,
                              const struct kp_ledger *ledger, struct kp_result *ret_result);

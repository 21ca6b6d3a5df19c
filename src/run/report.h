/* The result of a run, and report.json and report.html: the run in numbers, without a name or value. */
#pragma once

#include "run/ledger.h"
#include "run/tally.h"

/* Writes both reports into the run's folder, the page in the language of the run, and copies what the run did
 * into *ret_result, which owns its memory; free with kp_result_free. Reports: KP_E_SYSTEM. */
enum kp_status kp_report_write(const struct kp_run *run, const struct kp_tally *tally,
                               const struct kp_ledger *ledger, struct kp_result *ret_result);

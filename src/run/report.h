/* report.json and report.html: the run in numbers, without a name or value. */
#pragma once

#include "run/ledger.h"
#include "run/run.h"
#include "run/tally.h"

/* Writes both into the run's folder, the page in the language of the run, and sets result->report_json, which
 * belongs to the result. Reports: KP_E_SYSTEM. */
enum kp_status kp_report_write(const struct kp_run *run, const struct kp_tally *tally,
                               const struct kp_ledger *ledger, struct kp_result *result);

/* report.json and report.html: the run in numbers, without a name or value. Layer 15. */
#ifndef KP_REPORT_H
#define KP_REPORT_H

#include "run/ledger.h"
#include "run/run.h"
#include "run/tally.h"

/* report.json into out. finished: seconds since 1970 UTC. */
void kp_report_json(const struct kp_run *run, const struct kp_tally *tally, const struct kp_ledger *ledger,
                    int64_t finished, struct kp_buf *out);
/* The same for a person, one self-contained page in the language of the run. */
void kp_report_html(const struct kp_run *run, const struct kp_tally *tally, const struct kp_ledger *ledger,
                    struct kp_buf *out);

#endif

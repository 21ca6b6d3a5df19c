/*
 * The disclosure log as a run uses it: what it remembers of people and bundles, and what an earlier run that died left
 * unfinished. Layer 11.
 */
#ifndef KP_LEDGER_H
#define KP_LEDGER_H

#include "dlog.h"
#include "run.h"
#include "seen.h"

/* A bundle whose entries stand in the log without a word on its release. */
struct kp_unfinished {
    const char *bundle; /* "" when there is none */
    const char *bundle_sha256, *run_id, *insurer_number, *recipient, *tables_sha256;
};

struct kp_ledger {
    struct kp_log log;
    bool writable;
    struct kp_log_state state;
    struct kp_map bundles_today; /* roots of bundles of the day of disclosure */
    struct kp_unfinished unfinished;
};

/*
 * Reads the log into seen. For an export it is locked first, a torn last line is cut off, and a bundle that an earlier
 * run left is completed (it is in place) or voided (it is not). A broken chain stops the run: KP_E_SYSTEM.
 */
enum kp_status kp_ledger_open(struct kp_ledger *ledger, struct kp_run *run, struct kp_seen *seen);
void kp_ledger_close(struct kp_ledger *ledger);

#endif

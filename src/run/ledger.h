/*
 * The disclosure log as a run uses it: what it remembers of people and bundles, and what an earlier run that
 * died left unfinished. The memory is an index beside each log (logindex.h); only what was appended since is
 * read. Layer 11.
 */
#ifndef KP_LEDGER_H
#define KP_LEDGER_H

#include "log/log.h"
#include "log/log_index.h"
#include "run/run.h"

/* A log up to that size is verified whole by every run, index or not. */
enum { KP_MAX_LOGS = 64, KP_LOG_ALWAYS_READ_BYTES = 64 << 20 };

/* A bundle whose entries stand in the log without a word on its release. */
struct kp_unfinished {
    const char *bundle; /* "" when there is none */
    const char *bundle_sha256, *run_id, *insurer_number, *recipient, *tables_sha256;
};

/* What this run found to mend when it opened the log. */
struct kp_recovery {
    bool torn_line;     /* a last line that was cut off is gone */
    const char *bundle; /* "" none; else it was completed, or voided */
    bool completed;
};

/* One log and its index. */
struct kp_book {
    const char *path, *index_path;
    struct kp_log_state state;
    struct kp_log_index index;
};

struct kp_ledger {
    struct kp_run *run;
    struct kp_log log;
    bool writable;
    struct kp_book books[KP_MAX_LOGS]; /* the older logs, oldest first, then the one that is written to */
    size_t n_books;
    struct kp_map bundles; /* roots of bundles in the output folder */
    struct kp_unfinished unfinished;
    struct kp_arena unfinished_arena;
    struct kp_recovery recovery;
};

/*
 * Opens the log and the older ones that it continues. For an export it is locked first, a torn last line is
 * cut off, and a bundle that an earlier run left is completed (it is in place) or voided (it is not). A
 * broken or shortened chain stops the run, and so does a bundle in the output folder that no log names:
 * KP_E_SYSTEM. A clock that is behind the last entry is a warning.
 */
enum kp_status kp_ledger_open(struct kp_ledger *ledger, struct kp_run *run);

/* What was disclosed last under that key, in any of the logs: a kp_persons_lookup on the ledger. An index
 * that turns out to be damaged is built anew from its log. Faults are reported. */
enum kp_status kp_ledger_find(void *ledger, const uint8_t key[KP_LOG_KEY_BYTES],
                              uint8_t ret_record[KP_SHA256_BYTES], bool *ret_found);
/* Was a bundle of that name (without .zip) made before: in the logs, or in the output folder? */
enum kp_status kp_ledger_has_bundle(struct kp_ledger *ledger, const char *root, bool *ret_has);

/* After the release: brings the index up to date and adds the head to the anchors. The disclosures stand
 * without either, so what fails here is a warning. */
void kp_ledger_conclude(struct kp_ledger *ledger);

/* Entries and head of the log as it is now. */
uint64_t kp_ledger_entries(const struct kp_ledger *ledger);
const char *kp_ledger_head(const struct kp_ledger *ledger);

void kp_ledger_close(struct kp_ledger *ledger);

#endif

/* The disclosure logs of a run: what they show of persons and bundles. */
#pragma once

#include "run/book.h"
#include "run/persons.h"
#include "run/told.h"

enum { KP_MAX_LOGS = 64 };

struct kp_ledger {
    struct kp_run *run;
    struct kp_log log;                 /* the last book, open for writing */
    bool writable;                     /* this run discloses and holds the lock of the log */
    struct kp_book books[KP_MAX_LOGS]; /* the older logs, oldest first, then the one that is written to */
    size_t n_books;
    struct kp_map names; /* bundles, without .zip, of the day in the output folder and of this run */
    struct kp_recovery recovery;
    const char *anchor; /* of this run: "written", "failed", "none"; NULL: not tried */
};

/* All functions that return a status report their failures, which are KP_E_SYSTEM unless stated. */

/*
 * Opens the log and the older ones that it continues. A run that discloses locks the log first and mends what
 * an earlier run left (kp_book_recover). A broken, shortened or missing log is a failure, and so is a bundle
 * of this sender in the output folder that no log names; a clock behind the last entry is a warning.
 * KP_E_USAGE if the older logs are named wrongly. Call kp_ledger_close in any case.
 */
enum kp_status kp_ledger_open(struct kp_ledger *ledger, struct kp_run *run);

/* Counts the entries under the key in all logs: a kp_persons_lookup on the ledger. */
enum kp_status kp_ledger_count(void *ledger, const uint8_t key[KP_LOG_KEY_BYTES],
                               struct kp_disclosures *ret_disclosures);
/* Adds the entries to what the logs show of a person, oldest first. */
enum kp_status kp_ledger_tell(struct kp_ledger *ledger, const uint8_t key[KP_LOG_KEY_BYTES],
                              const struct kp_disclosures *disclosures, struct kp_told *told);
/* Sets *ret_has if a bundle of that name (without .zip) is in the logs or the output folder. */
enum kp_status kp_ledger_has_bundle(struct kp_ledger *ledger, const char *root, bool *ret_has);
/* Adds the name to those that kp_ledger_has_bundle knows. */
enum kp_status kp_ledger_take_name(struct kp_ledger *ledger, const char *root);

/* After the release: brings the index up to date and adds an anchor. The disclosures are complete without
 * either, so their failures are reported but not returned. Fails if the log is no longer in its place. */
enum kp_status kp_ledger_conclude(struct kp_ledger *ledger);

/* Entries and head of the log as it is now. */
uint64_t kp_ledger_entries(const struct kp_ledger *ledger);
const char *kp_ledger_head(const struct kp_ledger *ledger);
/* The run of the unfinished bundle that the log ends with; "" if there is none. */
const char *kp_ledger_unfinished_run(const struct kp_ledger *ledger);

void kp_ledger_close(struct kp_ledger *ledger);

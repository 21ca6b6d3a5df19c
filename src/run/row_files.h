/*
 * The files that account for every row: decisions.csv (all of them), rejected.csv and held.csv (as they came,
 * ready to be mended and read again), notes.csv (what normalising changed). Layer 13.
 */
#ifndef KP_ROW_FILES_H
#define KP_ROW_FILES_H

#include "run/run.h"
#include "run/worker.h"

struct kp_row_files {
    struct kp_run *run;
    struct kp_out decisions, notes;
    struct kp_out *rejected, *held; /* one per layout */
    struct kp_buf line;
};

/* Creates the files in the run's folder. Faults are reported. */
enum kp_status kp_row_files_begin(struct kp_row_files *files, struct kp_run *run);
/* Writes what the outcome of the slot calls for; bundle and document are "" unless the record was released.
 */
enum kp_status kp_row_files_add(struct kp_row_files *files, const struct kp_slot *slot, const char *bundle,
                                const char *document);
/* Brings everything to disk; decisions.csv under another name, for what it says has not come true. */
enum kp_status kp_row_files_finish(struct kp_row_files *files);
/* All of it has: decisions.csv gets its name. */
enum kp_status kp_row_files_conclude(struct kp_row_files *files);
void kp_row_files_abandon(struct kp_row_files *files);

#endif

/*
 * The files that account for every row: decisions.csv (all of them), rejected.csv and held.csv (as they came, ready to
 * be mended and read again), notes.csv (what normalising changed). Layer 13.
 */
#ifndef KP_ROWFILES_H
#define KP_ROWFILES_H

#include "run/run.h"
#include "run/work.h"

struct kp_rowfiles {
    struct kp_run *run;
    struct kp_out decisions, notes;
    struct kp_out *rejected, *held; /* one per layout */
    struct kp_buf line;
};

/* Creates the files in the run's folder. Faults are reported. */
enum kp_status kp_rowfiles_begin(struct kp_rowfiles *files, struct kp_run *run);
/* Writes what the outcome of the slot calls for; bundle and document are "" unless the record was released. */
enum kp_status kp_rowfiles_add(struct kp_rowfiles *files, const struct kp_slot *slot, const char *bundle,
                               const char *document);
/* Brings everything to disk; decisions.csv under another name, for what it says has not come true. */
enum kp_status kp_rowfiles_finish(struct kp_rowfiles *files);
/* All of it has: decisions.csv gets its name. */
enum kp_status kp_rowfiles_conclude(struct kp_rowfiles *files);
void kp_rowfiles_abandon(struct kp_rowfiles *files);

#endif

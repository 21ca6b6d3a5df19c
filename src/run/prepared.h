/*
 * Bundles made ready before a request comes. They lie in OUTDIR/prepared/RUN_ID/, outside the folder that
 * insurers are served from, beside a copy of what they were made of:
 *
 *   <bundle>.zip    what would go out if every insurer asked today
 *   manifest.csv    kind,value,sha256,name: the copies, what they were called, and how to read them
 *   source/         the exports and the mapping, byte for byte
 *
 * Nothing of it is a disclosure. To release it is to decide the copies again by the day's registers, write
 * bundles of that day and log them; then the folder is removed. Layer 15.
 */
#ifndef KP_PREPARED_H
#define KP_PREPARED_H

#include "run/run.h"
#include "run/tally.h"

/* Puts sealed bundles and copies into place, all or nothing. Faults are reported. */
enum kp_status kp_prepared_store(struct kp_run *run, struct kp_tally *tally);

/* After a failure: removes what this run has put into place. */
void kp_prepared_abandon(struct kp_run *run);

/* Fills in inputs, mapping and how to read them from options->prepared. Strings live in the arena. A folder
 * that is not there or was altered is reported: KP_E_USAGE, KP_E_INPUT. */
enum kp_status kp_prepared_load(struct kp_context *ctx, struct kp_run_options *options);

/* After a release: removes what was prepared, unless nothing of it could go out. What is held or rejected
 * stands in the run's own files. A folder that cannot be removed is told. */
void kp_prepared_done(struct kp_run *run, const struct kp_tally *tally);

#endif

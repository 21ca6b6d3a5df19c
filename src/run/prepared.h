/*
 * Preparations: bundles made before a request arrives, in OUTPUT/prepared/RUN_ID/, beside a copy of what they
 * were made from.
 *
 *   <bundle>.prepared.zip   what would be released if every insurer requested it that day
 *   manifest.csv            kind,value,sha256,name: how to read the copies, their digests and original names
 *   source/                 the exports and the mapping, byte for byte
 *
 * A preparation is no disclosure. To release one is to decide the copies again by the registers of the day,
 * write bundles of that day and log them; then the folder is removed.
 */
#pragma once

#include "run/run.h"
#include "run/tally.h"

/* Moves the sealed bundles and copies of the inputs into place, all or nothing; does nothing if no record was
 * released. Reports: KP_E_INPUT if an input has changed, KP_E_SYSTEM. */
enum kp_status kp_prepared_store(struct kp_run *run, struct kp_tally *tally);

/* After a failure: removes the preparation of this run. */
void kp_prepared_abandon(struct kp_run *run);

/* Sets inputs, mapping and how to read them from the preparation that options->prepared names. Strings live
 * in the arena of the context. Reports: KP_E_USAGE if there is no such preparation, KP_E_INPUT if it was
 * altered, KP_E_SYSTEM. */
enum kp_status kp_prepared_load(struct kp_context *ctx, struct kp_run_options *options);

/* Warns of preparations made more than 90 days ago: health data that nobody waits for. */
void kp_prepared_warn_of_old(struct kp_run *run);

/* After a release: removes the preparation, unless all of it was held. Failure is a warning. */
void kp_prepared_done(struct kp_run *run, const struct kp_tally *tally);

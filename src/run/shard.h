/* Runs that share an export among machines: which rows are this run's. */
#pragma once

#include "run/run.h"
#include "run/slot.h"

/* Reads options->shard, "2/4", into the run; without it the run is 1 of 1. The counter in the names of
 * bundles has ten values, which the shards of a day share, so there are ten at most. Reports: KP_E_USAGE. */
enum kp_status kp_shard_read(struct kp_run *run);

/*
 * Returns whether the row is another shard's. Rows of one person are in one shard, whatever card or name they
 * have: it is chosen by the birth date, which everything that compares a person's rows and disclosures
 * requires. A row without one, which is rejected anyway, is chosen by its place in the input. Lack of memory
 * marks the arena of the slot.
 */
bool kp_shard_is_other(const struct kp_run *run, struct kp_slot *slot);

/* The first entry of a run that discloses: what it ran with. The registers that it rests on are kept as they
 * were, OUTPUT/registers/SHA256.csv, one file for each contents. */
#pragma once

#include "log/log.h"
#include "run/run.h"

/* Digests the files that the run was configured by, and fills run->detail. Reports: KP_E_USAGE, KP_E_INPUT,
 * KP_E_SYSTEM. */
enum kp_status kp_run_entry_prepare(struct kp_run *run);

/* Keeps the registers, synced, and adds the entry, which is on disk with the next entries. Reports
 * KP_E_SYSTEM. */
enum kp_status kp_run_entry_add(struct kp_run *run, struct kp_log *log);

/* Keeps the contents of a register unless a copy exists; *ret_sha256 is its digest, "" if there is none.
 * Reports KP_E_SYSTEM. */
enum kp_status kp_keep_register(const struct kp_run *run, const struct kp_original *original,
                                char ret_sha256[KP_SHA256_HEX + 1]);

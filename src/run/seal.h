/* Sealing: for each bundle a letter, and for insurers that want it a copy under a password. */
#pragma once

#include "run/tally.h"

/* Makes the companions of every bundle (run/companions.h) in the run's temporary folder, complete on disk.
 * Reports: KP_E_USAGE if the password is unusable, KP_E_SYSTEM. */
enum kp_status kp_seal_all(struct kp_run *run, const struct kp_tally *tally);

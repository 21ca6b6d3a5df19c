/* What other users may do with the folder and the log of a run. */
#pragma once

#include "run/run.h"

/* Warns of an output folder or log that other users can read or write, and of a log behind a symbolic link.
 * Reports KP_E_SYSTEM for an output folder that everybody can write to, if the command makes bundles: anybody
 * could replace a bundle or the log. */
enum kp_status kp_check_modes(const struct kp_run *run);

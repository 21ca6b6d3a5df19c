/* The sender, and the settings of the insurers it sends to. */
#pragma once

#include "run/run.h"

/* Normalises and checks the configured sender and derives run->default_insurer from it. Reports: KP_E_USAGE
 * if a setting is invalid or, for a command that makes bundles, the name is missing; KP_E_SYSTEM. */
enum kp_status kp_sender_set_up(struct kp_run *run);

/* Returns the insurer's row of the register, or else the default settings under its number, in the arena.
 * NULL if memory is short; does not report. */
const struct kp_insurer *kp_run_insurer(const struct kp_run *run, struct kp_arena *arena, const char *number);

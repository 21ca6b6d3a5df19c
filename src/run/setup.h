/* Set-up of a run. */
#pragma once

#include "run/run.h"

/*
 * Loads the registers, checks the sender, finds and maps the inputs, then makes and locks the folders and
 * loads the schemas: in this order, so that a wrong setting leaves nothing behind. The context and options
 * must outlive the run. Reports: KP_E_USAGE, KP_E_INPUT, KP_E_SYSTEM. Call
 * kp_places_leave and kp_schemas_free in any case.
 */
enum kp_status kp_run_set_up(struct kp_run *run, struct kp_context *ctx,
                             const struct kp_run_options *options);

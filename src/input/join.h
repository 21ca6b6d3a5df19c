/* Pairs two inputs of one vendor, persons and results, that have a key column in common. The rows of the
 * results are then read with the person's cells before them, as if both came from one file. */
#pragma once

#include "input/input.h"
#include "input/mapping.h"

/*
 * Pairs the inputs if the options or the C2XDTBL (file, or NULL) say so: sets key, is_persons and persons,
 * and replaces the heading of the results by the joined one: columns of the persons, KP_JOIN_COLUMN, columns
 * of the results. Which input has the persons is judged by the columns, or by FILENO, and not by the order.
 * Inputs that are joined already are left as they are. Reports: KP_E_USAGE, KP_E_INPUT, KP_E_SYSTEM.
 */
enum kp_status kp_join_inputs(struct kp_context *ctx, const struct kp_input_options *options,
                              const struct kp_mapping_file *file, struct kp_inputs *inputs,
                              struct kp_heading *headings);

/* Marks the key columns of joined results, once mapped, as used even if they mean nothing else. */
void kp_join_use_keys(struct kp_input *input);

/* Opens the inputs of a call: encoding, header rows, mapping of the columns. No data row is read. */
#pragma once

#include "input/input.h"

/* The files to read: paths[i] is opened, names[i] is shown in messages and files (NULL: the paths). */
struct kp_input_files {
    const char *const *paths;
    const char *const *names;
    size_t n;
};

/* Finds and maps all inputs; each must have every required field. The result lives in the context's arena.
 * Reports failures: KP_E_INPUT, KP_E_USAGE, KP_E_SYSTEM. */
enum kp_status kp_intake(struct kp_context *ctx, const struct kp_input_options *options,
                         const struct kp_input_files *files, struct kp_inputs *ret_inputs);

/* Opens the personnel master that the options name and finds its columns. A master that
 * cannot be used is KP_E_USAGE: it is not the fault of an export. */
enum kp_status kp_intake_master(struct kp_context *ctx, const struct kp_input_options *options,
                                struct kp_input **ret_master);

/* Reads one input to its end, as number `number` of n, without warnings, and reports what would make a run on
 * it fail, but for fields that lack where a join can supply them. master: the personnel master, or NULL. */
enum kp_status kp_intake_try(struct kp_context *ctx, const struct kp_input_options *options,
                             const struct kp_input *master, const char *path, size_t number, size_t n);

/* Opens one input as kp_intake does, without a mapping file, warnings or required fields. */
enum kp_status kp_intake_one(struct kp_context *ctx, const struct kp_input_options *options, const char *path,
                             struct kp_inputs *ret_inputs);

/* Maps the columns of an input to fields and items: by a mapping file, by the tables of the CC2X converter,
 * or by header synonyms. Ambiguous headers are never guessed. */
#pragma once

#include "input/mapping_file.h"

/* The header of an export: one row, or two of the same width. */
struct kp_heading {
    const char *const *first;
    const char *const *second; /* NULL with one row */
    size_t n;
};

/* Reads a mapping file (lines that begin with # and no digit are comments) or a C2XDTBL, and METHODCVT unless
 * methods_path is NULL. The result lives in the context's arena. Reports KP_E_USAGE, KP_E_SYSTEM. */
enum kp_status kp_mapping_load(struct kp_context *ctx, const char *path, const char *methods_path,
                               struct kp_mapping_file *ret_file);

/* Maps the columns of one input; a column left out has the reason in why. The result lives in the context's
 * arena. Reports wrong mapping files: KP_E_USAGE; KP_E_SYSTEM. */
enum kp_status kp_mapping_build(struct kp_context *ctx, const struct kp_mapping_job *job,
                                const struct kp_heading *heading, struct kp_mapping *ret_mapping);

/* Returns whether the input is a rejected.csv or held.csv: it has the column kp_file. */
bool kp_mapping_is_ours(const struct kp_mapping *mapping);

/* Returns whether some column has the target, by itself or as one of a pair. */
bool kp_mapping_uses(const struct kp_mapping *mapping, const struct kp_column *target);

/* Collects the required fields that have no column and returns their count. Those of the examining facility
 * are not required if the configuration gives its number and name; a register of facilities needs their
 * number. */
size_t kp_mapping_lacks(const struct kp_mapping *mapping, const struct kp_input_options *options,
                        const struct kp_field_info *ret_lacking[KP_F__COUNT]);

/*
 * Which column means what: by a mapping file, by the tables of another converter, or by header synonyms.
 * Ambiguous headers are never guessed. Layer 9.
 */
#ifndef KP_MAPPING_H
#define KP_MAPPING_H

#include "format/sheet.h"
#include "input/header_names.h"

/* The header of an export: one row, or two of the same width. */
struct kp_heading {
    const char *const *first;
    const char *const *second; /* NULL when there is one row */
    size_t n;
};

/* A mapping file, loaded once for all inputs. */
struct kp_mapping_file {
    const char *path;
    struct kp_sheet sheet;
    bool is_cc2x;
    const char *methods_path; /* METHODCVT; NULL: none */
    struct kp_sheet methods;
};

/*
 * Reads a mapping file (column,target,unit,values; lines beginning with # and no digit are comments) or a
 * CC2X table, and with it the table of methods when methods_path is not NULL. Errors are reported:
 * KP_E_USAGE.
 */
enum kp_status kp_mapping_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                               const char *path, const char *methods_path, struct kp_diag *diag,
                               struct kp_mapping_file *ret_file);

struct kp_mapping_job {
    struct kp_arena *arena;
    const struct kp_tables *tables;
    struct kp_diag *diag;
    const struct kp_mapping_file *file; /* NULL: by synonyms */
    const char *input_path;
    size_t input, n_inputs; /* which input, from 1, and of how many: CC2X tables speak of files by number */
};

/* Maps the columns of one input. Reports faults of the mapping file: KP_E_USAGE. What it recognised and yet
 * left out has a reason in why. */
enum kp_status kp_mapping_build(const struct kp_mapping_job *job, const struct kp_heading *heading,
                                struct kp_mapping *ret_mapping);

/* A required field that has no column. */
struct kp_lacking {
    const char *field;
    const char *header; /* that would be recognised */
};

enum { KP_REQUIRED_FIELDS = 10 };

/* Which required fields have no column, in order; how many. has_facility: the configuration names the
 * examining facility, so its columns may be missing. */
size_t kp_mapping_lacks(const struct kp_mapping *mapping, bool has_facility,
                        struct kp_lacking ret_lacking[KP_REQUIRED_FIELDS]);

#endif

/* The inputs of a call before any row is read: encoding, header rows, the meaning of the columns. */
#ifndef KP_INTAKE_H
#define KP_INTAKE_H

#include "format/csvin.h"
#include "format/probe.h"
#include "tables/context.h"
#include "input/mapping.h"

struct kp_input {
    const char *path;  /* as it was named, and is named in messages and files */
    const char *place; /* where it is read: the same, but for what was prepared */
    struct kp_probe probe;
    enum kp_encoding
        encoding; /* of the cells: found, or as the configuration says; UTF-16 arrives as UTF-8 */
    struct kp_mapping mapping;
    size_t layout; /* inputs with the same header share a layout, and with it rejected.csv and held.csv */
    uint64_t n_rows;
    struct kp_csv_comments comments;
    char delimiter;
    unsigned n_title_rows;  /* above the header */
    unsigned n_header_rows; /* 1 or 2 */
    uint64_t header_line;
    bool dash_is_empty; /* in some row a lone dash stands for "nothing": known after the first pass */
};

struct kp_inputs {
    struct kp_input *list;
    size_t n;
    size_t n_layouts;
    uint64_t total_bytes;
};

/* The files to read: paths[i] is read, names[i] stands in messages and files (NULL: the paths themselves). */
struct kp_input_files {
    const char *const *paths;
    const char *const *names;
    size_t n;
};

/* Does the configuration name the examining facility? */
bool kp_has_facility(const struct kp_input_options *options);

/*
 * Finds and maps all inputs; each needs every required field. Everything lives in the context's arena.
 * Reports failures: KP_E_INPUT, KP_E_USAGE, KP_E_SYSTEM.
 */
enum kp_status kp_intake(struct kp_context *ctx, const struct kp_input_options *options,
                         const struct kp_input_files *files, struct kp_inputs *ret_inputs);

/* Finds and maps one input, for a look at it: no field is required, no mapping file is read. */
enum kp_status kp_intake_one(struct kp_context *ctx, const struct kp_input_options *options, const char *path,
                             struct kp_inputs *ret_inputs);

/*
 * Locates the header: one row, two rows, or rows below a vendor's title lines. A title row is skipped only
 * when it holds no person. Sets the places in the input. Reports failures: KP_E_INPUT, KP_E_SYSTEM.
 */
enum kp_status kp_find_header(struct kp_context *ctx, struct kp_input *input, struct kp_csvin *in,
                              const struct kp_mapping_file *file, struct kp_heading *ret_heading);

/* Reports what stopped the reading of a CSV input, with its line. */
enum kp_status kp_input_fault(struct kp_context *ctx, const char *path, const struct kp_csvin *in);

#endif

/*
 * Which column means what: by a mapping file, or by header synonyms. Ambiguous headers are never guessed. Layer 7.
 */
#ifndef KP_MAPPING_H
#define KP_MAPPING_H

#include "sheet.h"
#include "table.h"

enum kp_column_kind {
    KP_COL_UNMAPPED, /* not recognised: listed in the report */
    KP_COL_IGNORED,  /* the mapping file says so */
    KP_COL_OURS,     /* kp_ columns of a mended rejected.csv */
    KP_COL_FIELD,
    KP_COL_ITEM,
    KP_COL_LOW, /* reference range and mark of an item */
    KP_COL_HIGH,
    KP_COL_FLAG
};

struct kp_column {
    const char *header; /* as it stands, UTF-8 */
    enum kp_column_kind kind;
    unsigned index;        /* enum kp_field, or item index */
    struct kp_map values;  /* the mapping file's own source=code pairs, by value key */
    const char **codes;    /* what values points into */
};

struct kp_mapping {
    struct kp_column *columns;
    size_t n_columns;
};

/* Reads a mapping file into a sheet; the rows are resolved per input by kp_mapping_build. Errors are reported. */
enum kp_status kp_mapping_load(struct kp_arena *arena, const struct kp_io *io, const struct kp_text *text,
                               const char *path, const struct kp_diag *diag, struct kp_sheet *ret_sheet);

/*
 * Maps n headers of the input file. sheet NULL: by synonyms. has_facility: the configuration names a facility, so
 * its columns may be missing. Reports K2007 (a required column is missing), K2008 (two columns for one target) and
 * faults of the mapping file; then KP_E_INPUT or KP_E_USAGE.
 */
enum kp_status kp_mapping_build(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_sheet *sheet,
                                const char *mapping_path, const char *const *headers, size_t n, const char *input_path,
                                bool has_facility, const struct kp_diag *diag, struct kp_mapping *ret_mapping);

#endif

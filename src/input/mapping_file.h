/* A mapping file in kenporter's own format: rows of column,target,unit,values. */
#pragma once

#include "format/sheet.h"
#include "tables/context.h"
#include "input/column.h"

enum { KP_MAPPING_COLUMN, KP_MAPPING_TARGET, KP_MAPPING_UNIT, KP_MAPPING_VALUES, KP_MAPPING__COUNT };

/* A mapping file or a C2XDTBL; loaded once for all inputs. */
struct kp_mapping_file {
    const char *path;
    struct kp_sheet sheet;
    size_t at[KP_MAPPING__COUNT]; /* columns of the sheet, unless it is a C2XDTBL */
    bool is_cc2x;
    bool alone;               /* columns that it does not name are not read: a CC2X table, or "*,ignore" */
    const char *methods_path; /* METHODCVT; NULL: none */
    struct kp_sheet methods;
};

/* What an input is mapped by. */
struct kp_mapping_job {
    const struct kp_mapping_file *file; /* NULL: header synonyms */
    size_t input, n_inputs;             /* number of this input, from 1, and of all: FILENO of C2XDTBL */
};

/* Reads a table that a mapping needs into the context's arena. Reports KP_E_USAGE, KP_E_SYSTEM. */
enum kp_status kp_mapping_sheet(struct kp_context *ctx, const char *path, enum kp_comments comments,
                                struct kp_sheet *ret_sheet);

/* Maps the columns that the file names. Reports wrong rows: KP_E_USAGE; KP_E_SYSTEM. */
enum kp_status kp_mapping_file_apply(struct kp_context *ctx, const struct kp_mapping_job *job,
                                     struct kp_mapping *mapping);

/* Returns whether the file has the line "*,ignore": columns that it does not name are not read. */
bool kp_mapping_stands_alone(const struct kp_mapping_file *file);

/* Reports that a line of a mapping file is wrong: KP_E_USAGE; or that memory is short, if that is why. */
enum kp_status kp_mapping_row_bad(struct kp_context *ctx, const char *path, uint64_t line, const char *what,
                                  const char *value);

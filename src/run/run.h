/*
 * What the stages of one run share: settings, tables, registers, places. Read-only once the run is set up, so that
 * worker threads may use it freely. Layer 10.
 */
#ifndef KP_RUN_H
#define KP_RUN_H

#include "base/file.h"
#include "input/mapping.h"
#include "tables/diag.h"
#include "law/registers.h"
#include "law/rule.h"
#include "tables/tables.h"
#include "base/text.h"
#include "format/xmlcheck.h"

enum { KP_MAX_INSURERS = 5000, KP_MAX_THREADS = 256 };

struct kp_input {
    const char *path;  /* as it was named, and is named in messages and files */
    const char *place; /* where it is read: the same, but for what was prepared */
    struct kp_probe probe;
    enum kp_encoding encoding; /* of the cells: found, or as the configuration says; UTF-16 arrives as UTF-8 */
    struct kp_mapping mapping;
    size_t layout; /* inputs with the same header share a layout, and with it rejected.csv and held.csv */
    uint64_t n_rows;
    struct kp_csv_comments comments;
    char delimiter;
    unsigned n_title_rows;  /* above the header */
    unsigned n_header_rows; /* 1 or 2 */
    uint64_t header_line;
    bool dash_is_empty;     /* in some row a lone dash stands for "nothing": known after the first pass */
};

/* A set of schemas: the files as they go into a bundle, and what validates with them. */
struct kp_schemas {
    struct kp_xsd_file files[KP_MAX_XSD_FILES];
    size_t n_files;
    struct kp_xml_schema *document, *index;
};

struct kp_run {
    const struct kp_options *options;
    const struct kp_env *env;
    const struct kp_io *io;
    struct kp_arena arena; /* of the run */
    struct kp_catalogue catalogue;
    struct kp_diag diag;
    struct kp_text *text;
    struct kp_tables tables;
    struct kp_registers registers;
    struct kp_policy policy;
    struct kp_org sender;              /* in the width the standard asks for */
    struct kp_insurer default_insurer; /* settings of an insurer without a row */
    struct kp_date as_of;
    int64_t started; /* seconds since 1970 UTC */
    const char *run_id;
    const char *output;     /* folder */
    const char *run_folder; /* output/runs/run_id */
    const char *temp;       /* output/.tmp-run_id */
    const char *log_path;
    int lock_fd;
    const char *evidence; /* NULL, or a bundle of the temporary folder: that it is there tells the next run what became of it */
    struct kp_input *inputs;
    size_t n_inputs;
    size_t n_layouts;
    uint64_t total_bytes;
    struct kp_schemas schemas;
};

/* Documents are rendered and bundled / go to their insurers and into the log. */
bool kp_makes_bundles(enum kp_command command);
bool kp_discloses(enum kp_command command);

/* Reports "cannot write" with errno and returns KP_E_SYSTEM. */
enum kp_status kp_write_failed(const struct kp_run *run, const char *path);
enum kp_status kp_no_memory(const struct kp_run *run);

/* The inputs of a run before any row is read: encoding, header rows, the meaning of the columns. Reports what stops the
 * run: KP_E_INPUT, KP_E_USAGE. */
enum kp_status kp_intake(struct kp_run *run);
/* The two steps for one input, for a look at it without a run. file NULL: columns are recognised by their headers. */
enum kp_status kp_intake_probe(struct kp_run *run, struct kp_input *input);
enum kp_status kp_intake_map(struct kp_run *run, struct kp_input *input, const struct kp_mapping_file *file);

/* Finds the header, below titles if need be, and reads it; says in the input where it was. A title row is passed over
 * only when it holds nobody. Reports what stops the run: KP_E_INPUT. */
enum kp_status kp_find_header(struct kp_run *run, struct kp_input *input, struct kp_csvin *in,
                               const struct kp_mapping_file *file, struct kp_heading *ret_heading);

/* Reports what stopped the reading of a CSV input, with its line. */
enum kp_status kp_input_fault(const struct kp_run *run, const char *path, const struct kp_csvin *in);

/*
 * Loads catalogue, tables and registers, checks the sender, finds and maps the inputs, then makes and locks the
 * folders: in this order, so that a wrong setting leaves nothing behind. On failure a message said why.
 */
enum kp_status kp_run_set_up(struct kp_run *run, const struct kp_options *options, const struct kp_env *env);
/* The first steps of it alone, for a look at an input: catalogue and tables. */
enum kp_status kp_run_set_up_tables(struct kp_run *run, const struct kp_options *options, const struct kp_env *env);
/* The ministry's schemas from a folder, each held against its known digest, or this project's profile when it is NULL.
 * Faults are reported: KP_E_USAGE. What was loaded is to be freed in any case. */
enum kp_status kp_schemas_load(struct kp_run *run, const char *folder, struct kp_schemas *ret_schemas);
/* The second step of it: what validates, out of schemas->files. KP_E_USAGE when they do not load; detail then says why. */
enum kp_status kp_schemas_compile(struct kp_schemas *schemas, struct kp_buf *detail);
void kp_schemas_free(struct kp_schemas *schemas);
/* Digest over the bytes that are no white space. */
enum kp_status kp_schema_digest(const char *bytes, size_t n, char ret_hex[KP_SHA256_HEX + 1]);
/* Removes temporary files, drops the lock, frees everything. */
void kp_run_tear_down(struct kp_run *run);

/* The insurer's settings: its row of the register, or the defaults with its number, in the arena. NULL: no memory. */
const struct kp_insurer *kp_run_insurer(const struct kp_run *run, struct kp_arena *arena, const char *number);

#endif

/*
 * What the stages of one run share: settings, tables, registers, places. Read-only once the run is set up, so
 * that worker threads may use it freely. Layer 10.
 */
#ifndef KP_RUN_H
#define KP_RUN_H

#include "tables/context.h"
#include "law/registers.h"
#include "law/rule.h"
#include "input/intake.h"
#include "v08/schemas.h"

enum { KP_MAX_INSURERS = 5000, KP_MAX_THREADS = 256 };

struct kp_run {
    struct kp_context *ctx;
    const struct kp_run_options *options;
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
    const char *evidence; /* NULL, or a bundle of the temporary folder: that it is there tells the next run
                             what became of it */
    struct kp_inputs inputs;
    struct kp_schemas schemas;
};

/* Documents are rendered and bundled / go to their insurers and into the log. */
bool kp_makes_bundles(enum kp_command command);
bool kp_discloses(enum kp_command command);

/*
 * Loads catalogue, tables and registers, checks the sender, finds and maps the inputs, then makes and locks
 * the folders: in this order, so that a wrong setting leaves nothing behind. On failure a message said why.
 */
enum kp_status kp_run_set_up(struct kp_run *run, struct kp_context *ctx,
                             const struct kp_run_options *options);
/* Removes temporary files, drops the lock, frees everything. */
void kp_run_tear_down(struct kp_run *run);

/* The insurer's settings: its row of the register, or the defaults with its number, in the arena. NULL: no
 * memory. */
const struct kp_insurer *kp_run_insurer(const struct kp_run *run, struct kp_arena *arena, const char *number);

#endif

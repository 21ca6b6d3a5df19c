/* The state that the stages of one run share. */
#pragma once

#include "tables/context.h"
#include "law/registers.h"
#include "law/rule.h"
#include "input/intake.h"
#include "v08/cda_forms.h"
#include "v08/schemas.h"
#include "run/bearers.h"

struct kp_pairing;
struct kp_personnel;
struct kp_inbox;

/* Set by kp_run_set_up and read-only from then on, so worker threads use it freely. Exceptions, for the main
 * thread alone: evidence, the arena and diagnostics of ctx, and in the first pass bearers. */
struct kp_run {
    struct kp_context *ctx;
    const struct kp_run_options *options;
    int64_t started;      /* seconds since 1970-01-01 UTC */
    struct kp_date as_of; /* day of disclosure */
    struct kp_registers registers;
    struct kp_bearers bearers; /* complete after the first pass */
    struct kp_facilities facilities;
    struct kp_policy policy;
    unsigned shard, n_shards; /* this run is shard 1 to n_shards; 1 of 1: the whole export */
    struct kp_org sender;     /* normalised */
    struct kp_inputs inputs;
    struct kp_pairing *join;        /* NULL: no inputs are joined; the main thread's */
    struct kp_personnel *personnel; /* NULL: there is no personnel master; the main thread's */
    const struct kp_inbox *inbox;   /* the drop folder, if the inputs are of it */
    struct kp_schemas schemas;
    const struct kp_cda_forms *forms;
    const char *run_id;     /* YYYYMMDD-HHMMSS of the start in Japan; a number follows if that is taken */
    const char *output;     /* OUTPUT, the folder that this run has locked */
    const char *run_folder; /* OUTPUT/runs/RUN_ID */
    const char *temp;       /* OUTPUT/.tmp-RUN_ID */
    const char *log_path;
    int lock_fd; /* -1: not locked */
    const char *lock_path;
    const char *backdate; /* why the day of disclosure is not today; NULL: it is, or nothing is disclosed */
    const char *detail;   /* of the run's log entries but the first; may be "" */
    const char *config_sha256, *mapping_sha256, *methods_sha256, *ranges_sha256,
        *defaults_sha256; /* NULL: no such file */
    /* A bundle in temp whose fate the log does not record yet, or NULL. Its file must outlive a failed run:
     * the next run concludes from it that the bundle was not released. */
    const char *evidence;
};

/* Returns whether the command leaves bundles, or a roster. */
static inline bool kp_makes_bundles(enum kp_command command)
{
    return command != KP_CMD_CHECK;
}

/* Returns whether the command releases bundles and writes to the log. */
static inline bool kp_discloses(enum kp_command command)
{
    return command == KP_CMD_EXPORT || command == KP_CMD_RELEASE || command == KP_CMD_ROSTER;
}

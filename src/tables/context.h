/*
 * What every call of the library works with. The API function makes it once per call; later only its arena
 * and the counts of diagnostics change.
 *
 * The contract of failures. Functions of base and format never report: they return a status, and set errno if
 * their comment says so. From tables up a failure is reported exactly once, where it happens, and callers
 * pass the status on. A function that cannot report (no context, no struct kp_diag) says so in its comment.
 * kp_context_finish reports what slipped through.
 */
#pragma once

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "tables/diag.h"
#include "tables/tables.h"
#include "kenporter.h"

struct kp_context {
    const struct kp_common *common;
    const struct kp_env *env;
    const struct kp_io *io;
    struct kp_io own_io; /* with the root, once a folder was entered */
    struct kp_root root;
    struct kp_arena arena; /* of the call */
    struct kp_catalogue catalogue;
    struct kp_diag diag;
    struct kp_text *text;
    struct kp_tables tables;
};

/* Loads the catalogue. Reports KP_E_SYSTEM; the context must be released even then. */
enum kp_status kp_context_init(struct kp_context *ctx, const struct kp_common *common,
                               const struct kp_env *env);
/* Loads the tables that the options name, unless they are. Reports KP_E_USAGE and KP_E_SYSTEM. */
enum kp_status kp_context_load_tables(struct kp_context *ctx);
/* Warns if tables are not the built-in ones, or if the law was read for them more than a year before the day.
 */
void kp_context_warn_of_tables(struct kp_context *ctx, struct kp_date on);
void kp_context_release(struct kp_context *ctx);

/* Makes the folder the root of all further operations (base/io.h). Reports KP_E_SYSTEM. */
enum kp_status kp_context_enter(struct kp_context *ctx, const char *folder);

/* Returns the status of the call; reports KP_K_INTERNAL if it is a failure without a diagnostic. */
enum kp_status kp_context_finish(struct kp_context *ctx, enum kp_status st);

/* Report and return KP_E_SYSTEM: memory is short; a file cannot be written (errno). */
enum kp_status kp_no_memory(struct kp_context *ctx);
enum kp_status kp_write_failed(struct kp_context *ctx, const char *path);
/* Reports what is in the way of the path, if that explains errno, and returns whether it did. Keeps errno. */
bool kp_report_odd(struct kp_context *ctx, const char *path);
/* Reports KP_E_SYSTEM once the environment's cancel flag is set. */
enum kp_status kp_check_cancelled(struct kp_context *ctx);

/* Returns the text in the language of the call. */
const char *kp_say(const struct kp_context *ctx, const char *ja, const char *en);

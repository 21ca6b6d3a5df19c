/*
 * What every call of the library works with: the surroundings that were handed in, memory, diagnostics and
 * tables. Made once per call, by the function of the API, and read-only afterwards but for its arena and the
 * count of diagnostics.
 *
 * The contract of failures. base and format never report: their functions return a status, and errno where
 * its comment says so. From tables up a failure has been reported exactly once before it returns, at the
 * place where it happened; everybody above passes the status on. A function that takes no context and no
 * struct kp_diag cannot report, and says so. kp_context_finish is the net below all of them.
 */
#ifndef KP_CONTEXT_H
#define KP_CONTEXT_H

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
    struct kp_arena arena; /* of the call */
    struct kp_catalogue catalogue;
    struct kp_diag diag;
    struct kp_text *text;
    struct kp_tables tables;
};

/* Loads the catalogue of diagnostics. On failure the context must be released all the same. */
enum kp_status kp_context_init(struct kp_context *ctx, const struct kp_common *common,
                               const struct kp_env *env);
/* Loads the tables, which a call without records can do without. */
enum kp_status kp_context_load_tables(struct kp_context *ctx);
void kp_context_release(struct kp_context *ctx);

/* Passes on the status that the call ends with; reports K9001 when it is 2 to 5 and nobody reported anything.
 */
enum kp_status kp_context_finish(struct kp_context *ctx, enum kp_status st);

/* Report "out of memory", "cannot write" with errno, and that the user cancelled: KP_E_SYSTEM. */
enum kp_status kp_no_memory(struct kp_context *ctx);
enum kp_status kp_write_failed(struct kp_context *ctx, const char *path);
/* KP_OK while nobody asked to stop. */
enum kp_status kp_check_cancelled(struct kp_context *ctx);

/* The text in the language of the call. */
const char *kp_say(const struct kp_context *ctx, const char *ja, const char *en);

#endif

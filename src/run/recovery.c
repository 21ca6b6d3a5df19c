#include "run/recovery.h"

#include <string.h>

#include "base/status.h"

static enum kp_status settle(struct kp_log *log, struct kp_book *book, bool released,
                             struct kp_recovery *ret_recovery)
{
    struct kp_context *ctx = book->run->ctx;
    const struct kp_unfinished *u = &book->unfinished;
    struct kp_log_entry entry = u->entry;
    entry.cells[KP_LOG_RUN_ID] = book->run->run_id;
    entry.cells[KP_LOG_EVENT] = released ? "release" : "void";
    entry.cells[KP_LOG_REASON] = "unfinished run";
    char *bundle = kp_arena_strdup(&ctx->arena, u->bundle);
    if (!bundle)
        return kp_no_memory(ctx);
    if (kp_log_add(log, &entry) != KP_OK || kp_log_sync(log) != KP_OK)
        return kp_book_unusable(book->run, book->path);
    ret_recovery->bundle = bundle;
    ret_recovery->completed = released;
    kp_warn(&ctx->diag, released ? KP_K_BUNDLE_COMPLETED : KP_K_BUNDLE_VOIDED, kp_in(book->path), bundle);
    return kp_book_read_on(book); /* the index must cover the new entry */
}

static enum kp_status settle_unfinished(struct kp_log *log, struct kp_book *book,
                                        struct kp_recovery *ret_recovery)
{
    const struct kp_run *run = book->run;
    const struct kp_unfinished *u = &book->unfinished;
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1] = "";
    char *place = kp_arena_printf(&run->ctx->arena, "%s/%s", run->output, u->bundle);
    char *temp = kp_arena_printf(&run->ctx->arena, "%s/.tmp-%s/%s", run->output,
                                 u->entry.cells[KP_LOG_RUN_ID], u->bundle);
    if (!place || !temp)
        return kp_no_memory(run->ctx);
    if (kp_path_exists(place) && kp_file_sha256(run->ctx->io, place, digest) == KP_OK)
        kp_sha256_hex(digest, hex);
    bool released = strcmp(hex, u->entry.cells[KP_LOG_BUNDLE_SHA256]) == 0;
    if (!released && !kp_path_exists(temp))
        return kp_book_unsettled(book);
    /* The rename may not be on disk yet, and a release is logged only after it is. */
    if (released && kp_sync_folder(run->ctx->io, run->output) != KP_OK)
        return kp_write_failed(run->ctx, run->output);
    return settle(log, book, released, ret_recovery);
}

enum kp_status kp_recover(struct kp_log *log, struct kp_book *book, struct kp_recovery *ret_recovery)
{
    struct kp_run *run = book->run;
    if (kp_log_begin(log, &book->state, run->started) != KP_OK)
        return kp_book_unusable(run, book->path);
    ret_recovery->torn_line = book->state.torn;
    if (book->state.torn)
        kp_warn(&run->ctx->diag, KP_K_LOG_TORN, kp_at(book->path, book->state.end.n_entries + 2));
    return *book->unfinished.bundle ? settle_unfinished(log, book, ret_recovery) : KP_OK;
}

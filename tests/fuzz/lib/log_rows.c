#include "log_rows.h"

#include "format/sheet.h"

/* The rows have a header of their own, so that CSV readers take the first one, too. */
static void add_rows(struct kp_context *ctx, struct kp_log *log, const struct fuzz_part *rows)
{
    struct kp_sheet sheet;
    if (kp_sheet_read(&sheet, &ctx->arena, ctx->text, rows->bytes, rows->n, KP_COMMENTS_NONE) != KP_OK)
        return;
    for (size_t i = 0; i < sheet.n_rows; i++) {
        struct kp_log_entry entry = {.cells = {NULL}};
        const struct kp_sheet_row *row = &sheet.rows[i];
        for (size_t k = 0; k < row->n_cells && KP_LOG_RUN_ID + k < KP_LOG_PREV_HASH; k++)
            entry.cells[KP_LOG_RUN_ID + k] = row->cells[k];
        FUZZ_ASSERT(kp_log_add(log, &entry) == KP_OK);
    }
}

const char *fuzz_log(struct kp_context *ctx, const char *name, const struct fuzz_part *rows)
{
    struct kp_log log;
    struct kp_log_state state;
    const char *path = fuzz_path(name);
    (void)remove(path);
    FUZZ_ASSERT(kp_log_read(ctx->io, path, NULL, NULL, NULL, &state) == KP_OK);
    FUZZ_ASSERT(kp_log_lock(&log, ctx->io, path) == KP_OK);
    FUZZ_ASSERT(kp_log_begin(&log, &state, 1775001600) == KP_OK);
    add_rows(ctx, &log, rows);
    FUZZ_ASSERT(kp_log_sync(&log) == KP_OK);
    kp_log_close(&log);
    return path;
}

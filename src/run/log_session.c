#include "run/log_session.h"

#include <errno.h>
#include <string.h>

#include "base/status.h"
#include "run/setup.h"

enum kp_status kp_log_session_open(struct kp_log_session *s, struct kp_context *ctx,
                                   const struct kp_log_files *files, bool writes)
{
    *s = (struct kp_log_session){.ctx = ctx, .files = files, .ledger = {.log = {.fd = -1}}};
    s->options = (struct kp_run_options){.command = writes ? KP_CMD_EXPORT : KP_CMD_CHECK,
                                         .output = files->output,
                                         .log = files->log,
                                         .previous_logs = files->previous_logs,
                                         .anchors = files->anchors};
    s->options.common = *ctx->common;
    kp_run_options_defaults(&s->options);
    s->run = (struct kp_run){.ctx = ctx, .options = &s->options, .lock_fd = -1};
    if (!kp_path_exists(ctx->io, s->options.output))
        return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_OUTPUT_MISSING, kp_in(s->options.output));
    KP_TRY(kp_run_open_folder(&s->run, ctx, &s->options));
    KP_TRY(kp_ledger_open(&s->ledger, &s->run));
    kp_run_remove_stale(&s->run, kp_ledger_unfinished_run(&s->ledger));
    return KP_OK;
}

enum kp_status kp_log_session_read(const struct kp_log_session *s, kp_log_fn *fn, void *fn_ctx)
{
    for (size_t i = 0; i < s->ledger.n_books; i++) {
        struct kp_log_state state;
        const char *path = s->ledger.books[i].path;
        errno = 0;
        if (kp_log_read(s->ctx->io, path, NULL, fn, fn_ctx, &state) != KP_OK)
            return kp_book_unusable(&s->run, path);
    }
    return KP_OK;
}

void kp_log_session_detail(const struct kp_log_session *s, struct kp_json *json)
{
    kp_json_object(json, NULL, KP_JSON_COMPACT);
    kp_json_string(json, "user", s->ctx->env->user);
    kp_json_string(json, "host", s->ctx->env->host);
    kp_json_string(json, "officer", s->files->officer);
}

enum kp_status kp_log_session_add(struct kp_log_session *s, const struct kp_log_entry *entry)
{
    struct kp_log_entry own = *entry;
    char today[11];
    kp_date_iso(s->run.as_of, today);
    own.cells[KP_LOG_RUN_ID] = s->run.run_id;
    if (!own.cells[KP_LOG_AS_OF])
        own.cells[KP_LOG_AS_OF] = today;
    return kp_log_add(&s->ledger.log, &own) == KP_OK ? KP_OK : kp_book_unusable(&s->run, s->run.log_path);
}

enum kp_status kp_log_session_commit(struct kp_log_session *s)
{
    struct kp_log *log = &s->ledger.log;
    int64_t before = kp_file_size(s->ctx->io, s->run.log_path);
    errno = 0;
    if (kp_log_sync(log) != KP_OK) {
        (void)kp_book_unusable(&s->run, s->run.log_path);
        if (before >= 0)
            (void)s->ctx->io->ftruncate(log->fd, (off_t)before); /* else the next run removes a torn line */
        return KP_E_SYSTEM;
    }
    return kp_ledger_conclude(&s->ledger);
}

enum kp_status kp_log_session_status(const struct kp_log_session *s, enum kp_status st)
{
    bool failed = s->ledger.anchor && strcmp(s->ledger.anchor, "failed") == 0;
    return st == KP_OK && failed ? KP_E_ATTENTION : st;
}

void kp_log_session_close(struct kp_log_session *s)
{
    kp_ledger_close(&s->ledger);
    kp_run_leave(&s->run, false);
}

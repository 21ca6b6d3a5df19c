#include "run/places.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/lock.h"
#include "base/status.h"

static enum kp_status take_lock(struct kp_run *run)
{
    long holder = 0;
    char *path = kp_arena_printf(&run->ctx->arena, "%s/.lock", run->output);
    if (!path)
        return kp_no_memory(run->ctx);
    if (kp_lock_take(path, &run->lock_fd, &holder) == KP_OK)
        return KP_OK;
    if (errno != EWOULDBLOCK)
        return kp_write_failed(run->ctx, path);
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_FOLDER_LOCKED, kp_in(run->output),
                   kp_arena_printf(&run->ctx->arena, "%ld", holder));
}

/* Chooses a run id that no earlier run has. */
static enum kp_status name_places(struct kp_run *run)
{
    struct kp_arena *arena = &run->ctx->arena;
    char t[26], number[16] = "";
    kp_date_time_in_japan(run->started, t); /* 2026-04-01T09:30:00+09:00 */
    run->log_path =
        run->options->log ? run->options->log : kp_arena_printf(arena, "%s/disclosure-log.csv", run->output);
    for (unsigned n = 2; n < 10000 && !arena->failed; n++) {
        const char *id = kp_arena_printf(arena, "%.4s%.2s%.2s-%.2s%.2s%.2s%s", t, t + 5, t + 8, t + 11,
                                         t + 14, t + 17, number);
        const char *run_folder = kp_arena_printf(arena, "%s/runs/%s", run->output, id ? id : "");
        const char *temp = kp_arena_printf(arena, "%s/.tmp-%s", run->output, id ? id : "");
        if (!arena->failed && !kp_path_exists(run_folder) && !kp_path_exists(temp)) {
            run->run_id = id;
            run->run_folder = run_folder;
            run->temp = temp;
            return KP_OK;
        }
        (void)snprintf(number, sizeof(number), "-%u", n);
    }
    return kp_no_memory(run->ctx);
}

enum kp_status kp_places_make(struct kp_run *run)
{
    run->output = run->options->output;
    if (kp_make_folders(run->ctx->io, run->output) != KP_OK)
        return kp_write_failed(run->ctx, run->output);
    KP_TRY(take_lock(run));
    KP_TRY(name_places(run));
    if (kp_make_folders(run->ctx->io, run->run_folder) != KP_OK)
        return kp_write_failed(run->ctx, run->run_folder);
    if (kp_make_folders(run->ctx->io, run->temp) != KP_OK)
        return kp_write_failed(run->ctx, run->temp);
    return KP_OK;
}

struct stale {
    const struct kp_run *run;
    const char *keep;
};

static void remove_if_stale(void *ctx, const char *name)
{
    static const char mark[] = ".tmp-";
    const struct stale *s = ctx;
    const char *run_id = name + sizeof(mark) - 1;
    if (strncmp(name, mark, sizeof(mark) - 1) != 0 || strcmp(run_id, s->run->run_id) == 0 ||
        strcmp(run_id, s->keep) == 0)
        return;
    char *path = kp_arena_printf(&s->run->ctx->arena, "%s/%s", s->run->output, name);
    if (path)
        (void)kp_remove_folder(path);
}

void kp_places_remove_stale(struct kp_run *run, const char *keep_run_id)
{
    struct stale stale = {run, keep_run_id};
    (void)kp_each_entry(run->output, remove_if_stale, &stale);
}

static void remove_but_evidence(void *ctx, const char *name)
{
    struct kp_run *run = ctx;
    char *path = kp_arena_printf(&run->ctx->arena, "%s/%s", run->temp, name);
    if (path && strcmp(path, run->evidence) != 0)
        (void)kp_remove_folder(path);
}

/* kp_write_file replaces the file: the old one may also be in place under its final name. */
static void reduce_to_evidence(struct kp_run *run)
{
    (void)kp_each_entry(run->temp, remove_but_evidence, run);
    if (kp_path_exists(run->evidence))
        (void)kp_write_file(run->ctx->io, run->evidence, "", 0);
}

void kp_places_leave(struct kp_run *run, bool discard)
{
    if (discard && run->run_folder)
        (void)kp_remove_folder(run->run_folder);
    if (run->evidence)
        reduce_to_evidence(run);
    else if (run->temp)
        (void)kp_remove_folder(run->temp);
    kp_lock_drop(run->lock_fd);
}

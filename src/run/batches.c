#include "run/batches.h"

#include "base/status.h"
#include "run/join.h"

enum { MAX_THREADS = 256, SLOTS_PER_THREAD = 32 };

enum kp_status kp_batches_init(struct kp_batches *b, struct kp_run *run)
{
    struct kp_context *ctx = run->ctx;
    unsigned n = run->options->threads ? run->options->threads : kp_pool_processors();
    *b = (struct kp_batches){.run = run, .n_threads = n < MAX_THREADS ? n : MAX_THREADS};
    b->n_slots = (size_t)b->n_threads * SLOTS_PER_THREAD;
    b->tools = kp_arena_alloc(&ctx->arena, b->n_threads * sizeof(*b->tools));
    b->slots = kp_arena_alloc(&ctx->arena, b->n_slots * sizeof(*b->slots));
    if (!b->tools || !b->slots || kp_pool_new(b->n_threads, &b->pool) != KP_OK)
        return kp_no_memory(ctx);
    for (unsigned i = 0; i < b->n_threads; i++)
        KP_TRY(kp_tools_init(&b->tools[i], run));
    return KP_OK;
}

void kp_batches_release(struct kp_batches *b)
{
    kp_pool_free(b->pool);
    for (unsigned i = 0; b->tools && i < b->n_threads; i++)
        kp_tools_release(&b->tools[i]);
    for (size_t i = 0; b->slots && i < b->n_slots; i++)
        kp_slot_release(&b->slots[i]);
}

static void work(void *ctx, unsigned thread, size_t i)
{
    struct kp_batches *b = ctx;
    b->pass->work(b->run, &b->tools[thread], &b->slots[i]);
}

static enum kp_status work_off(struct kp_batches *b, size_t n)
{
    const struct kp_pass *pass = b->pass;
    kp_pool_run(b->pool, n, work, b);
    for (size_t i = 0; i < n; i++) {
        if (b->slots[i].arena.failed)
            return kp_no_memory(b->run->ctx);
        KP_TRY(pass->take(pass->ctx, &b->slots[i]));
    }
    return kp_check_cancelled(b->run->ctx);
}

enum kp_status kp_batches_pass(struct kp_batches *b, const struct kp_pass *pass)
{
    enum kp_status st = KP_OK;
    struct kp_run *run = b->run;
    const struct kp_env *env = run->ctx->env;
    struct kp_rows rows = {
        .ctx = run->ctx, .inputs = &run->inputs, .delimiter = run->options->input.delimiter};
    size_t n = 0;
    bool end = false;
    b->pass = pass;
    while (!end) {
        struct kp_slot *slot = &b->slots[n];
        kp_arena_reset(&slot->arena);
        KP_TRY_OUT(kp_rows_next(&rows, &slot->arena, &slot->row, &end));
        if (!end && run->join)
            KP_TRY_OUT(kp_join_row(run->join, &slot->arena, &slot->row));
        if (!end && pass->prepare)
            KP_TRY_OUT(pass->prepare(pass->ctx, slot));
        n += !end;
        if (end || n == b->n_slots) {
            KP_TRY_OUT(work_off(b, n));
            if (env->progress && !pass->extra)
                env->progress(env->ctx, pass->done_before + kp_rows_taken(&rows),
                              2 * run->inputs.total_bytes);
            n = 0;
        }
    }
out:
    kp_rows_close(&rows);
    return st;
}

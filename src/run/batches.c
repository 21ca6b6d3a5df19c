#include "run/batches.h"

#include "base/status.h"
#include "run/join.h"
#include "run/personnel.h"

/* A thread that finishes early finds another row ready; the reader is at most a window ahead of the rows
 * taken. */
enum { MAX_THREADS = 256, SLOTS_PER_THREAD = 4, ROWS_PER_REPORT = 64 };

enum kp_status kp_batches_init(struct kp_batches *b, struct kp_run *run)
{
    struct kp_context *ctx = run->ctx;
    unsigned n = run->options->threads ? run->options->threads : kp_pool_processors();
    *b = (struct kp_batches){.run = run, .n_threads = n < MAX_THREADS ? n : MAX_THREADS};
    b->n_slots = b->n_threads > 1 ? (size_t)b->n_threads * SLOTS_PER_THREAD : 1;
    b->tools = kp_arena_alloc(&ctx->arena, b->n_threads * sizeof(*b->tools));
    b->slots = kp_arena_alloc(&ctx->arena, b->n_slots * sizeof(*b->slots));
    if (!b->tools || !b->slots || kp_pool_new(b->n_threads, b->n_slots, &b->pool) != KP_OK)
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

/* Returns the slot of the n-th row. */
static struct kp_slot *slot_at(const struct kp_batches *b, size_t n)
{
    return &b->slots[b->n_slots > 1 ? n % b->n_slots : 0];
}

static void work(void *ctx, unsigned thread, size_t i)
{
    struct kp_batches *b = ctx;
    b->pass->work(b->run, &b->tools[thread], slot_at(b, i));
}

/* Reads the next row and hands it to the workers; *ret_end is true if there is none. */
static enum kp_status read_next(struct kp_batches *b, struct kp_rows *rows, size_t n, bool *ret_end)
{
    struct kp_slot *slot = slot_at(b, n);
    kp_arena_reset(&slot->arena);
    KP_TRY(kp_rows_next(rows, &slot->arena, &slot->row, ret_end));
    if (*ret_end)
        return KP_OK;
    if (b->run->join)
        KP_TRY(kp_join_row(b->run->join, &slot->arena, &slot->row));
    slot->master = NULL;
    if (b->run->personnel)
        KP_TRY(kp_personnel_find(b->run->personnel, &slot->arena, &slot->row, &slot->master));
    if (b->pass->prepare)
        KP_TRY(b->pass->prepare(b->pass->ctx, slot));
    kp_pool_submit(b->pool);
    return KP_OK;
}

static enum kp_status take_oldest(struct kp_batches *b, size_t n)
{
    struct kp_slot *slot = slot_at(b, n);
    kp_pool_await(b->pool);
    return slot->arena.failed ? kp_no_memory(b->run->ctx) : b->pass->take(b->pass->ctx, slot);
}

static enum kp_status report(const struct kp_batches *b, const struct kp_rows *rows)
{
    struct kp_context *ctx = b->run->ctx;
    if (ctx->env->progress && !b->pass->extra)
        ctx->env->progress(ctx->env->ctx, b->pass->done_before + kp_rows_taken(rows),
                           2 * b->run->inputs.total_bytes);
    return kp_check_cancelled(ctx);
}

enum kp_status kp_batches_pass(struct kp_batches *b, const struct kp_pass *pass)
{
    enum kp_status st = KP_OK;
    struct kp_rows rows = {
        .ctx = b->run->ctx, .inputs = &b->run->inputs, .delimiter = b->run->options->input.delimiter};
    size_t n_read = 0, n_taken = 0;
    bool end = false;
    b->pass = pass;
    kp_pool_begin(b->pool, work, b);
    while (!end || n_taken < n_read) {
        if (!end && n_read - n_taken < b->n_slots && !kp_pool_is_done(b->pool)) {
            KP_TRY_OUT(read_next(b, &rows, n_read, &end));
            n_read += !end;
        } else {
            KP_TRY_OUT(take_oldest(b, n_taken++));
            if (n_taken % ROWS_PER_REPORT == 0)
                KP_TRY_OUT(report(b, &rows));
        }
    }
    st = report(b, &rows);
out:
    kp_pool_end(b->pool);
    kp_rows_close(&rows);
    return st;
}

struct each {
    struct kp_tools *tools;
    void (*job)(void *ctx, struct kp_tools *tools, size_t i);
    void *ctx;
};

static void do_job(void *ctx, unsigned thread, size_t i)
{
    const struct each *each = ctx;
    each->job(each->ctx, &each->tools[thread], i);
}

void kp_batches_each(struct kp_batches *b, size_t n, void (*job)(void *ctx, struct kp_tools *tools, size_t i),
                     void *ctx)
{
    struct each each = {b->tools, job, ctx};
    kp_pool_begin(b->pool, do_job, &each);
    for (size_t i = 0, awaited = 0; awaited < n; awaited++) {
        for (; i < n && i - awaited < b->n_slots; i++)
            kp_pool_submit(b->pool);
        kp_pool_await(b->pool);
    }
    kp_pool_end(b->pool);
}

#include "run/book.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "run/companions.h"

enum kp_status kp_book_unusable(const struct kp_run *run, const char *path)
{
    if (kp_report_odd(run->ctx, path))
        return KP_E_SYSTEM;
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_UNUSABLE, kp_in(path),
                   strerror(errno ? errno : EIO));
}

static enum kp_status index_unwritten(const struct kp_book *book)
{
    if (kp_report_odd(book->run->ctx, book->index_path))
        return KP_E_SYSTEM;
    return kp_fail(&book->run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_INDEX_UNWRITTEN, kp_in(book->index_path),
                   strerror(errno ? errno : EIO));
}

enum kp_status kp_book_unsettled(const struct kp_book *book)
{
    struct kp_run *run = book->run;
    const struct kp_unfinished *u = &book->unfinished;
    char *temp = kp_arena_printf(&run->ctx->arena, "%s/.tmp-%s/%s", run->output,
                                 u->entry.cells[KP_LOG_RUN_ID], u->bundle);
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_BUNDLE_UNFINISHED, kp_in(book->path), u->bundle,
                   temp ? temp : "");
}

/* --- reading --- */

static enum kp_status note_unfinished(struct kp_unfinished *u, const char *const *cells)
{
    static const enum kp_log_column kept[] = {KP_LOG_RUN_ID,       KP_LOG_AS_OF,  KP_LOG_INSURER_NUMBER,
                                              KP_LOG_RECIPIENT,    KP_LOG_BUNDLE, KP_LOG_BUNDLE_SHA256,
                                              KP_LOG_TABLES_SHA256};
    if (strcmp(u->bundle, cells[KP_LOG_BUNDLE]) == 0)
        return KP_OK;
    kp_arena_reset(&u->arena);
    for (size_t i = 0; i < KP_COUNT(kept); i++)
        u->entry.cells[kept[i]] = kp_arena_strdup(&u->arena, cells[kept[i]]);
    u->bundle = u->arena.failed ? "" : u->entry.cells[KP_LOG_BUNDLE];
    return u->arena.failed ? kp_log_no_memory() : KP_OK;
}

static enum kp_status take_entry(void *ctx, const struct kp_log_line *line)
{
    struct kp_book *book = ctx;
    const volatile int *cancel = book->run->ctx->env->cancel;
    if (!book->final && cancel && *cancel) /* reading a long log takes time */
        return KP_E_SYSTEM;
    enum kp_status st = kp_log_index_builder_add(&book->builder, line);
    if (st == KP_OK && kp_log_is_disclosure(line->cells))
        return note_unfinished(&book->unfinished, line->cells);
    if (kp_log_settles_bundle(line->cells))
        book->unfinished.bundle = "";
    return st;
}

/* Reports why reading failed, or a fault in the chain. */
static enum kp_status check_chain(const struct kp_book *book, enum kp_status st,
                                  const struct kp_log_state *state)
{
    const struct kp_run *run = book->run;
    enum kp_log_fault fault = st == KP_E_FAULT ? KP_LOG_NOT_AN_ENTRY : state->fault;
    if (st == KP_E_SYSTEM)
        KP_TRY(kp_check_cancelled(run->ctx));
    if (st != KP_OK && st != KP_E_FAULT)
        return kp_book_unusable(run, book->path);
    if (fault == KP_LOG_SOUND)
        return KP_OK;
    return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_LOG_BROKEN, kp_at(book->path, state->bad_line),
                   kp_log_fault_text(fault, run->options->common.lang));
}

/* The index must name the older log, too. */
static void note_before(struct kp_book *book)
{
    memcpy(book->builder.point.before, book->state.end.before, sizeof(book->builder.point.before));
}

static enum kp_status read_on(struct kp_book *book)
{
    const struct kp_log_point from = book->state.end;
    enum kp_status st = kp_log_read(book->run->ctx->io, book->path, from.bytes ? &from : NULL, take_entry,
                                    book, &book->state);
    note_before(book);
    return check_chain(book, st, &book->state);
}

/* Reads the entries that this run has written. Does not report. */
static enum kp_status read_back(struct kp_book *book, struct kp_log *log)
{
    enum kp_status st = kp_log_read_back(log, book->path, take_entry, book, &book->state);
    note_before(book);
    return st;
}

/* The part that the index covers is not read otherwise, and an alteration there would not be found. */
static enum kp_status verify_if_small(const struct kp_book *book)
{
    struct kp_log_state state = {.fault = KP_LOG_SOUND};
    if (!book->index.io || book->index.point.bytes > KP_LOG_ALWAYS_READ_BYTES)
        return KP_OK;
    enum kp_status st = kp_log_read(book->run->ctx->io, book->path, NULL, NULL, NULL, &state);
    return check_chain(book, st, &state);
}

/* --- the index --- */

static enum kp_status open_index(struct kp_book *book, const char *path)
{
    struct kp_context *ctx = book->run->ctx;
    enum kp_log_index_verdict verdict = KP_LOG_INDEX_ABSENT;
    enum kp_status st = kp_log_index_open(&book->index, ctx->io, path, book->path, &verdict);
    if (st != KP_OK && errno == ENOMEM)
        return kp_no_memory(ctx);
    if (st != KP_OK && kp_report_odd(ctx, path))
        return KP_E_SYSTEM;
    if (st != KP_OK)
        verdict = KP_LOG_INDEX_DAMAGED; /* cannot be read: the log replaces it */
    if (verdict == KP_LOG_INDEX_CONTRADICTS)
        return kp_fail(&ctx->diag, KP_E_SYSTEM, KP_K_LOG_SHORTENED, kp_in(book->path), path);
    if (verdict == KP_LOG_INDEX_DAMAGED)
        kp_warn(&ctx->diag, KP_K_LOG_INDEX_DAMAGED, kp_in(path));
    return KP_OK;
}

/* Empties what was collected for the index. Does not report. */
static enum kp_status begin_builder(struct kp_book *book)
{
    kp_log_index_builder_close(&book->builder);
    return kp_log_index_builder_open(&book->builder, book->run->ctx->io, book->run->temp);
}

/* Writes the index, if anything new was read, beside the log or, if this run must not or cannot, among its
 * temporary files. Returns KP_E_FAULT, not reported, if the old index is damaged. */
static enum kp_status write_index(struct kp_book *book)
{
    struct kp_run *run = book->run;
    const char *path = book->index_path;
    char *own = kp_arena_printf(&run->ctx->arena, "%s/log%zu.index", run->temp, book->number);
    enum kp_status st = KP_E_SYSTEM;
    if (book->builder.point.bytes == 0)
        return KP_OK;
    if (!own)
        return kp_no_memory(run->ctx);
    if (kp_discloses(run->options->command)) {
        st = kp_log_index_write(path, &book->index, &book->builder);
        if (st == KP_E_SYSTEM)
            (void)index_unwritten(book);
    }
    if (st == KP_E_SYSTEM) {
        path = own;
        st = kp_log_index_write(path, &book->index, &book->builder);
    }
    if (st != KP_OK)
        return st == KP_E_FAULT ? st : kp_book_unusable(run, book->path);
    kp_log_index_close(&book->index);
    KP_TRY(open_index(book, path));
    /* Without the index, people who were disclosed would count as new. */
    return book->index.io ? KP_OK : kp_book_unusable(run, book->path);
}

/* Replaces a damaged index by reading the whole log. If it is the log that was altered, this finds it. */
static enum kp_status rebuild(struct kp_book *book)
{
    kp_log_index_close(&book->index);
    book->state = (struct kp_log_state){0};
    if (begin_builder(book) != KP_OK)
        return kp_book_unusable(book->run, book->path);
    KP_TRY(read_on(book));
    kp_warn(&book->run->ctx->diag, KP_K_LOG_INDEX_DAMAGED, kp_in(book->index_path));
    errno = 0;
    enum kp_status st = write_index(book);
    return st == KP_E_FAULT ? kp_book_unusable(book->run, book->path) : st;
}

enum kp_status kp_book_update_index(struct kp_book *book)
{
    enum kp_status st = write_index(book);
    if (st == KP_E_FAULT)
        st = rebuild(book);
    kp_log_index_builder_close(&book->builder);
    return st;
}

enum kp_status kp_book_conclude(struct kp_book *book, struct kp_log *log)
{
    book->final = true;
    errno = 0;
    enum kp_status st = begin_builder(book);
    if (st == KP_OK)
        st = read_back(book, log);
    if (st == KP_E_FAULT)
        return kp_fail(&book->run->ctx->diag, KP_E_SYSTEM, KP_K_FILE_REPLACED, kp_in(book->path));
    if (st != KP_OK || kp_log_index_write(book->index_path, &book->index, &book->builder) != KP_OK)
        (void)index_unwritten(book);
    return KP_OK;
}

/* --- a retired log --- */

struct stub_count {
    uint32_t n;
    uint64_t last_at;
};

static enum kp_status count_record(void *ctx, const struct kp_stub_record *record)
{
    struct stub_count *count = ctx;
    count->n++;
    count->last_at = strtoull(record->seq, NULL, 10);
    return KP_OK;
}

static enum kp_status count_in_stub(struct kp_book *book, const uint8_t key[KP_LOG_KEY_BYTES],
                                    uint32_t *ret_n, uint64_t *ret_last_at)
{
    struct stub_count count = {.last_at = *ret_last_at};
    if (kp_stub_each(&book->stub, key, count_record, &count) != KP_OK)
        return kp_book_unusable(book->run, book->path);
    *ret_n = count.n;
    *ret_last_at = count.last_at;
    return KP_OK;
}

struct stub_teller {
    kp_log_fn *fn;
    void *ctx;
};

/* Passes on what the stub has of the entry; the number of the entry stands for its offset. */
static enum kp_status tell_record(void *ctx, const struct kp_stub_record *record)
{
    const struct stub_teller *teller = ctx;
    const char *cells[KP_LOG__COUNT];
    for (size_t i = 0; i < KP_LOG__COUNT; i++)
        cells[i] = "";
    cells[KP_LOG_SEQ] = record->seq;
    cells[KP_LOG_INSURER_NUMBER] = record->insurer;
    cells[KP_LOG_INSURED_NUMBER] = record->number;
    cells[KP_LOG_EMPLOYEE_ID] = record->employee_id;
    cells[KP_LOG_SEX] = record->sex;
    cells[KP_LOG_CONTENT_SHA256] = record->content;
    cells[KP_LOG_TIME] = record->day;
    cells[KP_LOG_BUNDLE] = record->bundle;
    const struct kp_log_line line = {
        .cells = cells, .bytes = "", .n = 0, .at = strtoull(record->seq, NULL, 10)};
    return teller->fn ? teller->fn(teller->ctx, &line) : KP_OK;
}

static enum kp_status tell_from_stub(struct kp_book *book, const uint8_t key[KP_LOG_KEY_BYTES], kp_log_fn *fn,
                                     void *ctx)
{
    struct stub_teller teller = {fn, ctx};
    return kp_stub_each(&book->stub, key, tell_record, &teller) == KP_OK
               ? KP_OK
               : kp_book_unusable(book->run, book->path);
}

/* --- looking up --- */

enum kp_status kp_book_count(struct kp_book *book, const uint8_t key[KP_LOG_KEY_BYTES], uint32_t *ret_n,
                             uint64_t *ret_last_at)
{
    errno = 0;
    if (book->state.retired)
        return count_in_stub(book, key, ret_n, ret_last_at);
    enum kp_status st = kp_log_index_count(&book->index, key, ret_n, ret_last_at);
    if (st == KP_E_FAULT) {
        KP_TRY(rebuild(book));
        st = kp_log_index_count(&book->index, key, ret_n, ret_last_at);
    }
    return st == KP_OK ? KP_OK : kp_book_unusable(book->run, book->path);
}

enum kp_status kp_book_each(struct kp_book *book, const uint8_t key[KP_LOG_KEY_BYTES], kp_log_fn *fn,
                            void *ctx)
{
    errno = 0;
    if (book->state.retired)
        return tell_from_stub(book, key, fn, ctx);
    enum kp_status st = kp_log_index_each(&book->index, key, fn, ctx);
    if (st == KP_E_FAULT) {
        KP_TRY(rebuild(book));
        st = kp_log_index_each(&book->index, key, fn, ctx);
    }
    return st == KP_OK ? KP_OK : kp_book_unusable(book->run, book->path);
}

/* --- opening --- */

/* Removes what a run that died while writing the index left. */
static void remove_half_index(const struct kp_book *book)
{
    struct kp_context *ctx = book->run->ctx;
    char *temp = kp_arena_printf(&ctx->arena, "%s.tmp", book->index_path);
    if (temp && kp_discloses(book->run->options->command))
        (void)kp_io_unlink(ctx->io, temp);
}

enum kp_status kp_book_open(struct kp_book *book, struct kp_run *run, const char *path, size_t number)
{
    *book = (struct kp_book){.run = run,
                             .path = path,
                             .index_path = kp_arena_printf(&run->ctx->arena, "%s.index", path),
                             .number = number,
                             .unfinished = {.bundle = ""}};
    if (!book->index_path)
        return kp_no_memory(run->ctx);
    remove_half_index(book);
    KP_TRY(open_index(book, book->index_path));
    if (book->index.io)
        book->state.end = book->index.point;
    if (begin_builder(book) != KP_OK)
        return kp_write_failed(run->ctx, run->temp);
    KP_TRY(verify_if_small(book));
    KP_TRY(read_on(book));
    if (book->state.retired && kp_stub_open(&book->stub, run->ctx->io, path) != KP_OK)
        return kp_book_unusable(run, path);
    return KP_OK;
}

/* --- recovery --- */

static enum kp_status settle(struct kp_log *log, struct kp_book *book, bool released,
                             struct kp_recovery *ret_recovery)
{
    struct kp_context *ctx = book->run->ctx;
    const struct kp_unfinished *u = &book->unfinished;
    struct kp_log_entry entry = u->entry; /* with the run id of the run that died */
    entry.cells[KP_LOG_EVENT] = released ? "release" : "void";
    entry.cells[KP_LOG_REASON] = "unfinished run";
    char *bundle = kp_arena_strdup(&ctx->arena, u->bundle), *dot = bundle ? strrchr(bundle, '.') : NULL;
    char sealed[KP_SHA256_HEX + 1] = "";
    const struct kp_companions companions = {
        book->run->output, entry.cells[KP_LOG_RUN_ID],
        dot ? kp_arena_strndup(&ctx->arena, bundle, (size_t)(dot - bundle)) : NULL,
        entry.cells[KP_LOG_INSURER_NUMBER]};
    if (!companions.root)
        return kp_no_memory(ctx);
    if (released)
        KP_TRY(kp_companions_place(ctx, &companions, sealed));
    const char *seal = kp_companions_detail(&ctx->arena, sealed);
    entry.cells[KP_LOG_DETAIL] =
        seal ? kp_arena_printf(&ctx->arena, "{\"settled_by\":\"%s\"%s}", book->run->run_id, seal) : NULL;
    if (!entry.cells[KP_LOG_DETAIL])
        return kp_no_memory(ctx);
    if (kp_log_add(log, &entry) != KP_OK || kp_log_sync(log) != KP_OK)
        return kp_book_unusable(book->run, book->path);
    ret_recovery->bundle = bundle;
    ret_recovery->completed = released;
    kp_warn(&ctx->diag, released ? KP_K_BUNDLE_COMPLETED : KP_K_BUNDLE_VOIDED, kp_in(book->path), bundle);
    return check_chain(book, read_back(book, log), &book->state); /* the index must cover the new entry */
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
    if (!kp_path_absent(run->ctx->io, place)) {
        enum kp_status st = kp_file_sha256(run->ctx->io, place, digest);
        if (st != KP_OK)
            return kp_unreadable(&run->ctx->diag, st, KP_E_SYSTEM, KP_K_INPUT_UNREADABLE, place, NULL);
        kp_sha256_hex(digest, hex);
    }
    bool released = strcmp(hex, u->entry.cells[KP_LOG_BUNDLE_SHA256]) == 0;
    if (!released && !kp_path_exists(run->ctx->io, temp))
        return kp_book_unsettled(book);
    /* The rename may not be on disk yet, and a release is logged only after it is. */
    if (released && kp_sync_folder(run->ctx->io, run->output) != KP_OK)
        return kp_write_failed(run->ctx, run->output);
    return settle(log, book, released, ret_recovery);
}

enum kp_status kp_book_recover(struct kp_log *log, struct kp_book *book, struct kp_recovery *ret_recovery)
{
    struct kp_run *run = book->run;
    if (kp_log_begin(log, &book->state, run->started) != KP_OK)
        return kp_book_unusable(run, book->path);
    ret_recovery->torn_line = book->state.torn;
    if (book->state.torn)
        kp_warn(&run->ctx->diag, KP_K_LOG_TORN, kp_at(book->path, book->state.end.n_entries + 2));
    return *book->unfinished.bundle ? settle_unfinished(log, book, ret_recovery) : KP_OK;
}

void kp_book_close(struct kp_book *book)
{
    kp_log_index_close(&book->index);
    kp_stub_close(&book->stub);
    kp_log_index_builder_close(&book->builder);
    kp_arena_release(&book->unfinished.arena);
}

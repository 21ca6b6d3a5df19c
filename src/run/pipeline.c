/*
 * One run, in order. This is the only file that knows the order of the stages:
 *
 *   set up      tables, registers, inputs, folders, lock                       setup.c
 *   ledger      read the disclosure log, settle what a dead run left           ledger.c, logindex.c
 *   first pass  decode, map, normalise, validate; remember who and what        work.c, seen.c
 *   join        which rows are the same person, whom the log already shows     seen.c
 *   second pass the same again, then decide, write, check, compress            work.c (rule.c, cda.c,
 * xmlcheck.c, zip.c) in row order: into bundles and row files                       bundle.c, rowfiles.c,
 * tally.c seal        schemas and index into each bundle, to disk, digest            bundle.c release entries
 * to disk, bundle into place, release entry              bundle.c, dlog.c conclude    index of the log,
 * anchor                                       ledger.c, logindex.c report      report.json, report.html
 * report.c
 *
 * The input is read twice so that memory is a constant: whether a row may go out can depend on a later row.
 * Records are worked on in batches, by any number of threads; results are taken in row order, so the bytes
 * never depend on it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/pool.h"
#include "base/status.h"
#include "run/bundle.h"
#include "run/ledger.h"
#include "run/persons.h"
#include "run/prepared.h"
#include "run/report.h"
#include "run/row_files.h"
#include "run/run.h"
#include "run/tally.h"
#include "run/worker.h"

enum { SLOTS_PER_THREAD = 32 };

struct pipeline {
    struct kp_run run;
    struct kp_ledger ledger;
    struct kp_persons *seen;
    struct kp_pool *pool;
    unsigned n_threads;
    struct kp_tools *tools; /* one per thread */
    struct kp_slot *slots;
    size_t n_slots, n_filled;
    struct kp_row_files files;
    struct kp_tally tally;
    bool deciding; /* second pass */
    bool lookup_failed;
    bool disclosed; /* a bundle went out: the run's traces must stay */
};

/* --- passes --- */

static void job(void *ctx, unsigned thread, size_t i)
{
    struct pipeline *p = ctx;
    if (p->deciding)
        kp_worker_decide(&p->run, &p->tools[thread], &p->slots[i]);
    else
        kp_worker_read(&p->run, &p->slots[i]);
}

static enum kp_status remember(struct pipeline *p, const struct kp_slot *slot)
{
    p->run.inputs.list[slot->row.file].dash_is_empty |= slot->sound && slot->record.dash_empty;
    enum kp_status st = KP_OK;
    if (slot->person)
        st = kp_persons_person(p->seen, slot->row.number, slot->row.file, slot->row.line, slot->person,
                               slot->facts);
    if (st != KP_OK || !slot->identity)
        return st;
    return kp_persons_row(p->seen, slot->row.number, slot->row.file, slot->row.line, slot->identity,
                          slot->digest, slot->whole);
}

static void tell(struct pipeline *p, const struct kp_slot *slot)
{
    for (const struct kp_finding *f = slot->findings.first; f; f = f->next)
        kp_diag_send(&p->run.ctx->diag, p->run.inputs.list[slot->row.file].path, slot->row.line, f);
}

/* A full one is brought to disk at once: it needs no memory while the next is filled. */
static enum kp_status begin_bundle(struct pipeline *p, struct kp_account *account)
{
    if (account->last)
        KP_TRY(kp_bundle_seal(account->last, &p->run, &p->tools[0]));
    struct kp_bundle *bundle = kp_arena_alloc(&p->run.ctx->arena, sizeof(*bundle));
    if (!bundle)
        return kp_no_memory(p->run.ctx);
    if (account->last)
        account->last->next = bundle;
    else
        account->bundles = bundle;
    account->last = bundle;
    return kp_bundle_begin(bundle, &p->run, &p->ledger, account->insurer);
}

static enum kp_status put_into_bundle(struct pipeline *p, struct kp_slot *slot, struct kp_account *account,
                                      const char **ret_document)
{
    if (!account->last || kp_bundle_is_full(account->last))
        KP_TRY(begin_bundle(p, account));
    return kp_bundle_add(account->last, &p->run, slot, ret_document);
}

static enum kp_status take(struct pipeline *p, struct kp_slot *slot)
{
    struct kp_account *account = NULL;
    const char *document = "", *bundle = "";
    if (slot->insurer && !(account = kp_tally_account(&p->tally, &p->run, slot->insurer->number)))
        return KP_E_SYSTEM;
    if (slot->outcome == KP_RELEASED && kp_makes_bundles(p->run.options->command)) {
        KP_TRY(put_into_bundle(p, slot, account, &document));
        bundle = account->last->file_name;
    }
    kp_tally_add(&p->tally, &p->run, slot, account);
    tell(p, slot);
    return kp_row_files_add(&p->files, slot, bundle, document);
}

static enum kp_status finish_batch(struct pipeline *p)
{
    kp_pool_run(p->pool, p->n_filled, job, p);
    for (size_t i = 0; i < p->n_filled; i++) {
        if (p->slots[i].st != KP_OK || p->slots[i].arena.failed)
            return kp_no_memory(p->run.ctx);
        enum kp_status st = p->deciding ? take(p, &p->slots[i]) : remember(p, &p->slots[i]);
        if (st != KP_OK)
            return st;
    }
    p->n_filled = 0;
    return kp_check_cancelled(p->run.ctx);
}

static void show_progress(const struct pipeline *p, const struct kp_rows *reader)
{
    uint64_t before = p->deciding ? p->run.inputs.total_bytes : 0;
    if (p->run.ctx->env->progress)
        p->run.ctx->env->progress(p->run.ctx->env->ctx, before + kp_rows_taken(reader),
                                  2 * p->run.inputs.total_bytes);
}

static enum kp_status seen_before(struct pipeline *p, struct kp_slot *slot)
{
    enum kp_status st = kp_persons_mark(p->seen, slot->row.number, &slot->mark);
    return st == KP_OK ? kp_persons_person_mark(p->seen, slot->row.number, &slot->person_mark) : st;
}

static enum kp_status pass(struct pipeline *p)
{
    enum kp_status st = KP_OK;
    struct kp_rows reader;
    bool end = false;
    kp_rows_init(&reader, p->run.ctx, &p->run.inputs, p->run.options->input.delimiter);
    p->n_filled = 0;
    while (!end) {
        struct kp_slot *slot = &p->slots[p->n_filled];
        kp_arena_reset(&slot->arena);
        KP_TRY_OUT(kp_rows_next(&reader, &slot->arena, &slot->row, &end));
        if (!end) {
            if (p->deciding)
                KP_TRY_OUT(seen_before(p, slot));
            p->n_filled++;
        }
        if (end || p->n_filled == p->n_slots) {
            KP_TRY_OUT(finish_batch(p));
            show_progress(p, &reader);
        }
    }
out:
    kp_rows_close(&reader);
    return st;
}

/* Somebody may have written to an input between the passes; then what was decided is not what was read. */
static enum kp_status check_unchanged(struct pipeline *p)
{
    for (size_t i = 0; i < p->run.inputs.n; i++) {
        const struct kp_input *input = &p->run.inputs.list[i];
        uint8_t digest[KP_SHA256_BYTES];
        if (kp_file_sha256(p->run.ctx->io, input->place, digest) != KP_OK ||
            memcmp(digest, input->probe.sha256, sizeof(digest)) != 0)
            return kp_fail(&p->run.ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(input->path));
        if (input->comments.n_like_rows)
            kp_warn(
                &p->run.ctx->diag, KP_K_ROWS_COMMENTED_OUT,
                kp_at(input->path, input->comments.first_like_row),
                kp_arena_printf(&p->run.ctx->arena, "%llu", (unsigned long long)input->comments.n_like_rows));
        if (input->n_rows == 0)
            kp_warn(&p->run.ctx->diag, KP_K_INPUT_NO_ROWS, kp_at(input->path, 1));
    }
    return KP_OK;
}

/* --- workers --- */

static enum kp_status make_workers(struct pipeline *p)
{
    p->n_threads = p->run.options->threads ? p->run.options->threads : kp_pool_processors();
    if (p->n_threads > KP_MAX_THREADS)
        p->n_threads = KP_MAX_THREADS;
    p->n_slots = (size_t)p->n_threads * SLOTS_PER_THREAD;
    p->tools = kp_arena_alloc(&p->run.ctx->arena, p->n_threads * sizeof(*p->tools));
    p->slots = kp_arena_alloc(&p->run.ctx->arena, p->n_slots * sizeof(*p->slots));
    if (!p->tools || !p->slots || kp_pool_new(p->n_threads, &p->pool) != KP_OK)
        return kp_no_memory(p->run.ctx);
    for (unsigned i = 0; i < p->n_threads; i++)
        if (kp_tools_init(&p->tools[i], &p->run) != KP_OK)
            return kp_no_memory(p->run.ctx);
    return KP_OK;
}

static void drop_workers(struct pipeline *p)
{
    kp_pool_free(p->pool);
    for (unsigned i = 0; p->tools && i < p->n_threads; i++)
        kp_tools_release(&p->tools[i]);
    for (size_t i = 0; p->slots && i < p->n_slots; i++)
        kp_slot_release(&p->slots[i]);
}

/* --- bundles out --- */

/* All bundles are complete on disk before the first goes out, so a fault in any of them stops them all. */
static enum kp_status seal_bundles(struct pipeline *p)
{
    for (size_t i = 0; i < p->tally.n_accounts; i++)
        if (p->tally.accounts[i]->last)
            KP_TRY(kp_bundle_seal(p->tally.accounts[i]->last, &p->run, &p->tools[0]));
    return KP_OK;
}

static enum kp_status release_bundles(struct pipeline *p)
{
    enum kp_status st = KP_OK;
    if (kp_sync_folder(p->run.ctx->io, p->run.temp) != KP_OK ||
        kp_sync_folder(p->run.ctx->io, p->run.output) != KP_OK)
        return kp_write_failed(p->run.ctx, p->run.output);
    for (size_t i = 0; i < p->tally.n_accounts; i++)
        for (struct kp_bundle *b = p->tally.accounts[i]->bundles; b; b = b->next) {
            st = kp_bundle_release(b, &p->run, &p->ledger);
            p->disclosed |= b->placed;
            if (st != KP_OK)
                return st;
        }
    return st;
}

/* Folders of runs that died. What an unfinished bundle of the log is to be settled by stays for the next
 * export. */
static void remove_stale(void *ctx, const char *name)
{
    static const char mark[] = ".tmp-";
    const struct pipeline *p = ctx;
    const struct kp_unfinished *unfinished = &p->ledger.unfinished;
    const char *own = strrchr(p->run.temp, '/') + 1, *run_id = name + strlen(mark);
    struct kp_arena arena = {0};
    if (strncmp(name, mark, strlen(mark)) != 0 || strcmp(name, own) == 0 ||
        (*unfinished->bundle && strcmp(run_id, unfinished->run_id) == 0))
        return;
    char *path = kp_arena_printf(&arena, "%s/%s", p->run.output, name);
    if (path)
        (void)kp_remove_folder(path); /* what cannot be removed now is tried again by the next run */
    kp_arena_release(&arena);
}

/* --- report --- */

static enum kp_status write_report(struct pipeline *p, const char *name, struct kp_buf *bytes)
{
    char *path = kp_arena_printf(&p->run.ctx->arena, "%s/%s", p->run.run_folder, name);
    if (!path || !kp_buf_ok(bytes))
        return kp_no_memory(p->run.ctx);
    if (kp_write_file(p->run.ctx->io, path, kp_buf_text(bytes), bytes->len) != KP_OK)
        return kp_write_failed(p->run.ctx, path);
    return KP_OK;
}

static enum kp_status report(struct pipeline *p, struct kp_buf *json)
{
    struct kp_buf html = {0};
    kp_report_json(&p->run, &p->tally, &p->ledger, p->run.ctx->env->now(p->run.ctx->env->ctx), json);
    kp_report_html(&p->run, &p->tally, &p->ledger, &html);
    enum kp_status st = write_report(p, "report.json", json);
    if (st == KP_OK)
        st = write_report(p, "report.html", &html);
    kp_buf_release(&html);
    return st;
}

/* --- result --- */

struct result_memory {
    struct kp_arena arena;
};

static bool copy_bundles(struct kp_arena *arena, const struct kp_account *a, struct kp_insurer_result *ret)
{
    size_t n = 0;
    for (const struct kp_bundle *b = a->bundles; b; b = b->next)
        n++;
    const char **paths = kp_arena_alloc(arena, (n + 1) * sizeof(*paths));
    bool ok = paths != NULL;
    for (const struct kp_bundle *b = a->bundles; b && ok; b = b->next)
        if (b->placed)
            ok = (paths[ret->n_bundles++] = kp_arena_strdup(arena, b->path)) != NULL;
    ret->bundles = paths;
    return ok;
}

static bool copy_account(struct kp_arena *arena, const struct pipeline *p, const struct kp_account *a,
                         struct kp_insurer_result *ret)
{
    struct kp_count *bases = kp_arena_alloc(arena, p->run.ctx->tables.n_bases * sizeof(*bases));
    struct kp_count *waiting = kp_arena_alloc(arena, p->run.ctx->tables.n_bases * sizeof(*waiting));
    struct kp_count *reasons = kp_arena_alloc(arena, KP_HOLD__COUNT * sizeof(*reasons));
    if (!bases || !waiting || !reasons)
        return false;
    *ret = (struct kp_insurer_result){.documents = a->documents,
                                      .held = a->held,
                                      .by_basis = bases,
                                      .by_reason = reasons,
                                      .waiting = waiting};
    ret->insurer_number = kp_arena_strdup(arena, a->insurer->number);
    ret->name = kp_arena_strdup(arena, a->insurer->name);
    ret->scheme = kp_arena_strdup(arena, a->scheme);
    bool ok = copy_bundles(arena, a, ret);
    for (size_t i = 0; i < p->run.ctx->tables.n_bases; i++) {
        const char *id = kp_arena_strdup(arena, p->run.ctx->tables.bases[i].id);
        if (a->by_basis[i])
            bases[ret->n_bases++] = (struct kp_count){id, a->by_basis[i]};
        if (a->waiting[i])
            waiting[ret->n_waiting++] = (struct kp_count){id, a->waiting[i]};
    }
    for (size_t i = 0; i < KP_HOLD__COUNT; i++)
        if (a->by_reason[i])
            reasons[ret->n_reasons++] = (struct kp_count){kp_reason_names[i], a->by_reason[i]};
    return ok && ret->insurer_number && ret->name && ret->scheme;
}

static bool fill_codes(const struct pipeline *p, struct kp_arena *arena, struct kp_result *r)
{
    struct kp_code_result *codes = kp_arena_alloc(arena, (p->run.ctx->catalogue.n_rows + 1) * sizeof(*codes));
    if (!codes)
        return false;
    for (int level = KP_LEVEL__COUNT - 1; level >= 0; level--)
        for (size_t i = 0; i < p->run.ctx->catalogue.n_rows; i++) {
            const struct kp_msg *msg = &p->run.ctx->catalogue.rows[i];
            if (!p->tally.by_code[msg->code] ||
                kp_diag_level(&p->run.ctx->diag, (enum kp_code)msg->code) != (enum kp_level)level)
                continue;
            struct kp_code_result c = {.code = msg->code,
                                       .level = (enum kp_level)level,
                                       .text = kp_diag_general(msg, p->run.options->common.lang, arena),
                                       .n = p->tally.by_code[msg->code],
                                       .places = kp_tally_places(&p->tally, &p->run, msg->code, arena)};
            if (!c.text || !c.places)
                return false;
            codes[r->n_codes++] = c;
        }
    r->codes = codes;
    return true;
}

static enum kp_status fill_result(const struct pipeline *p, const struct kp_buf *json,
                                  struct kp_result *ret_result)
{
    const struct kp_tally *t = &p->tally;
    struct kp_arena arena = {0};
    char day[11];
    kp_date_iso(p->run.as_of, day);
    struct kp_insurer_result *insurers = kp_arena_alloc(&arena, (t->n_accounts + 1) * sizeof(*insurers));
    bool ok = insurers != NULL;
    for (size_t i = 0; ok && i < t->n_accounts; i++)
        ok = copy_account(&arena, p, t->accounts[i], &insurers[i]);
    struct kp_result r = {.run_id = kp_arena_strdup(&arena, p->run.run_id),
                          .run_folder = kp_arena_strdup(&arena, p->run.run_folder),
                          .log_path = kp_arena_strdup(&arena, p->run.log_path),
                          .report_json = kp_arena_strdup(&arena, kp_buf_text(json)),
                          .as_of = kp_arena_strdup(&arena, day),
                          .head_hash = kp_arena_strdup(&arena, kp_ledger_head(&p->ledger)),
                          .read = t->read,
                          .released = t->released,
                          .rejected = t->rejected,
                          .held = t->held,
                          .held_no_request = t->by_reason[KP_HOLD_NO_REQUEST],
                          .already_disclosed = t->already,
                          .duplicates = t->duplicates,
                          .warnings = t->warnings,
                          .notes = t->notes,
                          .insurers = insurers,
                          .n_insurers = t->n_accounts,
                          .own_schemas = p->run.options->xsd == NULL};
    struct kp_count *reasons = kp_arena_alloc(&arena, KP_HOLD__COUNT * sizeof(*reasons));
    for (size_t i = 0; reasons && i < KP_HOLD__COUNT; i++)
        if (t->by_reason[i])
            reasons[r.n_reasons++] = (struct kp_count){kp_reason_names[i], t->by_reason[i]};
    r.held_by_reason = reasons;
    ok = ok && fill_codes(p, &arena, &r);
    struct result_memory *memory = ok && reasons ? kp_arena_alloc(&arena, sizeof(*memory)) : NULL;
    if (!memory || !r.run_id || !r.run_folder || !r.log_path || !r.report_json || !r.as_of || !r.head_hash) {
        kp_arena_release(&arena);
        return kp_no_memory(p->run.ctx);
    }
    memory->arena = arena; /* the arena carries its own descriptor; freeing starts from a copy */
    r.memory = memory;
    *ret_result = r;
    return KP_OK;
}

void kp_result_free(struct kp_result *result)
{
    if (result->memory) {
        struct kp_arena arena = ((struct result_memory *)result->memory)->arena;
        kp_arena_release(&arena);
    }
    *result = (struct kp_result){0};
}

/* --- the run --- */

/* The ledger has told what failed it; what else fails the join is the disk. */
static enum kp_status lookup(void *ctx, const uint8_t key[KP_LOG_KEY_BYTES],
                             uint8_t ret_record[KP_SHA256_BYTES], bool *ret_found)
{
    struct pipeline *p = ctx;
    enum kp_status st = kp_ledger_find(&p->ledger, key, ret_record, ret_found);
    p->lookup_failed = st != KP_OK;
    return st;
}

static void tell_about_schemas(const struct pipeline *p)
{
    if (!p->run.options->xsd && kp_makes_bundles(p->run.options->command) && p->tally.released > 0)
        kp_warn(&p->run.ctx->diag, KP_K_PROFILE_SCHEMAS, KP_NOWHERE);
}

static enum kp_status join(struct pipeline *p)
{
    errno = 0;
    enum kp_status st = kp_persons_join(p->seen, lookup, p);
    return st == KP_OK || p->lookup_failed ? st : kp_write_failed(p->run.ctx, p->run.temp);
}

static enum kp_status run_stages(struct pipeline *p, struct kp_buf *json)
{
    KP_TRY(kp_tally_init(&p->tally, &p->run));
    KP_TRY(make_workers(p));
    if (kp_persons_new(p->run.ctx->io, p->run.temp, &p->seen) != KP_OK)
        return kp_write_failed(p->run.ctx, p->run.temp);
    KP_TRY(kp_ledger_open(&p->ledger, &p->run));
    (void)kp_each_entry(p->run.output, remove_stale, p);
    KP_TRY(pass(p));
    KP_TRY(join(p));
    KP_TRY(kp_row_files_begin(&p->files, &p->run));
    p->deciding = true;
    KP_TRY(pass(p));
    KP_TRY(check_unchanged(p));
    kp_tally_sort(&p->tally);
    KP_TRY(kp_row_files_finish(&p->files));
    KP_TRY(seal_bundles(p));
    KP_TRY(kp_check_cancelled(p->run.ctx)); /* the last moment: from here on the run does all of it */
    if (kp_discloses(p->run.options->command)) {
        KP_TRY(release_bundles(p));
        kp_ledger_conclude(&p->ledger);
    } else if (p->run.options->command == KP_CMD_PREPARE) {
        KP_TRY(kp_prepared_store(&p->run, &p->tally));
    }
    tell_about_schemas(p);
    KP_TRY(kp_row_files_conclude(&p->files));
    KP_TRY(report(p, json));
    if (p->run.options->command == KP_CMD_RELEASE)
        kp_prepared_done(&p->run, &p->tally); /* last: whoever is told to run again must be able to */
    return KP_OK;
}

/* A fault after the first bundle undoes none of them. */
static void tell_what_went_out(const struct pipeline *p)
{
    char n[24];
    unsigned placed = 0;
    for (size_t i = 0; i < p->tally.n_accounts; i++)
        for (const struct kp_bundle *b = p->tally.accounts[i]->bundles; b; b = b->next)
            placed += b->placed;
    (void)snprintf(n, sizeof(n), "%u", placed);
    kp_warn(&p->run.ctx->diag, KP_K_WENT_OUT_BEFORE_FAULT, kp_in(p->run.log_path), n);
}

static void tear_down(struct pipeline *p, enum kp_status st)
{
    if (st != KP_OK && p->disclosed)
        tell_what_went_out(p);
    for (size_t i = 0; i < p->tally.n_accounts; i++)
        for (struct kp_bundle *b = p->tally.accounts[i]->bundles; b; b = b->next)
            kp_bundle_abandon(b);
    kp_row_files_abandon(&p->files);
    kp_persons_free(p->seen);
    drop_workers(p);
    kp_ledger_close(&p->ledger);
    /* A run that failed before anything went out leaves no half-written reports behind. */
    if (st != KP_OK && !p->disclosed && p->run.run_folder && p->run.lock_fd >= 0)
        (void)kp_remove_folder(p->run.run_folder);
    if (st != KP_OK && p->run.run_id && p->run.lock_fd >= 0)
        kp_prepared_abandon(&p->run);
    kp_run_tear_down(&p->run);
}

enum kp_status kp_run(const struct kp_run_options *options, const struct kp_env *env,
                      struct kp_result *ret_result)
{
    struct pipeline p = {.ledger = {.log = {.fd = -1}}, .run = {.lock_fd = -1}};
    struct kp_context ctx;
    struct kp_buf json = {0};
    struct kp_result result = {0};
    struct kp_run_options own = *options;
    enum kp_status st = kp_context_init(&ctx, &own.common, env);
    p.run.ctx = &ctx;
    if (st == KP_OK && options->command == KP_CMD_RELEASE)
        st = kp_prepared_load(&ctx, &own);
    if (st == KP_OK)
        st = kp_context_load_tables(&ctx);
    if (st == KP_OK)
        st = kp_run_set_up(&p.run, &ctx, &own);
    if (st == KP_OK)
        st = run_stages(&p, &json);
    if (st == KP_OK)
        st = fill_result(&p, &json, &result);
    tear_down(&p, st);
    st = kp_context_finish(&ctx, st);
    kp_context_release(&ctx);
    kp_buf_release(&json);
    if (st != KP_OK)
        return st;
    *ret_result = result;
    return result.rejected > 0 || result.held > result.held_no_request ? KP_E_ATTENTION : KP_OK;
}

void kp_run_options_defaults(struct kp_run_options *options)
{
    if (!options->output)
        options->output = "out";
    if (!options->sender.number)
        options->sender.number = "6631111116"; /* stands for any employer */
}

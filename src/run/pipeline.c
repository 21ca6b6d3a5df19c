/*
 * One run, in the order of its stages. Read this file first, from kp_run at its end upwards.
 *
 *   drop folder       each file read alone; what can be read becomes the inputs  inbox
 *   prepared inputs   release only: the copies that prepare stored            prepared
 *   set-up            registers, sender, inputs and columns, folders, lock    setup
 *   ledger            verify the logs, mend what a run that died left         ledger, book
 *   persons           of two inputs to join: rows kept and indexed by key      join
 *   personnel         the rows of the personnel master, likewise               personnel
 *   first pass        read of every row no more than whose it is              batches, worker, persons
 *   comparison        rows of one person that differ as bytes: what they say  batches, worker, persons
 *   columns           what digits and numbers in a column are, by all its rows
 *   join              which rows are one person, who was already disclosed    persons
 *   second pass       read again, decide, render, validate, compress; in      batches, worker
 *                     row order into bundles, row files and counts            bundle, row_files, tally
 *   seal              schemas and index into each bundle, to disk, digest     bundle
 *                     letters, copies under a password                        seal, letter, password
 *   release           log entries to disk, bundle into place, what goes with  bundle, companions
 *                     it, release entry
 *   or store          prepare only: bundles and copies of the inputs          prepared
 *   conclude          index of the log, anchor                                ledger
 *   report            report.json, report.html, the caller's result           report
 *   move              what was read leaves the drop folder                    inbox
 *
 * The input is read twice so that memory does not grow with it: whether a row is released can depend on a
 * later row. run.h holds what all stages share. The legal rule is law/rule, called by worker.
 */
#include <inttypes.h>
#include <string.h>

#include "base/status.h"
#include "input/digits.h"
#include "input/facility_defaults.h"
#include "run/batches.h"
#include "run/inbox.h"
#include "run/join.h"
#include "run/ledger.h"
#include "run/personnel.h"
#include "run/persons.h"
#include "run/prepared.h"
#include "run/report.h"
#include "run/row_files.h"
#include "run/seal.h"
#include "run/setup.h"
#include "run/tally.h"

/* The stages that live as long as the run. */
struct pipeline {
    struct kp_run run;
    struct kp_ledger ledger;
    struct kp_persons *persons;
    struct kp_batches batches;
    struct kp_row_files files;
    struct kp_tally tally;
    struct kp_inbox inbox;
    struct kp_result result;
    uint64_t n_released;
};

/* --- first pass --- */

static enum kp_status collect(void *ctx, struct kp_slot *slot)
{
    struct pipeline *p = ctx;
    struct kp_input *input = &p->run.inputs.list[slot->row.file];
    const struct kp_row *row = &slot->row;
    uint8_t facts[KP_SHA256_BYTES] = {0};
    input->dash_is_empty |= slot->sound && slot->record.dash_empty;
    for (size_t i = 0; slot->seen && i < input->mapping.n_columns; i++)
        input->mapping.columns[i].seen |= slot->seen[i];
    if (slot->sound)
        KP_TRY(kp_bearers_add(&p->run.bearers, p->run.ctx, &slot->record));
    if (slot->who.identity)
        KP_TRY(kp_persons_add(p->persons, KP_JOIN_IDENTITY, row, slot->who.identity, slot->whole));
    if (slot->who.name) {
        KP_TRY(kp_persons_add_cards(p->persons, row, &slot->who.cards, slot->whole));
        KP_TRY(kp_persons_add(p->persons, KP_JOIN_NAME, row, slot->who.name, facts));
    }
    if (!slot->who.person)
        return KP_OK;
    if (kp_sha256_of(slot->who.facts, strlen(slot->who.facts), facts) != KP_OK)
        return kp_no_memory(p->run.ctx);
    return kp_persons_add(p->persons, KP_JOIN_PERSON, row, slot->who.person, facts);
}

/* --- rows that resemble each other --- */

static enum kp_status ask_for_row(void *ctx, struct kp_slot *slot)
{
    struct pipeline *p = ctx;
    return kp_persons_resembles(p->persons, slot->row.number, &slot->resembles);
}

static enum kp_status put_row(void *ctx, struct kp_slot *slot)
{
    struct pipeline *p = ctx;
    return slot->resembles ? kp_persons_set_contents(p->persons, slot->row.number, slot->whole) : KP_OK;
}

/* Rows of one person that differ as bytes may say the same: the first pass has not read what they say. */
static enum kp_status compare_rows(struct pipeline *p)
{
    const struct kp_pass pass = {
        .prepare = ask_for_row, .work = kp_worker_compare, .take = put_row, .ctx = p, .extra = true};
    bool any = false;
    KP_TRY(kp_persons_find_resembling(p->persons, &any));
    return any ? kp_batches_pass(&p->batches, &pass) : KP_OK;
}

/* --- columns --- */

/* Decides what only all rows show of the columns, and reports the columns that are not used for it. */
static enum kp_status judge_columns(struct pipeline *p)
{
    struct kp_context *ctx = p->run.ctx;
    KP_TRY(kp_digits_judge(ctx, &p->run.inputs));
    for (size_t i = 0; i < p->run.inputs.n; i++) {
        const struct kp_input *input = &p->run.inputs.list[i];
        for (size_t k = 0; k < input->mapping.n_columns; k++) {
            const struct kp_column *c = &input->mapping.columns[k];
            const struct kp_input *in = kp_input_of(input, c);
            if (c->reading == KP_READING_NUMBERS)
                kp_warn(&ctx->diag, KP_K_NUMBERS_UNUSED, kp_column_at(in->path, in->header_line, c->number),
                        c->remedy);
        }
    }
    return KP_OK;
}

/* --- second pass --- */

static enum kp_status set_marks(void *ctx, struct kp_slot *slot)
{
    struct pipeline *p = ctx;
    KP_TRY(kp_persons_marks(p->persons, slot->row.number, slot->marks));
    const struct kp_mark *identity = &slot->marks[KP_JOIN_IDENTITY], *name = &slot->marks[KP_JOIN_NAME];
    const struct kp_disclosures *a = &identity->disclosures, *b = &name->disclosures;
    const bool same = a->n == 1 && b->n == 1 && a->book == b->book && a->at == b->at;
    slot->told = (struct kp_told){.arena = &slot->arena, .by_identity = true};
    if (a->n > 0)
        KP_TRY(kp_ledger_tell(&p->ledger, identity->key, a, &slot->told));
    slot->told.by_identity = false;
    return b->n > 0 && !same ? kp_ledger_tell(&p->ledger, name->key, b, &slot->told) : KP_OK;
}

static void send(struct pipeline *p, const struct kp_slot *slot, const struct kp_finding *f)
{
    struct kp_diag *diag = &p->run.ctx->diag;
    const enum kp_level level = kp_slot_level(&p->run, slot, f);
    struct kp_place cell = {0};
    if (kp_diag_shows(diag, level))
        cell = kp_slot_cell(&p->run, slot, f);
    struct kp_finding shown = *f; /* its column counts through joined files */
    shown.column = cell.column;
    shown.row = cell.sheet_row;
    kp_diag_send_as(diag, level, p->run.inputs.list[cell.file].path, cell.line, &shown);
}

static enum kp_status take(void *ctx, struct kp_slot *slot)
{
    struct pipeline *p = ctx;
    struct kp_account *account = NULL;
    const char *document = "", *bundle = "";
    if (slot->insurer)
        KP_TRY(kp_tally_account(&p->tally, &p->run, slot->insurer->number, &account));
    if (account && slot->outcome == KP_RELEASED && kp_makes_bundles(p->run.options->command)) {
        KP_TRY(kp_account_add(account, &p->ledger, &p->batches.tools[0], slot, &document));
        bundle = account->last->file_name;
        const bool twice = p->n_released++ % KP_TWICE_EVERY == 0 || account->last->n_documents == 1;
        if (twice && p->run.options->command != KP_CMD_ROSTER)
            KP_TRY(kp_worker_validate_again(&p->run, slot));
    }
    kp_tally_add(&p->tally, &p->run, slot, account);
    for (const struct kp_finding *f = slot->findings.first; f; f = f->next)
        if (!kp_tally_is_repeated(slot, f))
            send(p, slot, f);
    return kp_row_files_add(&p->files, slot, bundle, document);
}

/* An input that was written to between the passes was decided on other contents than were joined. */
static enum kp_status check_unchanged(struct kp_context *ctx, const struct kp_input *input)
{
    uint8_t digest[KP_SHA256_BYTES];
    enum kp_status st = kp_file_sha256(ctx->io, input->place, digest);
    if (st == KP_E_SYSTEM)
        return kp_no_memory(ctx);
    if (st != KP_OK || memcmp(digest, input->probe.sha256, sizeof(digest)) != 0)
        return kp_fail(&ctx->diag, KP_E_INPUT, KP_K_INPUT_CHANGED, kp_in(input->path));
    return KP_OK;
}

/* Warns of what reading all rows of an input has shown. */
static void warn_of_rows(struct kp_context *ctx, const struct kp_input *input)
{
    const uint64_t commented_out = input->comments.n_like_rows;
    if (commented_out)
        kp_warn(&ctx->diag, KP_K_ROWS_COMMENTED_OUT, kp_at(input->path, input->comments.first_like_row),
                kp_arena_printf(&ctx->arena, "%" PRIu64, commented_out));
    if (input->n_headers_again)
        kp_warn(&ctx->diag, KP_K_HEADER_AGAIN, kp_at(input->path, input->first_header_again),
                kp_arena_printf(&ctx->arena, "%" PRIu64, input->n_headers_again));
    if (input->n_rows == 0)
        kp_warn(&ctx->diag, KP_K_INPUT_NO_ROWS, kp_at(input->path, 1));
}

static enum kp_status check_inputs(struct pipeline *p)
{
    const struct kp_inputs *inputs = &p->run.inputs;
    for (size_t i = 0; i < inputs->n + (inputs->master != NULL); i++) {
        const struct kp_input *input = i < inputs->n ? &inputs->list[i] : inputs->master;
        KP_TRY(check_unchanged(p->run.ctx, input));
        warn_of_rows(p->run.ctx, input);
    }
    return KP_OK;
}

static enum kp_status note_person(void *ctx, uint64_t line)
{
    struct pipeline *p = ctx;
    const struct kp_finding finding = {.code = KP_K_PERSON_WITHOUT_RESULTS};
    uint32_t file = 0;
    while (!p->run.inputs.list[file].is_persons)
        file++;
    const struct kp_place place = {.file = file, .line = line};
    kp_tally_note(&p->tally, &p->run, finding.code, place);
    kp_diag_send(&p->run.ctx->diag, p->run.inputs.list[file].path, line, &finding);
    return kp_row_files_note(&p->files, &finding, place);
}

/* Accounts for the persons whom no row of results completes. */
static enum kp_status note_persons(struct pipeline *p)
{
    struct kp_context *ctx = p->run.ctx;
    const uint64_t *n = &p->tally.by_code[KP_K_PERSON_WITHOUT_RESULTS];
    const struct kp_place *first = p->tally.first[KP_K_PERSON_WITHOUT_RESULTS];
    if (!p->run.join)
        return KP_OK;
    KP_TRY(kp_join_each_left(p->run.join, note_person, p));
    if (*n > 0)
        kp_warn(&ctx->diag, KP_K_PERSONS_WITHOUT_RESULTS, kp_in(p->run.inputs.list[first->file].path),
                kp_arena_printf(&ctx->arena, "%" PRIu64, *n),
                kp_arena_printf(&ctx->arena, "%" PRIu64, first->line));
    return KP_OK;
}

/* Sets down, for who reads only the files, which columns a mapping lets go out more freely. */
static enum kp_status note_wider_columns(struct pipeline *p)
{
    for (size_t i = 0; i < p->run.inputs.n; i++) {
        const struct kp_input *input = &p->run.inputs.list[i];
        for (size_t k = 0; k < input->mapping.n_columns; k++) {
            const struct kp_column *c = &input->mapping.columns[k];
            const struct kp_place place = {.file = (uint32_t)i,
                                           .column = c->number,
                                           .line = input->header_line ? input->header_line : 1};
            struct kp_finding finding = {.code = KP_K_WIDER_SCOPE, .column = c->number, .header = c->header};
            if (!c->narrower)
                continue;
            finding.args[0] = c->header;
            finding.args[1] = c->narrower->label;
            finding.args[2] = kp_column_target(&p->run.ctx->tables, c);
            kp_tally_note(&p->tally, &p->run, finding.code, place);
            KP_TRY(kp_row_files_note(&p->files, &finding, place));
        }
    }
    return KP_OK;
}

static enum kp_status second_pass(struct pipeline *p)
{
    const struct kp_pass pass = {.prepare = set_marks,
                                 .work = kp_worker_decide,
                                 .take = take,
                                 .ctx = p,
                                 .done_before = p->run.inputs.total_bytes};
    KP_TRY(kp_row_files_begin(&p->files, &p->run));
    KP_TRY(note_wider_columns(p));
    KP_TRY(kp_batches_pass(&p->batches, &pass));
    KP_TRY(note_persons(p));
    KP_TRY(check_inputs(p));
    uint64_t unmet = kp_tally_consents_unmet(&p->tally, &p->run);
    if (unmet > 0)
        kp_warn(&p->run.ctx->diag, KP_K_CONSENTS_UNMET, kp_in(p->run.options->registers.consents),
                kp_arena_printf(&p->run.ctx->arena, "%" PRIu64, unmet));
    kp_tally_sort(&p->tally);
    return kp_row_files_finish(&p->files);
}

/* --- the run --- */

static enum kp_status deliver(struct pipeline *p)
{
    enum kp_command command = p->run.options->command;
    const struct kp_result *n = &p->tally.totals;
    if (n->read > 0 && p->tally.by_reason[KP_HOLD_NOT_SELECTED] == n->read)
        kp_warn(&p->run.ctx->diag, KP_K_NONE_SELECTED, KP_NOWHERE);
    if (kp_discloses(command)) {
        KP_TRY(kp_tally_release(&p->tally, &p->ledger));
        KP_TRY(kp_ledger_conclude(&p->ledger));
    } else if (command == KP_CMD_PREPARE) {
        KP_TRY(kp_prepared_store(&p->run, &p->tally));
    }
    if (!p->run.options->xsd && kp_makes_bundles(command) && command != KP_CMD_ROSTER &&
        p->tally.totals.released > 0)
        kp_warn(&p->run.ctx->diag, KP_K_PROFILE_SCHEMAS, KP_NOWHERE);
    return KP_OK;
}

static enum kp_status run_stages(struct pipeline *p, struct kp_run_options *options)
{
    const struct kp_pass first_pass = {.work = kp_worker_read, .take = collect, .ctx = p};
    struct kp_context *ctx = p->run.ctx;
    if (options->command == KP_CMD_RELEASE)
        KP_TRY(kp_prepared_load(ctx, options));
    KP_TRY(kp_context_load_tables(ctx));
    KP_TRY(kp_facility_defaults_apply(ctx, options));
    KP_TRY(kp_inbox_open(&p->inbox, ctx, options));
    p->result.nothing_to_read = p->inbox.folder && options->n_inputs + p->inbox.n_of[KP_INBOX_UNREAD] == 0;
    if (p->result.nothing_to_read)
        return KP_OK;
    KP_TRY(kp_run_set_up(&p->run, ctx, options));
    p->run.inbox = &p->inbox;
    kp_prepared_warn_of_old(&p->run);
    KP_TRY(kp_tally_init(&p->tally, &p->run));
    KP_TRY(kp_batches_init(&p->batches, &p->run));
    KP_TRY(kp_persons_new(ctx, p->run.temp, &p->persons));
    KP_TRY(kp_ledger_open(&p->ledger, &p->run));
    kp_run_remove_stale(&p->run, kp_ledger_unfinished_run(&p->ledger));
    KP_TRY(kp_join_new(&p->run, p->run.temp, &p->run.join));
    KP_TRY(kp_personnel_new(&p->run, p->run.temp, &p->run.personnel));
    KP_TRY(kp_batches_pass(&p->batches, &first_pass));
    KP_TRY(compare_rows(p));
    KP_TRY(judge_columns(p));
    KP_TRY(kp_persons_join(p->persons, kp_ledger_count, &p->ledger));
    KP_TRY(second_pass(p));
    kp_batches_each(&p->batches, p->tally.n_accounts, kp_tally_close, &p->tally);
    KP_TRY(kp_tally_seal(&p->tally, &p->batches.tools[0]));
    if (kp_discloses(options->command))
        KP_TRY(kp_seal_all(&p->run, &p->tally));
    KP_TRY(kp_check_cancelled(ctx)); /* for the last time: from here on the run goes to its end */
    KP_TRY(deliver(p));
    KP_TRY(kp_row_files_conclude(&p->files));
    KP_TRY(kp_report_write(&p->run, &p->tally, &p->ledger, &p->result));
    if (options->command == KP_CMD_RELEASE)
        kp_prepared_done(&p->run, &p->tally); /* last, so that a run that failed can be repeated */
    kp_inbox_move(&p->inbox, ctx, options->command);
    p->result.n_not_moved = p->inbox.n_not_moved;
    return KP_OK;
}

/* A failure does not undo what was released; then the run's folder stays, too. */
static void tear_down(struct pipeline *p, enum kp_status st)
{
    unsigned disclosed = kp_discloses(p->run.options->command) ? kp_tally_placed(&p->tally) : 0;
    if (st != KP_OK && disclosed > 0)
        kp_warn(&p->run.ctx->diag, KP_K_WENT_OUT_BEFORE_FAULT, kp_in(p->run.log_path),
                kp_arena_printf(&p->run.ctx->arena, "%u", disclosed));
    kp_tally_abandon(&p->tally);
    kp_row_files_abandon(&p->files);
    kp_persons_free(p->persons);
    kp_join_free(p->run.join);
    kp_personnel_free(p->run.personnel);
    kp_batches_release(&p->batches);
    kp_ledger_close(&p->ledger);
    if (st != KP_OK && p->run.run_id)
        kp_prepared_abandon(&p->run);
    kp_run_leave(&p->run, st != KP_OK && disclosed == 0);
    kp_schemas_free(&p->run.schemas);
    kp_inbox_close(&p->inbox);
}

enum kp_status kp_run(const struct kp_run_options *options, const struct kp_env *env,
                      struct kp_result *ret_result)
{
    struct kp_context ctx;
    struct kp_run_options own = *options;
    struct pipeline p = {.run = {.ctx = &ctx, .options = &own, .lock_fd = -1}, .ledger = {.log = {.fd = -1}}};
    enum kp_status st = kp_context_init(&ctx, &own.common, env);
    if (st == KP_OK)
        st = run_stages(&p, &own);
    tear_down(&p, st);
    st = kp_context_finish(&ctx, st);
    kp_context_release(&ctx);
    if (st != KP_OK) {
        kp_result_free(&p.result);
        return st;
    }
    *ret_result = p.result;
    if (p.result.nothing_to_read)
        return KP_OK;
    if (p.result.n_unread + p.result.n_not_moved > 0)
        return KP_E_ATTENTION;
    bool anchored = strcmp(p.result.anchor, "failed") != 0;
    const uint64_t waiting =
        p.result.held_no_request + p.result.held_not_selected + p.result.held_other_shard;
    return p.result.rejected > 0 || p.result.held > waiting || !anchored ? KP_E_ATTENTION : KP_OK;
}

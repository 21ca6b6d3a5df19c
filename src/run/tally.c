#include "run/tally.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "run/run_entry.h"
#include "run/setup.h"

enum kp_status kp_tally_init(struct kp_tally *tally, struct kp_run *run)
{
    struct kp_arena *arena = &run->ctx->arena;
    size_t n = run->ctx->tables.n_items;
    *tally =
        (struct kp_tally){.notes = {.run = run, .most_variants = 8},
                          .withheld = kp_arena_alloc(arena, n * sizeof(*tally->withheld)),
                          .consent_met = kp_arena_alloc(arena, run->registers.consents.n + 1),
                          .derived = kp_arena_alloc(arena, n * sizeof(*tally->derived)),
                          .first = kp_arena_alloc(arena, KP_CODE_MAX * sizeof(*tally->first)),
                          .accounts = kp_arena_alloc(arena, KP_MAX_INSURERS * sizeof(struct kp_account *))};
    return arena->failed ? kp_no_memory(run->ctx) : KP_OK;
}

enum kp_status kp_tally_account(struct kp_tally *tally, struct kp_run *run, const char *insurer_number,
                                struct kp_account **ret_account)
{
    struct kp_arena *arena = &run->ctx->arena;
    size_t n = run->ctx->tables.n_bases;
    uint32_t at = (uint32_t)tally->n_accounts;
    if (kp_map_get(&tally->account_by_number, insurer_number, &at)) {
        *ret_account = tally->accounts[at];
        return KP_OK;
    }
    if (at == KP_MAX_INSURERS)
        return kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_TOO_MANY_INSURERS, KP_NOWHERE,
                       kp_arena_printf(arena, "%d", KP_MAX_INSURERS));
    const struct kp_scheme *scheme = kp_scheme_of(&run->ctx->tables, insurer_number);
    char *number = kp_arena_strdup(arena, insurer_number);
    const struct kp_insurer *insurer = number ? kp_run_insurer(run, arena, number) : NULL;
    struct kp_account *a = kp_arena_alloc(arena, sizeof(*a));
    if (!a || !insurer || kp_map_put(&tally->account_by_number, arena, number, at) != KP_MAP_ADDED)
        return kp_no_memory(run->ctx);
    *a = (struct kp_account){.insurer = insurer,
                             .scheme = *insurer->scheme ? insurer->scheme
                                       : scheme         ? scheme->scheme
                                                        : "",
                             .by_basis = kp_arena_alloc(arena, n * sizeof(*a->by_basis)),
                             .waiting = kp_arena_alloc(arena, n * sizeof(*a->waiting))};
    if (arena->failed)
        return kp_no_memory(run->ctx);
    *ret_account = tally->accounts[tally->n_accounts++] = a;
    return KP_OK;
}

void kp_tally_note(struct kp_tally *tally, const struct kp_run *run, enum kp_code code, struct kp_place place)
{
    tally->by_code[code]++;
    if (kp_diag_level(&run->ctx->diag, code) == KP_LEVEL_NOTE)
        tally->totals.notes++;
    else
        tally->totals.warnings++;
    kp_place_note(tally->first[code], place);
}

/* Lists a row once: "export.csv:12 :15 :40". */
static void list_for_review(struct kp_tally *tally, const struct kp_run *run, const struct kp_row *row)
{
    struct kp_buf *out = &tally->review;
    if (out->len > KP_REVIEW_BYTES ||
        (tally->last_review.line == row->line && tally->last_review.file == row->file))
        return;
    bool same_file = out->len > 0 && tally->last_review.file == row->file;
    kp_buf_printf(out, "%s%s:%" PRIu64, out->len ? " " : "",
                  same_file ? "" : run->inputs.list[row->file].path, row->line);
    kp_buf_str(out, out->len > KP_REVIEW_BYTES ? " …" : "");
    tally->last_review = (struct kp_place){.file = row->file, .line = row->line};
}

static bool is_of_digits(const struct kp_finding *f)
{
    return f->code == KP_K_DIGITS_UNKNOWN || f->code == KP_K_DIGITS_FOREIGN;
}

bool kp_tally_is_repeated(const struct kp_slot *slot, const struct kp_finding *finding)
{
    const struct kp_finding *f = slot->findings.first;
    if (!is_of_digits(finding))
        return false;
    while (f != finding && !is_of_digits(f))
        f = f->next;
    return f != finding;
}

static void count_findings(struct kp_tally *tally, const struct kp_run *run, const struct kp_slot *slot)
{
    for (const struct kp_finding *f = slot->findings.first; f; f = f->next) {
        enum kp_level level = kp_slot_level(run, slot, f);
        bool lowered = level != kp_diag_level(&run->ctx->diag, f->code);
        /* A missing value has no column: its cell is looked up for the first ones alone. */
        const struct kp_place place = tally->by_code[f->code] < KP_FIRST_PLACES
                                          ? kp_slot_cell(run, slot, f)
                                          : kp_slot_place(run, slot, f->column);
        struct kp_input *input = &run->inputs.list[slot->row.file];
        struct kp_column *column = is_of_digits(f) ? kp_mapping_column(&input->mapping, f->column) : NULL;
        if (column)
            column->n_refused++;
        if (level > KP_LEVEL_NOTE)
            kp_notes_count(&tally->notes, f, place);
        if (kp_tally_is_repeated(slot, f))
            continue;
        if (!lowered) {
            tally->by_code[f->code]++;
            kp_place_note(tally->first[f->code], place);
        }
        if (f->code == KP_K_REVIEW_TEXT)
            list_for_review(tally, run, &slot->row);
        tally->totals.warnings += level == KP_LEVEL_WARN;
        tally->totals.notes += level == KP_LEVEL_NOTE;
    }
}

static void count_release(struct kp_tally *tally, const struct kp_run *run, const struct kp_slot *slot,
                          struct kp_account *a)
{
    const struct kp_decision *d = &slot->decision;
    tally->totals.released++;
    a->documents++;
    a->by_basis[d->basis - run->ctx->tables.bases]++;
    bool any = false;
    for (size_t i = 0; i < run->ctx->tables.n_items; i++) {
        bool withheld = d->ground[i] == KP_GROUND_WITHHELD;
        if (slot->record.values[i].state == KP_VALUE_ABSENT)
            continue;
        tally->withheld[i] += withheld;
        tally->derived[i] += !withheld && slot->record.derived[i];
        any |= withheld;
    }
    tally->withheld_people += any;
    bool known = d->request == NULL;
    for (size_t i = 0; i < a->n_requests && !known; i++)
        known = strcmp(a->request_ids[i], d->request->id) == 0;
    if (!known && a->n_requests < KP_MAX_REQUESTS_NAMED)
        a->request_ids[a->n_requests++] = d->request->id;
}

void kp_tally_add(struct kp_tally *tally, const struct kp_run *run, const struct kp_slot *slot,
                  struct kp_account *account)
{
    count_findings(tally, run, slot);
    for (size_t i = 0; i < slot->concerned.n_consents; i++)
        tally->consent_met[slot->concerned.consents[i]->row] = true;
    tally->totals.read += slot->outcome != KP_DUPLICATE; /* equal rows count once */
    switch (slot->outcome) {
    case KP_RELEASED: count_release(tally, run, slot, account); break;
    case KP_REJECTED: tally->totals.rejected++; break;
    case KP_HELD:
        tally->totals.held++;
        tally->by_reason[slot->reason]++;
        if (account) {
            account->held++;
            account->by_reason[slot->reason]++;
            if (slot->waiting)
                account->waiting[slot->waiting - run->ctx->tables.bases]++;
        }
        break;
    case KP_ALREADY: tally->totals.already_disclosed++; break;
    case KP_DUPLICATE: tally->totals.duplicates++; break;
    }
}

uint64_t kp_tally_consents_unmet(const struct kp_tally *tally, const struct kp_run *run)
{
    uint64_t unmet = run->registers.consents.n;
    for (size_t i = 0; i < run->registers.consents.n; i++)
        unmet -= tally->consent_met[i];
    return unmet;
}

static int by_number(const void *a, const void *b)
{
    const struct kp_account *const *x = a, *const *y = b;
    return strcmp((*x)->insurer->number, (*y)->insurer->number);
}

void kp_tally_sort(struct kp_tally *tally)
{
    if (tally->n_accounts)
        qsort(tally->accounts, tally->n_accounts, sizeof(struct kp_account *), by_number);
}

char *kp_tally_places(const struct kp_tally *tally, const struct kp_run *run, unsigned code,
                      struct kp_arena *arena)
{
    struct kp_buf out = {0};
    const struct kp_place *places = tally->first[code];
    for (size_t i = 0; i < KP_FIRST_PLACES && places[i].line; i++) {
        bool same_file = i > 0 && places[i].file == places[i - 1].file;
        kp_buf_printf(&out, "%s%s:%" PRIu64, i ? " " : "",
                      same_file ? "" : run->inputs.list[places[i].file].path, places[i].line);
    }
    char *text = kp_buf_ok(&out) ? kp_arena_strdup(arena, kp_buf_text(&out)) : kp_arena_fail(arena);
    kp_buf_release(&out);
    return text;
}

/* --- bundles --- */

/* Seals the full bundle before it, which then needs no memory. */
static enum kp_status begin_next(struct kp_account *account, struct kp_ledger *ledger, struct kp_tools *tools)
{
    struct kp_context *ctx = ledger->run->ctx;
    if (account->last)
        KP_TRY(kp_bundle_seal(account->last, tools));
    struct kp_bundle *bundle = kp_arena_alloc(&ctx->arena, sizeof(*bundle));
    if (!bundle)
        return kp_no_memory(ctx);
    if (account->last)
        account->last->next = bundle;
    else
        account->bundles = bundle;
    account->last = bundle;
    return kp_bundle_begin(bundle, ledger->run, ledger, account->insurer);
}

enum kp_status kp_account_add(struct kp_account *account, struct kp_ledger *ledger, struct kp_tools *tools,
                              struct kp_slot *slot, const char **ret_document)
{
    if (!account->last || kp_bundle_is_full(account->last))
        KP_TRY(begin_next(account, ledger, tools));
    return kp_bundle_add(account->last, slot, ret_document);
}

void kp_tally_close(void *ctx, struct kp_tools *tools, size_t i)
{
    const struct kp_tally *tally = ctx;
    if (tally->accounts[i]->last)
        kp_bundle_close(tally->accounts[i]->last, tools);
}

enum kp_status kp_tally_seal(struct kp_tally *tally, struct kp_tools *tools)
{
    for (size_t i = 0; i < tally->n_accounts; i++)
        if (tally->accounts[i]->last)
            KP_TRY(kp_bundle_seal(tally->accounts[i]->last, tools));
    return KP_OK;
}

enum kp_status kp_tally_release(struct kp_tally *tally, struct kp_ledger *ledger)
{
    struct kp_run *run = ledger->run;
    if (kp_sync_folder(run->ctx->io, run->temp) != KP_OK ||
        kp_sync_folder(run->ctx->io, run->output) != KP_OK)
        return kp_write_failed(run->ctx, run->output);
    bool is_first = true;
    for (size_t i = 0; i < tally->n_accounts; i++)
        for (struct kp_bundle *b = tally->accounts[i]->bundles; b; b = b->next) {
            if (is_first)
                KP_TRY(kp_run_entry_add(run, &ledger->log));
            is_first = false;
            KP_TRY(kp_bundle_release(b, &ledger->log));
        }
    if (!is_first && kp_log_sync(&ledger->log) != KP_OK)
        return kp_write_failed(run->ctx, run->log_path);
    return KP_OK;
}

unsigned kp_tally_placed(const struct kp_tally *tally)
{
    unsigned placed = 0;
    for (size_t i = 0; i < tally->n_accounts; i++)
        for (const struct kp_bundle *b = tally->accounts[i]->bundles; b; b = b->next)
            placed += b->placed;
    return placed;
}

void kp_tally_abandon(struct kp_tally *tally)
{
    kp_buf_release(&tally->review);
    for (size_t i = 0; i < tally->n_accounts; i++)
        for (struct kp_bundle *b = tally->accounts[i]->bundles; b; b = b->next)
            kp_bundle_abandon(b);
}

#include "run/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

enum kp_status kp_tally_init(struct kp_tally *tally, struct kp_run *run)
{
    *tally = (struct kp_tally){0};
    tally->withheld = kp_arena_alloc(&run->ctx->arena, run->ctx->tables.n_items * sizeof(*tally->withheld));
    tally->derived = kp_arena_alloc(&run->ctx->arena, run->ctx->tables.n_items * sizeof(*tally->derived));
    tally->first = kp_arena_alloc(&run->ctx->arena, KP_CODE_MAX * sizeof(*tally->first));
    tally->accounts = kp_arena_alloc(&run->ctx->arena, KP_MAX_INSURERS * sizeof(struct kp_account *));
    return tally->withheld && tally->derived && tally->first && tally->accounts ? KP_OK
                                                                                : kp_no_memory(run->ctx);
}

static struct kp_account *new_account(struct kp_run *run, const char *number)
{
    struct kp_account *a = kp_arena_alloc(&run->ctx->arena, sizeof(*a));
    char *copy = kp_arena_strdup(&run->ctx->arena, number);
    if (!a || !copy)
        return NULL;
    a->by_basis = kp_arena_alloc(&run->ctx->arena, run->ctx->tables.n_bases * sizeof(*a->by_basis));
    a->waiting = kp_arena_alloc(&run->ctx->arena, run->ctx->tables.n_bases * sizeof(*a->waiting));
    a->insurer = kp_run_insurer(run, &run->ctx->arena, copy);
    if (!a->by_basis || !a->waiting || !a->insurer)
        return NULL;
    const struct kp_scheme *scheme = kp_scheme_of(&run->ctx->tables, number);
    a->scheme = *a->insurer->scheme ? a->insurer->scheme : scheme ? scheme->scheme : "";
    return a;
}

struct kp_account *kp_tally_account(struct kp_tally *tally, struct kp_run *run, const char *insurer_number)
{
    uint32_t at = 0;
    char limit[16];
    if (kp_map_get(&tally->account_by_number, insurer_number, &at))
        return tally->accounts[at];
    if (tally->n_accounts == KP_MAX_INSURERS) {
        (void)snprintf(limit, sizeof(limit), "%d", KP_MAX_INSURERS);
        (void)kp_fail(&run->ctx->diag, KP_E_SYSTEM, KP_K_TOO_MANY_INSURERS, KP_NOWHERE, limit);
        return NULL;
    }
    struct kp_account *a = new_account(run, insurer_number);
    if (!a || kp_map_put(&tally->account_by_number, &run->ctx->arena, insurer_number,
                         (uint32_t)tally->n_accounts) != KP_MAP_ADDED) {
        (void)kp_no_memory(run->ctx);
        return NULL;
    }
    return tally->accounts[tally->n_accounts++] = a;
}

static void note_place(struct kp_place first[KP_FIRST_PLACES], const struct kp_row *row)
{
    size_t i = 0;
    while (i < KP_FIRST_PLACES && first[i].line &&
           !(first[i].file == row->file && first[i].line == row->line))
        i++;
    if (i < KP_FIRST_PLACES)
        first[i] = (struct kp_place){row->file, row->line};
}

static void count_findings(struct kp_tally *tally, const struct kp_run *run, const struct kp_slot *slot)
{
    for (const struct kp_finding *f = slot->findings.first; f; f = f->next) {
        enum kp_level level = kp_diag_level(&run->ctx->diag, f->code);
        tally->by_code[f->code]++;
        note_place(tally->first[f->code], &slot->row);
        tally->warnings += level == KP_LEVEL_WARN;
        tally->notes += level == KP_LEVEL_NOTE;
    }
}

static void count_release(struct kp_tally *tally, const struct kp_run *run, const struct kp_slot *slot,
                          struct kp_account *a)
{
    const struct kp_decision *d = &slot->decision;
    tally->released++;
    a->documents++;
    a->by_basis[d->basis - run->ctx->tables.bases]++;
    for (size_t i = 0; i < run->ctx->tables.n_items; i++) {
        const struct kp_value *value = &slot->record.values[i];
        tally->withheld[i] += value->state != KP_VALUE_ABSENT && d->ground[i] == KP_GROUND_WITHHELD;
        tally->derived[i] += slot->record.derived[i] && d->ground[i] != KP_GROUND_WITHHELD;
    }
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
    if (slot->outcome == KP_DUPLICATE) {
        tally->duplicates++;
        return; /* an equal row counts once, with the row it copies */
    }
    tally->read++;
    switch (slot->outcome) {
    case KP_RELEASED:
        count_release(tally, run, slot, account);
        break;
    case KP_REJECTED:
        tally->rejected++;
        break;
    case KP_HELD:
        tally->held++;
        tally->by_reason[slot->reason]++;
        account->held++;
        account->by_reason[slot->reason]++;
        if (slot->waiting)
            account->waiting[slot->waiting - run->ctx->tables.bases]++;
        break;
    case KP_ALREADY:
        tally->already++;
        break;
    case KP_DUPLICATE:
        break;
    }
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
    char *text = kp_buf_ok(&out) ? kp_arena_strdup(arena, kp_buf_text(&out)) : NULL;
    kp_buf_release(&out);
    return text;
}

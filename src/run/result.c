#include "run/result.h"

/* Memory runs out in the arena, whose failure is sticky: the functions below return early where they would
 * use NULL, and kp_result_make looks at the arena in the end. */

static void copy_bundles(struct kp_arena *arena, const struct kp_account *a, struct kp_insurer_result *ret)
{
    size_t n = 0;
    for (const struct kp_bundle *b = a->bundles; b; b = b->next)
        n++;
    const char **paths = kp_arena_alloc(arena, (n + 1) * sizeof(*paths));
    ret->bundles = paths;
    for (const struct kp_bundle *b = paths ? a->bundles : NULL; b; b = b->next)
        if (b->placed)
            paths[ret->n_bundles++] = kp_arena_strdup(arena, b->path);
}

/* Copies the counts that are not 0: by basis of the tables or, if these are NULL, by reason. */
static const struct kp_count *copy_counts(struct kp_arena *arena, const struct kp_tables *tables,
                                          const uint64_t *counts, size_t *ret_n)
{
    size_t n = tables ? tables->n_bases : KP_HOLD__COUNT;
    struct kp_count *out = kp_arena_alloc(arena, n * sizeof(*out));
    for (size_t i = 0; out && i < n; i++)
        if (counts[i]) {
            const char *name = tables ? tables->bases[i].id : kp_reason_names[i];
            out[(*ret_n)++] = (struct kp_count){kp_arena_strdup(arena, name), counts[i]};
        }
    return out;
}

static struct kp_insurer_result copy_account(struct kp_arena *arena, const struct kp_tables *tables,
                                             const struct kp_account *a)
{
    struct kp_insurer_result r = {.insurer_number = kp_arena_strdup(arena, a->insurer->number),
                                  .name = kp_arena_strdup(arena, a->insurer->name),
                                  .scheme = kp_arena_strdup(arena, a->scheme),
                                  .documents = a->documents,
                                  .held = a->held};
    copy_bundles(arena, a, &r);
    r.by_basis = copy_counts(arena, tables, a->by_basis, &r.n_bases);
    r.waiting = copy_counts(arena, tables, a->waiting, &r.n_waiting);
    r.by_reason = copy_counts(arena, NULL, a->by_reason, &r.n_reasons);
    return r;
}

static void copy_codes(const struct kp_run *run, const struct kp_tally *tally, struct kp_arena *arena,
                       struct kp_result *r)
{
    const struct kp_catalogue *catalogue = &run->ctx->catalogue;
    struct kp_code_result *codes = kp_arena_alloc(arena, (catalogue->n_rows + 1) * sizeof(*codes));
    r->codes = codes;
    for (int level = KP_LEVEL__COUNT - 1; codes && level >= 0; level--)
        for (size_t i = 0; i < catalogue->n_rows; i++) {
            const struct kp_msg *msg = &catalogue->rows[i];
            if (!tally->by_code[msg->code] ||
                kp_diag_level(&run->ctx->diag, (enum kp_code)msg->code) != (enum kp_level)level)
                continue;
            char *text = kp_diag_general(msg, run->options->common.lang, arena);
            codes[r->n_codes++] =
                (struct kp_code_result){.code = msg->code,
                                        .level = (enum kp_level)level,
                                        .text = text ? text : kp_arena_fail(arena),
                                        .n = tally->by_code[msg->code],
                                        .places = kp_tally_places(tally, run, msg->code, arena)};
        }
}

enum kp_status kp_result_make(const struct kp_run *run, const struct kp_tally *tally,
                              const struct kp_ledger *ledger, struct kp_result *ret_result)
{
    struct kp_arena arena = {0};
    char day[11];
    kp_date_iso(run->as_of, day);
    struct kp_insurer_result *insurers = kp_arena_alloc(&arena, (tally->n_accounts + 1) * sizeof(*insurers));
    for (size_t i = 0; insurers && i < tally->n_accounts; i++)
        insurers[i] = copy_account(&arena, &run->ctx->tables, tally->accounts[i]);
    struct kp_result r = {.run_id = kp_arena_strdup(&arena, run->run_id),
                          .run_folder = kp_arena_strdup(&arena, run->run_folder),
                          .log_path = kp_arena_strdup(&arena, run->log_path),
                          .as_of = kp_arena_strdup(&arena, day),
                          .head_hash = kp_arena_strdup(&arena, kp_ledger_head(ledger)),
                          .read = tally->read,
                          .released = tally->released,
                          .rejected = tally->rejected,
                          .held = tally->held,
                          .held_no_request = tally->by_reason[KP_HOLD_NO_REQUEST],
                          .already_disclosed = tally->already,
                          .duplicates = tally->duplicates,
                          .warnings = tally->warnings,
                          .notes = tally->notes,
                          .insurers = insurers,
                          .n_insurers = tally->n_accounts,
                          .own_schemas = run->options->xsd == NULL};
    r.held_by_reason = copy_counts(&arena, NULL, tally->by_reason, &r.n_reasons);
    copy_codes(run, tally, &arena, &r);
    struct kp_arena *memory = kp_arena_alloc(&arena, sizeof(*memory));
    if (arena.failed) {
        kp_arena_release(&arena);
        return kp_no_memory(run->ctx);
    }
    *memory = arena; /* the arena contains its own descriptor, so freeing begins with a copy */
    r.memory = memory;
    *ret_result = r;
    return KP_OK;
}

void kp_result_free(struct kp_result *result)
{
    if (result->memory) {
        struct kp_arena arena = *(struct kp_arena *)result->memory;
        kp_arena_release(&arena);
    }
    *result = (struct kp_result){0};
}

#include "run/result.h"

#include <string.h>

#include "base/status.h"
#include "tables/names.h"
#include "run/inbox.h"

/* The path of a file beside the bundle, "" if there is none. Fails as copy_bundles. */
static const char *companion(struct kp_arena *arena, const struct kp_bundle *b, enum kp_companion which)
{
    const struct kp_companions of = {b->run->output, b->run->run_id, b->root, b->insurer->number};
    const char *path = kp_companion_path(arena, &of, which, true);
    return path && kp_path_exists(b->run->ctx->io, path) ? path : "";
}

static void add_setting(struct kp_buf *out, const char *option, const char *value)
{
    if (!value)
        return;
    kp_buf_printf(out, "%s%s'", option, *option ? " " : "");
    for (; *value; value++)
        if (*value == '\'')
            kp_buf_str(out, "'\\''");
        else
            kp_buf_add(out, value, 1);
    kp_buf_str(out, "' ");
}

/* Returns the command, quoted for the shell, that logs the handover of the insurer's bundles. */
static const char *next_command(struct kp_arena *arena, const struct kp_run *run,
                                const struct kp_insurer_result *r)
{
    struct kp_buf out = {0};
    if (r->n_bundles == 0 || !kp_discloses(run->options->command))
        return "";
    kp_buf_str(&out, "kenporter handover ");
    add_setting(&out, "-c", run->options->config);
    add_setting(&out, "-o", run->options->output);
    add_setting(&out, "--log", run->options->log);
    kp_buf_str(&out, kp_say(run->ctx, "--to 相手 --means 方法 ", "--to WHO --means HOW "));
    for (size_t i = 0; i < r->n_bundles; i++)
        add_setting(&out, "", *r->sealed[i] ? r->sealed[i] : r->bundles[i]);
    const char *text =
        kp_buf_ok(&out) ? kp_arena_strndup(arena, kp_buf_text(&out), out.len - 1) : kp_arena_fail(arena);
    kp_buf_release(&out);
    return text;
}

/* Failures stick in the arena, which kp_result_make checks at its end. */
static void copy_bundles(struct kp_arena *arena, const struct kp_account *a, struct kp_insurer_result *ret)
{
    size_t n = 0;
    for (const struct kp_bundle *b = a->bundles; b; b = b->next)
        n++;
    const char **paths = kp_arena_alloc(arena, 3 * (n + 1) * sizeof(*paths));
    const char **sealed = paths ? paths + n + 1 : NULL, **letters = paths ? sealed + n + 1 : NULL;
    *ret = (struct kp_insurer_result){.bundles = paths, .sealed = sealed, .letters = letters, .secret = ""};
    for (const struct kp_bundle *b = paths ? a->bundles : NULL; b; b = b->next) {
        if (!b->placed)
            continue;
        ret->secret = companion(arena, b, KP_COMPANION_SECRET);
        sealed[ret->n_bundles] = companion(arena, b, KP_COMPANION_SEALED);
        letters[ret->n_bundles] = companion(arena, b, KP_COMPANION_LETTER);
        paths[ret->n_bundles++] = kp_arena_strdup(arena, b->path);
    }
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

static struct kp_insurer_result copy_account(struct kp_arena *arena, const struct kp_run *run,
                                             const struct kp_account *a)
{
    const struct kp_tables *tables = &run->ctx->tables;
    struct kp_insurer_result r;
    copy_bundles(arena, a, &r);
    r.next = next_command(arena, run, &r);
    r.insurer_number = kp_arena_strdup(arena, a->insurer->number);
    r.name = kp_arena_strdup(arena, a->insurer->name);
    r.scheme = kp_arena_strdup(arena, a->scheme);
    r.documents = a->documents;
    r.held = a->held;
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
            char *text = kp_diag_general(msg->text[run->options->common.lang], arena);
            codes[r->n_codes++] =
                (struct kp_code_result){.code = msg->code,
                                        .level = (enum kp_level)level,
                                        .text = text ? text : kp_arena_fail(arena),
                                        .n = tally->by_code[msg->code],
                                        .places = kp_tally_places(tally, run, msg->code, arena)};
        }
}

/* Returns the kind of examination taken for inputs without a column for it; "" if all have one. */
static const char *kind_by_option(const struct kp_run *run)
{
    enum kp_exam_kind kind = run->options->input.exam_kind;
    for (size_t i = 0; i < run->inputs.n; i++)
        if (!run->inputs.list[i].is_persons &&
            !kp_mapping_has(&run->inputs.list[i].mapping, KP_COL_FIELD, KP_F_EXAM_KIND))
            return kp_exam_kind_names[kind == KP_KIND_AUTO ? KP_KIND_PERIODIC : kind];
    return "";
}

bool kp_column_is_unused(const struct kp_column *column)
{
    return column->kind == KP_COL_UNMAPPED || column->reading == KP_READING_NUMBERS;
}

/* Inputs of one layout share their columns, so only the first of them counts. */
static void copy_unused(const struct kp_run *run, struct kp_arena *arena, struct kp_result *r)
{
    size_t n = 0, layout = 0; /* layouts are numbered in the order of the inputs */
    for (size_t i = 0; i < run->inputs.n; i++)
        n += run->inputs.list[i].mapping.n_columns;
    const char **headers = kp_arena_alloc(arena, (n + 1) * sizeof(*headers));
    r->unused = headers;
    for (size_t i = 0; headers && i < run->inputs.n; i++) {
        const struct kp_mapping *m = &run->inputs.list[i].mapping;
        if (run->inputs.list[i].layout != layout)
            continue;
        layout++;
        for (size_t k = 0; k < m->n_columns; k++)
            if (kp_column_is_unused(&m->columns[k]))
                headers[r->n_unused++] = kp_arena_strdup(arena, m->columns[k].header);
    }
}

static void copy_column(struct kp_arena *arena, const struct kp_tables *tables, const struct kp_input *input,
                        const struct kp_column *c, struct kp_column_result *ret)
{
    struct kp_buf target = {0};
    kp_column_put_target(tables, c, &target);
    *ret = (struct kp_column_result){
        .file = kp_arena_strdup(arena, input->path),
        .number = c->number,
        .header = kp_arena_strdup(arena, *c->header ? c->header : c->second),
        .target = kp_buf_ok(&target) ? kp_arena_strdup(arena, kp_buf_text(&target)) : kp_arena_fail(arena),
        .decision = c->narrower ? "wider" : kp_reading_names[c->reading],
        .rejected = c->n_refused,
        .remedy = kp_arena_strdup(arena, c->remedy ? c->remedy : "")};
    kp_buf_release(&target);
}

static void copy_columns(const struct kp_run *run, struct kp_arena *arena, struct kp_result *r)
{
    const struct kp_inputs *inputs = &run->inputs;
    size_t n = 0;
    for (size_t i = 0; i < inputs->n; i++)
        n += inputs->list[i].mapping.n_columns;
    struct kp_column_result *columns = kp_arena_alloc(arena, (n + 1) * sizeof(*columns));
    r->columns = columns;
    for (size_t i = 0; columns && i < inputs->n; i++)
        for (size_t k = 0; k < inputs->list[i].mapping.n_columns; k++) {
            const struct kp_column *c = &inputs->list[i].mapping.columns[k];
            if (c->reading != KP_READING_PLAIN || c->narrower)
                copy_column(arena, &run->ctx->tables, kp_input_of(&inputs->list[i], c), c,
                            &columns[r->n_columns++]);
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
        insurers[i] = copy_account(&arena, run, tally->accounts[i]);
    struct kp_result r = tally->totals;
    r.run_id = kp_arena_strdup(&arena, run->run_id);
    r.run_folder = kp_arena_strdup(&arena, run->run_folder);
    r.log_path = kp_arena_strdup(&arena, run->log_path);
    r.as_of = kp_arena_strdup(&arena, day);
    r.anchor = ledger->anchor ? ledger->anchor : "none";
    r.head_hash = kp_arena_strdup(&arena, kp_ledger_head(ledger));
    r.held_no_request = tally->by_reason[KP_HOLD_NO_REQUEST];
    r.held_not_selected = tally->by_reason[KP_HOLD_NOT_SELECTED];
    r.held_other_shard = tally->by_reason[KP_HOLD_OTHER_SHARD];
    r.insurers = insurers;
    r.n_insurers = tally->n_accounts;
    r.review = kp_buf_ok(&tally->review) ? kp_arena_strdup(&arena, kp_buf_text(&tally->review))
                                         : kp_arena_fail(&arena);
    r.exam_kind = kp_arena_strdup(&arena, kind_by_option(run));
    r.exam_kind_assumed = *kind_by_option(run) && run->options->input.exam_kind == KP_KIND_AUTO;
    r.own_schemas = run->options->xsd == NULL;
    r.held_by_reason = copy_counts(&arena, NULL, tally->by_reason, &r.n_reasons);
    r.log_entries = kp_ledger_entries(ledger);
    copy_codes(run, tally, &arena, &r);
    kp_inbox_copy(run->inbox, &arena, &r);
    copy_columns(run, &arena, &r);
    copy_unused(run, &arena, &r);
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

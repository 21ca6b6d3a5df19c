#include "run/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/status.h"
#include "tables/names.h"

/* --- the result --- */

/* The path of a file beside the bundle, "" if there is none. Fails as copy_bundles. */
static const char *companion(struct kp_arena *arena, const struct kp_bundle *b, enum kp_companion which)
{
    const struct kp_companions of = {b->run->output, b->run->run_id, b->root, b->insurer->number};
    const char *path = kp_companion_path(arena, &of, which, true);
    return path && kp_path_exists(b->run->ctx->io, path) ? path : "";
}

/* Failures stick in the arena, which make_result checks at its end. */
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

static struct kp_insurer_result copy_account(struct kp_arena *arena, const struct kp_tables *tables,
                                             const struct kp_account *a)
{
    struct kp_insurer_result r;
    copy_bundles(arena, a, &r);
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
            char *text = kp_diag_general(msg, run->options->common.lang, arena);
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

/* Copies what the run did into *ret_result, which owns its memory; report_json is left out. */
static enum kp_status make_result(const struct kp_run *run, const struct kp_tally *tally,
                                  const struct kp_ledger *ledger, struct kp_result *ret_result)
{
    struct kp_arena arena = {0};
    char day[11];
    kp_date_iso(run->as_of, day);
    struct kp_insurer_result *insurers = kp_arena_alloc(&arena, (tally->n_accounts + 1) * sizeof(*insurers));
    for (size_t i = 0; insurers && i < tally->n_accounts; i++)
        insurers[i] = copy_account(&arena, &run->ctx->tables, tally->accounts[i]);
    struct kp_result r = tally->totals;
    r.run_id = kp_arena_strdup(&arena, run->run_id);
    r.run_folder = kp_arena_strdup(&arena, run->run_folder);
    r.log_path = kp_arena_strdup(&arena, run->log_path);
    r.as_of = kp_arena_strdup(&arena, day);
    r.anchor = ledger->anchor ? ledger->anchor : "none";
    r.head_hash = kp_arena_strdup(&arena, kp_ledger_head(ledger));
    r.held_no_request = tally->by_reason[KP_HOLD_NO_REQUEST];
    r.held_not_selected = tally->by_reason[KP_HOLD_NOT_SELECTED];
    r.insurers = insurers;
    r.n_insurers = tally->n_accounts;
    r.review = kp_buf_ok(&tally->review) ? kp_arena_strdup(&arena, kp_buf_text(&tally->review))
                                         : kp_arena_fail(&arena);
    r.exam_kind = kp_arena_strdup(&arena, kind_by_option(run));
    r.exam_kind_assumed = *kind_by_option(run) && run->options->input.exam_kind == KP_KIND_AUTO;
    r.own_schemas = run->options->xsd == NULL;
    r.held_by_reason = copy_counts(&arena, NULL, tally->by_reason, &r.n_reasons);
    copy_codes(run, tally, &arena, &r);
    copy_columns(run, &arena, &r);
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

/* --- JSON --- */

static void json_inputs(struct kp_json *json, const struct kp_run *run)
{
    char hex[KP_SHA256_HEX + 1];
    kp_json_array(json, "inputs", KP_JSON_LINES);
    for (size_t i = 0; i < run->inputs.n; i++) {
        const struct kp_input *input = &run->inputs.list[i];
        bool utf16 = input->probe.encoding == KP_ENC_UTF16LE || input->probe.encoding == KP_ENC_UTF16BE;
        kp_sha256_hex(input->probe.sha256, hex);
        kp_json_object(json, NULL, KP_JSON_INLINE);
        kp_json_string(json, "path", input->path);
        kp_json_string(json, "sha256", hex);
        kp_json_string(json, "encoding", kp_encoding_names[utf16 ? input->probe.encoding : input->encoding]);
        kp_json_u64(json, "rows", input->n_rows);
        kp_json_u64(json, "title_rows", input->n_title_rows);
        kp_json_u64(json, "comment_lines", input->comments.n);
        kp_json_end(json);
    }
    kp_json_end(json);
}

static void json_totals(struct kp_json *json, const struct kp_result *r)
{
    kp_json_object(json, "counts", KP_JSON_INLINE);
    kp_json_u64(json, "read", r->read);
    kp_json_u64(json, "released", r->released);
    kp_json_u64(json, "rejected", r->rejected);
    kp_json_u64(json, "held", r->held);
    kp_json_u64(json, "already_disclosed", r->already_disclosed);
    kp_json_u64(json, "duplicate_rows", r->duplicates);
    kp_json_u64(json, "warnings", r->warnings);
    kp_json_u64(json, "notes", r->notes);
    kp_json_end(json);
}

static void json_counts(struct kp_json *json, const char *key, const struct kp_count *counts, size_t n)
{
    kp_json_object(json, key, KP_JSON_INLINE);
    for (size_t i = 0; i < n; i++)
        kp_json_u64(json, counts[i].name, counts[i].n);
    kp_json_end(json);
}

static const char *code_name(unsigned code, char ret_name[8])
{
    (void)snprintf(ret_name, 8, "K%04u", code);
    return ret_name;
}

static void json_codes(struct kp_json *json, const char *key, const struct kp_result *r, enum kp_level level)
{
    char name[8];
    kp_json_object(json, key, KP_JSON_INLINE);
    for (size_t i = 0; i < r->n_codes; i++)
        if (r->codes[i].level == level)
            kp_json_u64(json, code_name(r->codes[i].code, name), r->codes[i].n);
    kp_json_end(json);
}

static void json_items(struct kp_json *json, const char *key, enum kp_json_layout layout,
                       const struct kp_run *run, const uint64_t *counts)
{
    kp_json_object(json, key, layout);
    for (size_t i = 0; i < run->ctx->tables.n_items; i++)
        if (counts[i])
            kp_json_u64(json, run->ctx->tables.items[i].code, counts[i]);
    kp_json_end(json);
}

static void json_first_lines(struct kp_json *json, const struct kp_run *run, const struct kp_tally *t)
{
    char name[8];
    kp_json_object(json, "first_lines", KP_JSON_TIGHT);
    for (unsigned code = 0; code < KP_CODE_MAX; code++) {
        const struct kp_place *first = t->first[code];
        if (!t->by_code[code] || kp_diag_level(&run->ctx->diag, (enum kp_code)code) == KP_LEVEL_NOTE)
            continue;
        kp_json_array(json, code_name(code, name), KP_JSON_INLINE);
        for (size_t i = 0; i < KP_FIRST_PLACES && first[i].line; i++) {
            kp_json_object(json, NULL, KP_JSON_INLINE);
            kp_json_string(json, "file", run->inputs.list[first[i].file].path);
            kp_json_u64(json, "line", first[i].line);
            kp_json_end(json);
        }
        kp_json_end(json);
    }
    kp_json_end(json);
}

/* Inputs of one layout share their columns, so only the first of them counts. */
static void json_unmapped(struct kp_json *json, const struct kp_run *run)
{
    size_t n_layouts = 0; /* which are numbered in the order of the inputs */
    kp_json_array(json, "unmapped_columns", KP_JSON_INLINE);
    for (size_t i = 0; i < run->inputs.n; i++) {
        const struct kp_mapping *m = &run->inputs.list[i].mapping;
        if (run->inputs.list[i].layout != n_layouts)
            continue;
        n_layouts++;
        for (size_t k = 0; k < m->n_columns; k++)
            if (m->columns[k].kind == KP_COL_UNMAPPED || m->columns[k].reading == KP_READING_NUMBERS)
                kp_json_string(json, NULL, m->columns[k].header);
    }
    kp_json_end(json);
}

static void json_columns(struct kp_json *json, const struct kp_result *r)
{
    kp_json_array(json, "columns", KP_JSON_LINES);
    for (const struct kp_column_result *c = r->columns; c < r->columns + r->n_columns; c++) {
        kp_json_object(json, NULL, KP_JSON_INLINE);
        kp_json_string(json, "file", c->file);
        kp_json_u64(json, "column", c->number);
        kp_json_string(json, "header", c->header);
        kp_json_string(json, "target", c->target);
        kp_json_string(json, "decision", c->decision);
        kp_json_u64(json, "rejected", c->rejected);
        kp_json_string(json, "remedy", c->remedy);
        kp_json_end(json);
    }
    kp_json_end(json);
}

/* The first bundle also by itself, as nearly every insurer has one. */
static void json_bundles(struct kp_json *json, const struct kp_account *a)
{
    const struct kp_bundle *first = a->bundles && a->bundles->placed ? a->bundles : NULL;
    kp_json_string(json, "bundle", first ? first->file_name : "");
    kp_json_string(json, "sha256", first ? first->sha256 : "");
    kp_json_array(json, "bundles", KP_JSON_INLINE);
    for (const struct kp_bundle *b = first; b && b->placed; b = b->next) {
        kp_json_object(json, NULL, KP_JSON_INLINE);
        kp_json_string(json, "bundle", b->file_name);
        kp_json_string(json, "sha256", b->sha256);
        kp_json_u64(json, "documents", b->n_documents);
        kp_json_end(json);
    }
    kp_json_end(json);
}

static void json_account(struct kp_json *json, const struct kp_account *a, const struct kp_insurer_result *r)
{
    kp_json_object(json, NULL, KP_JSON_INLINE);
    kp_json_string(json, "insurer_number", r->insurer_number);
    kp_json_string(json, "scheme", r->scheme);
    kp_json_array(json, "request_ids", KP_JSON_INLINE);
    for (size_t i = 0; i < a->n_requests; i++)
        kp_json_string(json, NULL, a->request_ids[i]);
    kp_json_end(json);
    json_bundles(json, a);
    kp_json_u64(json, "documents", r->documents);
    kp_json_u64(json, "held", r->held);
    json_counts(json, "by_basis", r->by_basis, r->n_bases);
    json_counts(json, "waiting_by_basis", r->waiting, r->n_waiting);
    json_counts(json, "held_by_reason", r->by_reason, r->n_reasons);
    kp_json_end(json);
}

static void json_recovered(struct kp_json *json, const struct kp_recovery *r)
{
    kp_json_object(json, "recovered", KP_JSON_INLINE);
    kp_json_bool(json, "torn_line", r->torn_line);
    kp_json_string(json, "completed", r->completed ? r->bundle : "");
    kp_json_string(json, "voided", r->completed ? "" : r->bundle);
    kp_json_end(json);
}

static void write_json(const struct kp_run *run, const struct kp_tally *tally, const struct kp_ledger *ledger,
                       const struct kp_result *r, struct kp_buf *out)
{
    struct kp_json json = {.out = out};
    char law_checked_on[11];
    kp_date_iso(run->ctx->tables.law_checked_on, law_checked_on);
    int64_t seconds = run->ctx->env->now(run->ctx->env->ctx) - run->started;
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_string(&json, "run_id", r->run_id);
    kp_json_string(&json, "version", KP_VERSION);
    kp_json_string(&json, "command", kp_command_names[run->options->command]);
    kp_json_string(&json, "as_of", r->as_of);
    kp_json_string(&json, "age_rule", kp_age_rule_names[run->policy.age_rule]);
    kp_json_string(&json, "membership", kp_membership_names[run->policy.membership]);
    kp_json_string(&json, "tables_sha256", run->ctx->tables.sha256);
    kp_json_bool(&json, "tables_builtin", run->ctx->tables.builtin);
    kp_json_string(&json, "law_checked_on", law_checked_on);
    kp_json_string(&json, "exam_kind", *r->exam_kind ? r->exam_kind : "by_column");
    kp_json_bool(&json, "exam_kind_assumed", r->exam_kind_assumed);
    kp_json_string(&json, "schemas", r->own_schemas ? "profile" : "official");
    json_inputs(&json, run);
    json_totals(&json, r);
    json_codes(&json, "rejected_by_code", r, KP_LEVEL_REJECT);
    json_codes(&json, "warnings_by_code", r, KP_LEVEL_WARN);
    json_first_lines(&json, run, tally);
    json_counts(&json, "held_by_reason", r->held_by_reason, r->n_reasons);
    kp_json_u64(&json, "consents_unmet", kp_tally_consents_unmet(tally, run));
    json_items(&json, "withheld_items", KP_JSON_TIGHT, run, tally->withheld);
    json_items(&json, "derived_items", KP_JSON_INLINE, run, tally->derived);
    json_unmapped(&json, run);
    json_columns(&json, r);
    kp_json_array(&json, "insurers", KP_JSON_LINES);
    for (size_t i = 0; i < r->n_insurers; i++)
        json_account(&json, tally->accounts[i], &r->insurers[i]);
    kp_json_end(&json);
    json_recovered(&json, &ledger->recovery);
    kp_json_u64(&json, "log_entries", kp_ledger_entries(ledger));
    kp_json_string(&json, "log_head", r->head_hash);
    kp_json_string(&json, "anchor", r->anchor);
    kp_json_u64(&json, "seconds", seconds > 0 ? (uint64_t)seconds : 0);
    kp_json_end(&json);
}

/* --- HTML --- */

/* places: a third text column, or NULL. */
static void row(struct kp_buf *out, const char *name, const char *what, const char *places, uint64_t n)
{
    kp_buf_str(out, "<tr><td>");
    kp_buf_html(out, name);
    kp_buf_str(out, "</td><td>");
    kp_buf_html(out, what);
    kp_buf_str(out, places ? "</td><td>" : "");
    kp_buf_html(out, places ? places : "");
    kp_buf_printf(out, "</td><td class=n>%" PRIu64 "</td></tr>\n", n);
}

static void html_accounts(const struct kp_context *ctx, const struct kp_tally *t, const struct kp_result *r,
                          struct kp_buf *out)
{
    kp_buf_printf(
        out, "<h2>%s</h2>\n<table><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr>\n",
        kp_say(ctx, "保険者別", "By insurer"), kp_say(ctx, "保険者", "insurer"), kp_say(ctx, "根拠", "basis"),
        kp_say(ctx, "文書", "documents"), kp_say(ctx, "保留", "held"), kp_say(ctx, "送付ファイル", "bundle"));
    for (size_t i = 0; i < r->n_insurers; i++) {
        const struct kp_insurer_result *n = &r->insurers[i];
        kp_buf_printf(out, "<tr><td>%s ", n->insurer_number);
        kp_buf_html(out, n->name);
        kp_buf_str(out, "</td><td>");
        for (size_t k = 0; k < n->n_bases; k++)
            kp_buf_printf(out, "%s %" PRIu64 " ", n->by_basis[k].name, n->by_basis[k].n);
        kp_buf_printf(out, "</td><td class=n>%" PRIu64 "</td><td class=n>%" PRIu64 "</td><td>", n->documents,
                      n->held);
        for (const struct kp_bundle *b = t->accounts[i]->bundles; b && b->placed; b = b->next)
            kp_buf_printf(out, "%s%s", b == t->accounts[i]->bundles ? "" : "<br>", b->file_name);
        kp_buf_str(out, "</td></tr>\n");
    }
    kp_buf_str(out, "</table>\n");
}

static void html_codes(const struct kp_context *ctx, const struct kp_result *r, struct kp_buf *out)
{
    char name[8];
    kp_buf_printf(out, "<h2>%s</h2>\n<table>\n", kp_say(ctx, "要修正・保留・警告", "Rejected, held, warned"));
    for (unsigned code = 0; code < KP_CODE_MAX; code++)
        for (const struct kp_code_result *c = r->codes; c < r->codes + r->n_codes; c++)
            if (c->code == code && c->level != KP_LEVEL_NOTE)
                row(out, code_name(code, name), c->text, c->places, c->n);
    kp_buf_str(out, "</table>\n");
}

static void html_tables(const struct kp_run *run, struct kp_buf *out)
{
    const struct kp_context *ctx = run->ctx;
    char day[11];
    kp_date_iso(ctx->tables.law_checked_on, day);
    if (!ctx->tables.builtin) {
        kp_buf_printf(out, "<p><strong>%s</strong> ",
                      kp_say(ctx, "内蔵の表ではない表で判定しました:",
                             "Decided by tables that are not the built-in ones:"));
        kp_buf_html(out, ctx->tables.changed);
        kp_buf_str(out, "</p>\n");
    }
    if (kp_law_is_old(&ctx->tables, run->as_of))
        kp_buf_printf(out, "<p>%s %s</p>\n",
                      kp_say(ctx, "法令を確認した日から1年を過ぎています:",
                             "The law was last read more than a year before:"),
                      day);
}

static void html_review(const struct kp_context *ctx, const struct kp_result *r, struct kp_buf *out)
{
    if (!*r->review)
        return;
    kp_buf_printf(
        out, "<h2>%s</h2>\n<p>%s</p>\n<p>", kp_say(ctx, "確認を要する文", "Texts to review"),
        kp_say(ctx, "提供する文に家族か特に配慮を要する病気が含まれる行です。項目は notes.csv にあります。",
               "Rows in which a text that goes out names relatives or a most sensitive illness; "
               "notes.csv has the items."));
    kp_buf_html(out, r->review);
    kp_buf_str(out, "</p>\n");
}

static void html_derived(const struct kp_context *ctx, const struct kp_tally *t, struct kp_buf *out)
{
    bool any = false;
    for (size_t i = 0; i < ctx->tables.n_items; i++) {
        if (!t->derived[i])
            continue;
        if (!any)
            kp_buf_printf(out, "<h2>%s</h2>\n<table>\n",
                          kp_say(ctx, "他の値から計算して補った項目", "Items computed from other values"));
        any = true;
        row(out, ctx->tables.items[i].code, ctx->tables.items[i].name, NULL, t->derived[i]);
    }
    kp_buf_str(out, any ? "</table>\n" : "");
}

static void html_recovered(const struct kp_context *ctx, const struct kp_recovery *r, struct kp_buf *out)
{
    if (r->torn_line)
        kp_buf_printf(out, "<p>%s</p>\n",
                      kp_say(ctx, "以前の実行が止まったため、提供記録の書きかけの最終行を取り除きました。",
                             "An earlier run died: a torn last line was removed from the disclosure log."));
    if (!*r->bundle)
        return;
    kp_buf_printf(
        out, "<p>%s ",
        r->completed
            ? kp_say(ctx, "以前の実行が送付直後に止まったため、送付の記録を補いました:",
                     "An earlier run died after it released this bundle; its release entry was added:")
            : kp_say(ctx, "以前の実行が送付前に止まったため、その記録を無効にしました:",
                     "An earlier run died before it released this bundle; its entries were voided:"));
    kp_buf_html(out, r->bundle);
    kp_buf_str(out, "</p>\n");
}

static void write_html(const struct kp_run *run, const struct kp_tally *tally,
                       const struct kp_recovery *recovery, const struct kp_result *r, struct kp_buf *out)
{
    const struct kp_context *ctx = run->ctx;
    kp_buf_printf(
        out,
        "<!DOCTYPE html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>kenporter %s</title>\n"
        "<style>body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}"
        "table{border-collapse:collapse;width:100%%}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}"
        ".n{text-align:right}code{word-break:break-all}</style>\n<h1>kenporter %s %s</h1>\n",
        kp_say(ctx, "ja", "en"), run->run_id, kp_command_names[run->options->command], run->run_id);
    kp_buf_printf(out, "<p>%s %s</p>\n<table>\n", kp_say(ctx, "提供日", "day of disclosure"), r->as_of);
    row(out, kp_say(ctx, "読込", "read"), "", NULL, r->read);
    row(out, kp_say(ctx, "提供", "released"), "", NULL, r->released);
    row(out, kp_say(ctx, "要修正", "rejected"), "rejected.csv", NULL, r->rejected);
    row(out, kp_say(ctx, "保留", "held"), "held.csv", NULL, r->held);
    row(out, kp_say(ctx, "提供済み", "already disclosed"), "decisions.csv", NULL, r->already_disclosed);
    if (run->registers.consents.n > 0)
        row(out, kp_say(ctx, "誰にも当たらない同意の行", "rows of the consent register that name nobody"),
            kp_say(ctx, "同意台帳", "consent register"), NULL, kp_tally_consents_unmet(tally, run));
    kp_buf_str(out, "</table>\n");
    html_tables(run, out);
    if (r->exam_kind_assumed)
        kp_buf_printf(
            out, "<p>%s</p>\n",
            kp_say(ctx, "健診種別の列がないため、定期健康診断(安衛則44条)とみなしました([input] exam_kind)。",
                   "No column gives the kind of examination: the periodic one (安衛則 art. 44) was "
                   "assumed ([input] exam_kind)."));
    html_accounts(ctx, tally, r, out);
    html_codes(ctx, r, out);
    html_review(ctx, r, out);
    html_derived(ctx, tally, out);
    const struct kp_msg *profile = kp_catalogue_find(&ctx->catalogue, KP_K_PROFILE_SCHEMAS);
    if (profile && r->own_schemas && kp_makes_bundles(run->options->command) &&
        run->options->command != KP_CMD_ROSTER)
        kp_buf_printf(out, "<p>%s<br>%s</p>\n", profile->text[run->options->common.lang],
                      profile->remedy[run->options->common.lang]);
    html_recovered(ctx, recovery, out);
    kp_buf_printf(out, "<p>%s <code>%s</code></p></html>\n",
                  kp_say(ctx, "提供記録の末尾ハッシュ", "head of the log"), r->head_hash);
}

/* --- files --- */

static enum kp_status write_file(const struct kp_run *run, const char *name, const struct kp_buf *bytes)
{
    struct kp_context *ctx = run->ctx;
    char *path = kp_arena_printf(&ctx->arena, "%s/%s", run->run_folder, name);
    if (!path || !kp_buf_ok(bytes))
        return kp_no_memory(ctx);
    if (kp_write_file(ctx->io, path, kp_buf_text(bytes), bytes->len) != KP_OK)
        return kp_write_failed(ctx, path);
    return KP_OK;
}

enum kp_status kp_report_write(const struct kp_run *run, const struct kp_tally *tally,
                               const struct kp_ledger *ledger, struct kp_result *ret_result)
{
    enum kp_status st = KP_OK;
    struct kp_buf json = {0}, html = {0};
    struct kp_result result;
    KP_TRY(make_result(run, tally, ledger, &result));
    write_json(run, tally, ledger, &result, &json);
    write_html(run, tally, &ledger->recovery, &result, &html);
    KP_TRY_OUT(write_file(run, "report.json", &json));
    KP_TRY_OUT(write_file(run, "report.html", &html));
    result.report_json = kp_arena_strdup(result.memory, kp_buf_text(&json));
    if (!result.report_json)
        st = kp_no_memory(run->ctx);
out:
    if (st == KP_OK)
        *ret_result = result;
    else
        kp_result_free(&result);
    kp_buf_release(&json);
    kp_buf_release(&html);
    return st;
}

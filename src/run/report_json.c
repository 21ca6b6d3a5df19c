#include "run/report_json.h"
#include "run/inbox.h"

#include <stdio.h>

#include "base/json.h"
#include "tables/names.h"
#include "run/notes.h"

static void json_input(struct kp_json *json, const char *key, const struct kp_input *input)
{
    char hex[KP_SHA256_HEX + 1];
    bool utf16 = input->probe.encoding == KP_ENC_UTF16LE || input->probe.encoding == KP_ENC_UTF16BE;
    kp_sha256_hex(input->probe.sha256, hex);
    kp_json_object(json, key, KP_JSON_INLINE);
    kp_json_string(json, "path", input->path);
    kp_json_string(json, "sha256", hex);
    kp_json_string(json, "encoding", kp_encoding_names[utf16 ? input->probe.encoding : input->encoding]);
    kp_json_u64(json, "rows", input->n_rows);
    kp_json_u64(json, "title_rows", input->n_title_rows);
    kp_json_u64(json, "comment_lines", input->comments.n);
    kp_json_end(json);
}

static void json_inputs(struct kp_json *json, const struct kp_run *run)
{
    kp_json_array(json, "inputs", KP_JSON_LINES);
    for (size_t i = 0; i < run->inputs.n; i++)
        json_input(json, NULL, &run->inputs.list[i]);
    kp_json_end(json);
    if (run->inputs.master)
        json_input(json, "master", run->inputs.master);
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
    kp_json_u64(json, "inputs_unreadable", r->n_unread);
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
            kp_json_string(json, "cell", kp_cell_text(run->ctx, first[i]));
            kp_json_end(json);
        }
        kp_json_end(json);
    }
    kp_json_end(json);
}

static void json_unmapped(struct kp_json *json, const struct kp_result *r)
{
    kp_json_array(json, "unmapped_columns", KP_JSON_INLINE);
    for (size_t i = 0; i < r->n_unused; i++)
        kp_json_string(json, NULL, r->unused[i]);
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

void kp_report_json(const struct kp_report *report, struct kp_buf *out)
{
    const struct kp_run *run = report->run;
    const struct kp_tally *tally = report->tally;
    const struct kp_ledger *ledger = report->ledger;
    const struct kp_result *r = report->result;
    struct kp_json json = {.out = out};
    char law_checked_on[11];
    kp_date_iso(run->ctx->tables.law_checked_on, law_checked_on);
    int64_t seconds = run->ctx->env->now(run->ctx->env->ctx) - run->started;
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_u64(&json, "schema_version", 1);
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
    kp_inbox_report(r, &json);
    json_totals(&json, r);
    json_codes(&json, "rejected_by_code", r, KP_LEVEL_REJECT);
    json_codes(&json, "warnings_by_code", r, KP_LEVEL_WARN);
    json_first_lines(&json, run, tally);
    json_counts(&json, "held_by_reason", r->held_by_reason, r->n_reasons);
    kp_json_u64(&json, "consents_unmet", kp_tally_consents_unmet(tally, run));
    json_items(&json, "withheld_items", KP_JSON_TIGHT, run, tally->withheld);
    kp_json_u64(&json, "withheld_people", tally->withheld_people);
    json_items(&json, "derived_items", KP_JSON_INLINE, run, tally->derived);
    json_unmapped(&json, r);
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

#include "run/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"

static const char *const COMMANDS[] = {[KP_CMD_CHECK] = "check",
                                       [KP_CMD_EXPORT] = "export",
                                       [KP_CMD_PREPARE] = "prepare",
                                       [KP_CMD_RELEASE] = "release"};
static const char *const ENCODINGS[] = {[KP_ENC_AUTO] = "auto",
                                        [KP_ENC_CP932] = "cp932",
                                        [KP_ENC_UTF8] = "utf-8",
                                        [KP_ENC_UTF16LE] = "utf-16le",
                                        [KP_ENC_UTF16BE] = "utf-16be"};

/* --- JSON --- */

static void key(struct kp_buf *out, const char *name, const char *before)
{
    kp_buf_str(out, before);
    kp_buf_json(out, name);
    kp_buf_str(out, ": ");
}

static void string(struct kp_buf *out, const char *name, const char *value, const char *before)
{
    key(out, name, before);
    kp_buf_json(out, value);
}

static void number(struct kp_buf *out, const char *name, uint64_t value, const char *before)
{
    key(out, name, before);
    kp_buf_u64(out, value);
}

static void inputs(const struct kp_run *run, struct kp_buf *out)
{
    char hex[KP_SHA256_HEX + 1];
    key(out, "inputs", ",\n  ");
    kp_buf_char(out, '[');
    for (size_t i = 0; i < run->inputs.n; i++) {
        const struct kp_input *input = &run->inputs.list[i];
        kp_sha256_hex(input->probe.sha256, hex);
        string(out, "path", input->path, i ? ",\n    {" : "\n    {");
        string(out, "sha256", hex, ", ");
        bool utf16 = input->probe.encoding == KP_ENC_UTF16LE || input->probe.encoding == KP_ENC_UTF16BE;
        string(out, "encoding", ENCODINGS[utf16 ? input->probe.encoding : input->encoding], ", ");
        number(out, "rows", input->n_rows, ", ");
        number(out, "title_rows", input->n_title_rows, ", ");
        number(out, "comment_lines", input->comments.n, ", ");
        kp_buf_char(out, '}');
    }
    kp_buf_str(out, "\n  ]");
}

static void counts(const struct kp_tally *t, struct kp_buf *out)
{
    key(out, "counts", ",\n  ");
    number(out, "read", t->read, "{");
    number(out, "released", t->released, ", ");
    number(out, "rejected", t->rejected, ", ");
    number(out, "held", t->held, ", ");
    number(out, "already_disclosed", t->already, ", ");
    number(out, "duplicate_rows", t->duplicates, ", ");
    number(out, "warnings", t->warnings, ", ");
    number(out, "notes", t->notes, ", ");
    kp_buf_char(out, '}');
}

static void codes(const struct kp_run *run, const struct kp_tally *t, const char *name, enum kp_level level,
                  struct kp_buf *out)
{
    const char *before = "";
    key(out, name, ",\n  ");
    kp_buf_char(out, '{');
    for (unsigned code = 0; code < KP_CODE_MAX; code++) {
        const struct kp_msg *msg = t->by_code[code] ? kp_catalogue_find(&run->ctx->catalogue, code) : NULL;
        if (!msg || kp_diag_level(&run->ctx->diag, (enum kp_code)code) != level)
            continue;
        kp_buf_printf(out, "%s\"K%04u\": %" PRIu64, before, code, t->by_code[code]);
        before = ", ";
    }
    kp_buf_char(out, '}');
}

static void reasons(const struct kp_tally *t, struct kp_buf *out)
{
    const char *before = "";
    key(out, "held_by_reason", ",\n  ");
    kp_buf_char(out, '{');
    for (size_t i = 0; i < KP_HOLD__COUNT; i++)
        if (t->by_reason[i]) {
            number(out, kp_reason_names[i], t->by_reason[i], before);
            before = ", ";
        }
    kp_buf_char(out, '}');
}

static void withheld(const struct kp_run *run, const struct kp_tally *t, struct kp_buf *out)
{
    const char *before = "\n    ";
    key(out, "withheld_items", ",\n  ");
    kp_buf_char(out, '{');
    for (size_t i = 0; i < run->ctx->tables.n_items; i++)
        if (t->withheld[i]) {
            number(out, run->ctx->tables.items[i].code, t->withheld[i], before);
            before = ",\n    ";
        }
    kp_buf_char(out, '}');
}

static void derived(const struct kp_run *run, const struct kp_tally *t, struct kp_buf *out)
{
    const char *before = "";
    key(out, "derived_items", ",\n  ");
    kp_buf_char(out, '{');
    for (size_t i = 0; i < run->ctx->tables.n_items; i++)
        if (t->derived[i]) {
            number(out, run->ctx->tables.items[i].code, t->derived[i], before);
            before = ", ";
        }
    kp_buf_char(out, '}');
}

static void first_lines(const struct kp_run *run, const struct kp_tally *t, struct kp_buf *out)
{
    const char *before = "\n    ";
    key(out, "first_lines", ",\n  ");
    kp_buf_char(out, '{');
    for (unsigned code = 0; code < KP_CODE_MAX; code++) {
        if (!t->by_code[code] || kp_diag_level(&run->ctx->diag, (enum kp_code)code) == KP_LEVEL_NOTE)
            continue;
        kp_buf_printf(out, "%s\"K%04u\": [", before, code);
        for (size_t i = 0; i < KP_FIRST_PLACES && t->first[code][i].line; i++) {
            string(out, "file", run->inputs.list[t->first[code][i].file].path, i ? ", {" : "{");
            number(out, "line", t->first[code][i].line, ", ");
            kp_buf_char(out, '}');
        }
        kp_buf_char(out, ']');
        before = ",\n    ";
    }
    kp_buf_char(out, '}');
}

static void unmapped(const struct kp_run *run, struct kp_buf *out)
{
    const char *before = "";
    key(out, "unmapped_columns", ",\n  ");
    kp_buf_char(out, '[');
    for (size_t i = 0; i < run->inputs.n; i++)
        for (size_t k = 0; k < run->inputs.list[i].mapping.n_columns; k++) {
            const struct kp_column *c = &run->inputs.list[i].mapping.columns[k];
            bool first_of_layout = true;
            for (size_t j = 0; j < i; j++)
                first_of_layout &= run->inputs.list[j].layout != run->inputs.list[i].layout;
            if (c->kind != KP_COL_UNMAPPED || !first_of_layout)
                continue;
            kp_buf_str(out, before);
            kp_buf_json(out, c->header);
            before = ", ";
        }
    kp_buf_char(out, ']');
}

static void bases(const struct kp_run *run, const char *name, const uint64_t *counts, struct kp_buf *out)
{
    const char *before = "";
    key(out, name, ", ");
    kp_buf_char(out, '{');
    for (size_t i = 0; i < run->ctx->tables.n_bases; i++)
        if (counts[i]) {
            number(out, run->ctx->tables.bases[i].id, counts[i], before);
            before = ", ";
        }
    kp_buf_char(out, '}');
}

/* The first by itself, as nearly every insurer has one; all of them in a list. */
static void bundles(const struct kp_account *a, struct kp_buf *out)
{
    const struct kp_bundle *first = a->bundles && a->bundles->placed ? a->bundles : NULL;
    string(out, "bundle", first ? first->file_name : "", ", ");
    string(out, "sha256", first ? first->sha256 : "", ", ");
    key(out, "bundles", ", ");
    for (const struct kp_bundle *b = first; b && b->placed; b = b->next) {
        string(out, "bundle", b->file_name, b == first ? "[{" : ", {");
        string(out, "sha256", b->sha256, ", ");
        number(out, "documents", b->n_documents, ", ");
        kp_buf_char(out, '}');
    }
    kp_buf_str(out, first ? "]" : "[]");
}

static void account(const struct kp_run *run, const struct kp_account *a, struct kp_buf *out)
{
    const char *before = "";
    string(out, "insurer_number", a->insurer->number, "{");
    string(out, "scheme", a->scheme, ", ");
    key(out, "request_ids", ", ");
    kp_buf_char(out, '[');
    for (size_t i = 0; i < a->n_requests; i++) {
        kp_buf_str(out, before);
        kp_buf_json(out, a->request_ids[i]);
        before = ", ";
    }
    kp_buf_char(out, ']');
    bundles(a, out);
    number(out, "documents", a->documents, ", ");
    number(out, "held", a->held, ", ");
    bases(run, "by_basis", a->by_basis, out);
    bases(run, "waiting_by_basis", a->waiting, out);
    key(out, "held_by_reason", ", ");
    kp_buf_char(out, '{');
    before = "";
    for (size_t i = 0; i < KP_HOLD__COUNT; i++)
        if (a->by_reason[i]) {
            number(out, kp_reason_names[i], a->by_reason[i], before);
            before = ", ";
        }
    kp_buf_str(out, "}}");
}

/* What an earlier run that died had left, and what became of it. */
static void recovered(const struct kp_recovery *r, struct kp_buf *out)
{
    key(out, "recovered", ",\n  ");
    key(out, "torn_line", "{");
    kp_buf_str(out, r->torn_line ? "true" : "false");
    string(out, "completed", r->completed ? r->bundle : "", ", ");
    string(out, "voided", r->completed ? "" : r->bundle, ", ");
    kp_buf_char(out, '}');
}

void kp_report_json(const struct kp_run *run, const struct kp_tally *tally, const struct kp_ledger *ledger,
                    int64_t finished, struct kp_buf *out)
{
    char day[11];
    kp_date_iso(run->as_of, day);
    string(out, "run_id", run->run_id, "{\n  ");
    string(out, "version", KP_VERSION, ",\n  ");
    string(out, "command", COMMANDS[run->options->command], ",\n  ");
    string(out, "as_of", day, ",\n  ");
    string(out, "age_rule", run->policy.age_rule == KP_AGE_STATUTE ? "statute" : "birthday", ",\n  ");
    string(out, "tables_sha256", run->ctx->tables.sha256, ",\n  ");
    string(out, "schemas", run->options->xsd ? "official" : "profile", ",\n  ");
    inputs(run, out);
    counts(tally, out);
    codes(run, tally, "rejected_by_code", KP_LEVEL_REJECT, out);
    codes(run, tally, "warnings_by_code", KP_LEVEL_WARN, out);
    first_lines(run, tally, out);
    reasons(tally, out);
    withheld(run, tally, out);
    derived(run, tally, out);
    unmapped(run, out);
    key(out, "insurers", ",\n  ");
    kp_buf_char(out, '[');
    for (size_t i = 0; i < tally->n_accounts; i++) {
        kp_buf_str(out, i ? ",\n    " : "\n    ");
        account(run, tally->accounts[i], out);
    }
    kp_buf_str(out, "\n  ]");
    recovered(&ledger->recovery, out);
    number(out, "log_entries", kp_ledger_entries(ledger), ",\n  ");
    string(out, "log_head", kp_ledger_head(ledger), ",\n  ");
    number(out, "seconds", finished > run->started ? (uint64_t)(finished - run->started) : 0, ",\n  ");
    kp_buf_str(out, "\n}\n");
}

/* --- HTML --- */

static const char *say(const struct kp_run *run, const char *ja, const char *en)
{
    return run->options->common.lang == KP_LANG_JA ? ja : en;
}

/* With the lines it was said of first. */
static void code_row(const struct kp_run *run, const struct kp_tally *t, const struct kp_msg *msg,
                     struct kp_buf *out)
{
    struct kp_arena arena = {0};
    unsigned code = msg->code;
    const char *what = kp_diag_general(msg, run->options->common.lang, &arena);
    const char *places = kp_tally_places(t, run, code, &arena);
    kp_buf_printf(out, "<tr><td>K%04u</td><td>", code);
    kp_buf_html(out, what ? what : "");
    kp_buf_str(out, "</td><td>");
    kp_buf_html(out, places ? places : "");
    kp_buf_printf(out, "</td><td class=n>%" PRIu64 "</td></tr>\n", t->by_code[code]);
    kp_arena_release(&arena);
}

static void row(struct kp_buf *out, const char *name, const char *what, uint64_t n)
{
    kp_buf_str(out, "<tr><td>");
    kp_buf_html(out, name);
    kp_buf_str(out, "</td><td>");
    kp_buf_html(out, what);
    kp_buf_printf(out, "</td><td class=n>%" PRIu64 "</td></tr>\n", n);
}

static void html_accounts(const struct kp_run *run, const struct kp_tally *t, struct kp_buf *out)
{
    kp_buf_printf(
        out, "<h2>%s</h2>\n<table><tr><th>%s</th><th>%s</th><th>%s</th><th>%s</th><th>%s</th></tr>\n",
        say(run, "保険者別", "By insurer"), say(run, "保険者", "insurer"), say(run, "根拠", "basis"),
        say(run, "文書", "documents"), say(run, "保留", "held"), say(run, "送付ファイル", "bundle"));
    for (size_t i = 0; i < t->n_accounts; i++) {
        const struct kp_account *a = t->accounts[i];
        struct kp_buf names = {0};
        for (const struct kp_bundle *b = a->bundles; b && b->placed; b = b->next)
            kp_buf_printf(&names, "%s%s", names.len ? "<br>" : "", b->file_name);
        kp_buf_printf(out, "<tr><td>%s ", a->insurer->number);
        kp_buf_html(out, a->insurer->name);
        kp_buf_str(out, "</td><td>");
        for (size_t k = 0; k < run->ctx->tables.n_bases; k++)
            if (a->by_basis[k])
                kp_buf_printf(out, "%s %" PRIu64 " ", run->ctx->tables.bases[k].id, a->by_basis[k]);
        kp_buf_printf(out, "</td><td class=n>%" PRIu64 "</td><td class=n>%" PRIu64 "</td><td>%s</td></tr>\n",
                      a->documents, a->held, names.len ? kp_buf_text(&names) : "");
        kp_buf_release(&names);
    }
    kp_buf_str(out, "</table>\n");
}

static void html_codes(const struct kp_run *run, const struct kp_tally *t, struct kp_buf *out)
{
    kp_buf_printf(out, "<h2>%s</h2>\n<table>\n", say(run, "却下・保留・警告", "Rejected, held, warned"));
    for (unsigned code = 0; code < KP_CODE_MAX; code++) {
        const struct kp_msg *msg = t->by_code[code] ? kp_catalogue_find(&run->ctx->catalogue, code) : NULL;
        if (!msg || kp_diag_level(&run->ctx->diag, (enum kp_code)code) == KP_LEVEL_NOTE)
            continue;
        code_row(run, t, msg, out);
    }
    kp_buf_str(out, "</table>\n");
}

static void html_derived(const struct kp_run *run, const struct kp_tally *t, struct kp_buf *out)
{
    const char *title = say(run, "他の値から計算して補った項目", "Items computed from other values");
    for (size_t i = 0; i < run->ctx->tables.n_items; i++) {
        if (!t->derived[i])
            continue;
        if (title)
            kp_buf_printf(out, "<h2>%s</h2>\n<table>\n", title);
        title = NULL;
        row(out, run->ctx->tables.items[i].code, run->ctx->tables.items[i].name, t->derived[i]);
    }
    kp_buf_str(out, title ? "" : "</table>\n");
}

static void html_recovered(const struct kp_run *run, const struct kp_recovery *r, struct kp_buf *out)
{
    if (r->torn_line)
        kp_buf_printf(out, "<p>%s</p>\n",
                      say(run, "以前の実行が止まったため、提供記録の書きかけの最終行を取り除きました。",
                          "An earlier run died: a torn last line was removed from the disclosure log."));
    if (!*r->bundle)
        return;
    kp_buf_printf(out, "<p>%s ",
                  r->completed
                      ? say(run, "以前の実行が送付直後に止まったため、送付の記録を補いました:",
                            "An earlier run died after it released this bundle; its release entry was added:")
                      : say(run, "以前の実行が送付前に止まったため、その記録を無効にしました:",
                            "An earlier run died before it released this bundle; its entries were voided:"));
    kp_buf_html(out, r->bundle);
    kp_buf_str(out, "</p>\n");
}

void kp_report_html(const struct kp_run *run, const struct kp_tally *tally, const struct kp_ledger *ledger,
                    struct kp_buf *out)
{
    char day[11];
    kp_date_iso(run->as_of, day);
    kp_buf_printf(
        out,
        "<!DOCTYPE html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>kenporter %s</title>\n"
        "<style>body{font-family:sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}"
        "table{border-collapse:collapse;width:100%%}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}"
        ".n{text-align:right}code{word-break:break-all}</style>\n<h1>kenporter %s %s</h1>\n",
        say(run, "ja", "en"), run->run_id, COMMANDS[run->options->command], run->run_id);
    kp_buf_printf(out, "<p>%s %s</p>\n<table>\n", say(run, "提供日", "day of disclosure"), day);
    row(out, say(run, "読込", "read"), "", tally->read);
    row(out, say(run, "提供", "released"), "", tally->released);
    row(out, say(run, "却下", "rejected"), "rejected.csv", tally->rejected);
    row(out, say(run, "保留", "held"), "held.csv", tally->held);
    row(out, say(run, "提供済み", "already disclosed"), "decisions.csv", tally->already);
    kp_buf_str(out, "</table>\n");
    html_accounts(run, tally, out);
    html_codes(run, tally, out);
    html_derived(run, tally, out);
    const struct kp_msg *profile = kp_catalogue_find(&run->ctx->catalogue, KP_K_PROFILE_SCHEMAS);
    if (profile && !run->options->xsd && kp_makes_bundles(run->options->command))
        kp_buf_printf(out, "<p>%s<br>%s</p>\n", profile->text[run->options->common.lang],
                      profile->remedy[run->options->common.lang]);
    html_recovered(run, &ledger->recovery, out);
    kp_buf_printf(out, "<p>%s <code>%s</code></p></html>\n",
                  say(run, "提供記録の末尾ハッシュ", "head of the log"), kp_ledger_head(ledger));
}

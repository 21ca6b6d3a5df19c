#include "log/audit_output.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/scan.h"
#include "base/status.h"
#include "log/audit_filter.h"
#include "log/detail.h"

enum { PRINT_AT_BYTES = 1 << 16, NAME_BYTES = 32 };

/* --- names of columns and events for people --- */

struct label {
    const char *name, *text[2]; /* by enum kp_lang */
};

static const char *find_label(const struct kp_audit_output *out, const struct label *labels, size_t n,
                              const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(labels[i].name, name) == 0)
            return labels[i].text[out->ctx->common->lang];
    return name;
}

static const char *column_label(const struct kp_audit_output *out, const char *name)
{
    static const struct label labels[] = {
        {"seq", {"no.", "番号"}},
        {"day", {"day", "日"}},
        {"event", {"event", "区分"}},
        {"state", {"state", "状態"}},
        {"recipient", {"recipient", "提供先"}},
        {"bundle", {"bundle", "送付ファイル"}},
        {"person", {"person", "本人"}},
        {"exam_date", {"examined on", "健診実施日"}},
        {"ground", {"ground", "根拠"}},
        {"told", {"items", "提供した項目"}},
        {"withdrawn_on", {"withdrawn on", "撤回日"}},
        {"also_told", {"also told", "別の提供先"}},
        {"within_request", {"within the request", "提供依頼の範囲内"}},
        {"why", {"why not", "理由"}},
        {"not_in_log", {"limits that the log cannot show", "記録では確かめられない限定"}},
        {"keep_until", {"keep until", "保存期限"}},
        {"bundle_state", {"bundle", "送付ファイルの状態"}},
        {"reply_code", {"code", "返戻コード"}},
        {"reply_meaning", {"returned for", "返戻理由"}},
        {"replied_on", {"replied on", "回答日"}},
        {"disclosed_on", {"disclosed on", "提供日"}},
        {"provisions", {"provisions", "条文"}},
        {"items", {"items", "項目"}},
        {"item_names", {"items", "項目"}},
        {"insurer_number", {"insurer", "保険者番号"}},
        {"released_on", {"released on", "作成日"}},
        {"documents", {"documents", "件数"}},
        {"on", {"on", "その日"}},
        {"to", {"to", "相手"}},
        {"means", {"means", "方法"}},
        {"note", {"note", "備考"}},
        {"fiscal_year", {"fiscal year", "年度"}},
        {"sex", {"sex", "性別"}},
        {"age_group", {"age", "年齢"}},
        {"people", {"people", "人数"}},
        {"provision", {"provision", "根拠条文"}},
        {"owed", {"record owed", "作成義務"}},
        {"consent_ids", {"consents", "同意"}},
        {"consent_kinds", {"kinds of consent", "同意の種類"}},
        {"consent_given_on", {"given on", "同意日"}},
        {"consent_evidence", {"evidence", "同意の証拠"}},
        {"recipient_number", {"recipient's number", "提供先の保険者番号"}},
        {"recipient_name", {"recipient", "提供先"}},
        {"recipient_address", {"its address", "提供先の住所"}},
        {"recipient_representative", {"its representative", "提供先の代表者"}},
        {"employee_id", {"employee", "社員番号"}},
        {"insured_symbol", {"symbol", "記号"}},
        {"insured_number", {"number", "番号"}},
        {"insured_branch", {"branch", "枝番"}},
        {"name_kana", {"name", "カナ氏名"}},
        {"birth_date", {"born on", "生年月日"}},
        {"document", {"document", "文書"}},
        {"log_seq", {"log entry", "記録の番号"}},
        {"log_hash", {"its hash", "記録のハッシュ"}},
    };
    return find_label(out, labels, KP_COUNT(labels), name);
}

static bool is_for_people(const struct kp_audit_output *out)
{
    return out->format == KP_AUDIT_HTML || out->format == KP_AUDIT_TABLE;
}

/* Events, states of bundles, sexes. */
const char *kp_audit_label(const struct kp_audit_output *out, const char *word)
{
    static const struct label labels[] = {
        {"disclose", {"disclosed", "提供"}},
        {"again", {"disclosed again", "再提供"}},
        {"correct", {"corrected", "訂正"}},
        {"release", {"released", "送付ファイル作成"}},
        {"void", {"voided", "無効"}},
        {"run", {"run", "実行"}},
        {"handover", {"handed over", "引渡し"}},
        {"received", {"received", "受領"}},
        {"returned", {"returned", "返却"}},
        {"recalled", {"recalled", "回収"}},
        {"purge", {"purged", "削除"}},
        {"released", {"released", "提供済み"}},
        {"voided", {"voided", "無効"}},
        {"unfinished", {"unfinished", "未完了"}},
        {"male", {"male", "男"}},
        {"female", {"female", "女"}},
        {"all", {"all", "計"}},
    };
    return is_for_people(out) ? find_label(out, labels, KP_COUNT(labels), word) : word;
}

/* A text that lacked memory must not be printed in part. */
static void reset_text(struct kp_audit_output *out)
{
    out->buf.failed |= out->text.failed;
    kp_buf_reset(&out->text);
}

/* Returns the cell of a column, for people with the words for its ids. */
static const char *shown_cell(struct kp_audit_output *out, const char *name, const char *cell)
{
    static const struct {
        const char *column, *kind;
    } kinds[] = {{"owed", "word"},
                 {"within_request", "word"},
                 {"consent_kinds", "consent_kind"},
                 {"why", "column"},
                 {"not_in_log", "column"}};
    const struct kp_diag *diag = &out->ctx->diag;
    const char *kind = NULL, *list = cell;
    for (size_t i = 0; i < KP_COUNT(kinds); i++)
        if (strcmp(kinds[i].column, name) == 0)
            kind = kinds[i].kind;
    if (!kind || !*cell || !is_for_people(out) || diag->lang != KP_LANG_JA)
        return cell;
    if (kp_term(diag, "detail", cell) != cell)
        return kp_term(diag, "detail", cell);
    reset_text(out);
    kp_arena_reset(&out->scratch);
    for (struct kp_word word; kp_next_word(&list, " ", &word);) {
        const char *id = kp_arena_strndup(&out->scratch, word.at, word.n);
        kp_buf_printf(&out->text, "%s%s", out->text.len ? " " : "", id ? kp_term(diag, kind, id) : "");
    }
    out->text.failed |= out->scratch.failed;
    return kp_buf_text(&out->text);
}

/* --- pages and tables --- */

void kp_audit_page(struct kp_audit_output *out, const char *title)
{
    struct kp_buf *buf = &out->buf;
    if (out->format != KP_AUDIT_HTML)
        return;
    kp_buf_printf(buf, "<!DOCTYPE html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>",
                  kp_say(out->ctx, "ja", "en"));
    kp_buf_html(buf, title);
    kp_buf_str(buf,
               "</title>\n<meta name=\"viewport\" content=\"width=device-width\">\n"
               "<style>:root{color-scheme:light dark}body{font-family:sans-serif;max-width:80em;"
               "margin:2em auto;padding:0 1em}table{border-collapse:collapse;width:100%;margin-bottom:1em}"
               "td,th{border:1px solid #888;padding:.3em .6em;text-align:left;vertical-align:top;"
               "overflow-wrap:anywhere}h1{font-size:1.4em}p,h1{overflow-wrap:anywhere}"
               "tr{break-inside:avoid}thead{display:table-header-group}"
               "@page{size:A4 landscape;margin:12mm}"
               "@media print{:root{color-scheme:light}body{margin:0;max-width:none;font-size:8pt}}</style>\n"
               "<h1>");
    kp_buf_html(buf, title);
    kp_buf_str(buf, "</h1>\n");
}

void kp_audit_end_page(struct kp_audit_output *out)
{
    if (out->format == KP_AUDIT_HTML)
        kp_buf_str(&out->buf, "</html>\n");
}

void kp_audit_note(struct kp_audit_output *out, const char *text)
{
    if (out->format == KP_AUDIT_HTML) {
        kp_buf_str(&out->buf, "<p>");
        kp_buf_html(&out->buf, text);
        kp_buf_str(&out->buf, "</p>\n");
    } else if (out->format == KP_AUDIT_TABLE) {
        kp_buf_printable(&out->buf, text);
        kp_buf_char(&out->buf, '\n');
    }
}

const char *kp_audit_basis(const struct kp_diag *diag, const char *id)
{
    return diag->lang == KP_LANG_JA ? kp_term(diag, "basis", id) : id;
}

void kp_audit_padded(struct kp_buf *buf, const char *cell, size_t width)
{
    kp_buf_printable(buf, cell);
    for (size_t n = kp_text_columns(cell); n < width; n++)
        kp_buf_char(buf, ' ');
    kp_buf_str(buf, width ? " " : "");
}

/* One of the cells of a line, in columns as wide as most of their values. */
static void add_line_cell(struct kp_buf *buf, const char *cell, bool last)
{
    enum { COLUMNS = 11 };
    kp_audit_padded(buf, *cell ? cell : "-", last ? 0 : COLUMNS);
}

/* Takes the next name off the list; false at its end. */
static bool next_name(const char **names, char ret_name[NAME_BYTES])
{
    struct kp_word word;
    if (!kp_next_word(names, ",", &word))
        return false;
    (void)snprintf(ret_name, NAME_BYTES, "%.*s", (int)word.n, word.at);
    return true;
}

void kp_audit_columns(struct kp_audit_output *out, const char *names, bool blocks)
{
    char name[NAME_BYTES];
    out->buf.failed |= out->names.failed;
    kp_buf_reset(&out->names);
    kp_buf_str(&out->names, names);
    out->blocks = blocks;
    if (out->format == KP_AUDIT_CSV)
        kp_buf_printf(&out->buf, "%s\n", names);
    bool html = out->format == KP_AUDIT_HTML;
    if (!html && (out->format != KP_AUDIT_TABLE || blocks || !*names))
        return;
    kp_buf_str(&out->buf, html ? "<table><thead><tr>" : "");
    while (next_name(&names, name)) {
        if (!html) {
            add_line_cell(&out->buf, column_label(out, name), *names == '\0');
            continue;
        }
        kp_buf_str(&out->buf, "<th>");
        kp_buf_html(&out->buf, column_label(out, name));
        kp_buf_str(&out->buf, "</th>");
    }
    kp_buf_str(&out->buf, html ? "</tr></thead>\n" : "\n");
}

void kp_audit_end_columns(struct kp_audit_output *out)
{
    if (out->format == KP_AUDIT_HTML)
        kp_buf_str(&out->buf, "</table>\n");
}

static void add_html_cell(struct kp_audit_output *out, const char *cell)
{
    kp_buf_str(&out->buf, "<td>");
    kp_arena_reset(&out->scratch);
    for (const char *line = cell; *line;) {
        size_t n = strcspn(line, "\n");
        const char *alone = kp_arena_strndup(&out->scratch, line, n);
        kp_buf_html(&out->buf, alone ? alone : "");
        out->buf.failed |= !alone;
        line += n;
        if (*line && *++line)
            kp_buf_str(&out->buf, "<br>");
    }
    kp_buf_str(&out->buf, "</td>");
}

void kp_audit_row(struct kp_audit_output *out, const char *const *cells)
{
    struct kp_json json = {.out = &out->buf};
    const char *names = kp_buf_text(&out->names);
    char name[NAME_BYTES];
    if (out->format == KP_AUDIT_JSONL)
        kp_json_object(&json, NULL, KP_JSON_INLINE);
    if (out->format == KP_AUDIT_HTML)
        kp_buf_str(&out->buf, "<tr>");
    for (; next_name(&names, name); cells++) {
        switch (out->format) {
        case KP_AUDIT_JSONL: kp_json_string(&json, name, *cells); break;
        case KP_AUDIT_CSV:
            kp_buf_sheet_cell(&out->buf, *cells);
            kp_buf_str(&out->buf, *names ? "," : "");
            break;
        case KP_AUDIT_HTML: add_html_cell(out, shown_cell(out, name, *cells)); break;
        case KP_AUDIT_TABLE:
            if (!out->blocks) {
                add_line_cell(&out->buf, shown_cell(out, name, *cells), *names == '\0');
                break;
            }
            kp_audit_padded(&out->buf, out->ctx->common->lang == KP_LANG_JA ? column_label(out, name) : name,
                            24);
            kp_buf_printable(&out->buf, shown_cell(out, name, *cells));
            kp_buf_char(&out->buf, '\n');
        }
    }
    if (out->format == KP_AUDIT_JSONL)
        kp_json_end(&json);
    else
        kp_buf_str(&out->buf, out->format == KP_AUDIT_HTML ? "</tr>\n" : "\n");
}

/* --- entries --- */

void kp_audit_item_names(const struct kp_context *ctx, const char *codes, struct kp_buf *out)
{
    char code[NAME_BYTES];
    size_t from = out->len;
    for (struct kp_word word; kp_next_word(&codes, " ", &word);) {
        (void)snprintf(code, sizeof(code), "%.*s", (int)word.n, word.at);
        const struct kp_item *item = kp_item_find(&ctx->tables, code);
        kp_buf_printf(out, "%s%s", out->len > from ? "、" : "", item ? item->name : code);
    }
}

const char *kp_audit_rostered(const struct kp_context *ctx)
{
    return kp_say(ctx, "対象者名簿(記号・番号・氏名・生年月日・受診日・健診機関。検査結果なし)",
                  "listed in a roster (card, name, birth, day and place of the examination; no results)");
}

static const char *ground_of_items(const struct kp_audit_output *out, size_t ground)
{
    static const char *const texts[KP_AUDIT_GROUNDS][2] = {
        {"duty", "法令"}, {"form", "様式"}, {"consent", "同意"}, {"requested", "提供依頼"}};
    return texts[ground][out->ctx->common->lang];
}

/* Appends what people want to know of an entry that is not about a person. */
static void add_detail(struct kp_audit_output *out, const char *const *c, struct kp_buf *text)
{
    static const char *const keys[] = {"command", "user", "host", "officer",    "backdate", "to",
                                       "means",   "note", "on",   "settled_by", "before"};
    const char *value = NULL, *before = "";
    kp_arena_reset(&out->scratch);
    for (size_t i = 0; i < KP_COUNT(keys); i++) {
        if (!kp_detail_get(&out->scratch, c[KP_LOG_DETAIL], keys[i], &value))
            continue;
        kp_buf_printf(text, "%s%s=%s", before, kp_term(&out->ctx->diag, "detail_key", keys[i]), value);
        before = " ";
    }
    text->failed |= out->scratch.failed;
}

/* Appends a day of the log, which has eight digits, with hyphens. */
static void add_day(struct kp_buf *text, const char *day)
{
    if (kp_is_digits(day, 8))
        kp_buf_printf(text, "%.4s-%.2s-%.2s", day, day + 4, day + 6);
    else
        kp_buf_str(text, day);
}

static void add_table_line(struct kp_audit_output *out, const char *const *c, const char *state,
                           const struct kp_audit_extras *extras)
{
    static const enum kp_log_column more[] = {
        KP_LOG_REQUEST_ID,     KP_LOG_EMPLOYEE_ID, KP_LOG_INSURED_SYMBOL, KP_LOG_INSURED_NUMBER,
        KP_LOG_INSURED_BRANCH, KP_LOG_EXAM_DATE,   KP_LOG_NAME_KANA};
    struct kp_buf *buf = &out->buf;
    const struct kp_diag *diag = &out->ctx->diag;
    bool ja = diag->lang == KP_LANG_JA;
    kp_buf_printf(buf, "%6s  %.10s  ", c[KP_LOG_SEQ], c[KP_LOG_TIME]);
    kp_audit_padded(buf, kp_term(diag, "event", c[KP_LOG_EVENT]), ja ? 17 : 9);
    kp_audit_padded(buf, kp_term(diag, "event", state), 11);
    kp_buf_printf(buf, "%s  ", c[KP_LOG_INSURER_NUMBER]);
    kp_audit_padded(buf, kp_audit_basis(diag, c[KP_LOG_BASIS_ID]), ja ? 15 : 11);
    kp_buf_printable(buf, c[KP_LOG_BUNDLE]);
    for (size_t i = 0; i < KP_COUNT(more) && kp_log_is_disclosure(c); i++) {
        kp_buf_str(buf, "  ");
        kp_buf_printable(buf, *c[more[i]] ? c[more[i]] : "-");
    }
    if (!kp_log_is_disclosure(c) && *c[KP_LOG_DETAIL]) {
        reset_text(out);
        add_detail(out, c, &out->text);
        kp_buf_str(buf, "  ");
        kp_buf_printable(buf, kp_buf_text(&out->text));
    }
    for (size_t i = 0; i < extras->n; i++) {
        const char *cell = shown_cell(out, extras->names[i], extras->cells[i]);
        kp_buf_printf(buf, "  %s=", ja ? column_label(out, extras->names[i]) : extras->names[i]);
        kp_buf_printable(buf, *cell ? cell : "-");
    }
    kp_buf_char(buf, '\n');
}

/* Who was told what, below the line of the entry. */
static void add_item_lines(struct kp_audit_output *out, const char *const *c)
{
    kp_buf_str(&out->buf, "        ");
    kp_buf_printable(&out->buf, c[KP_LOG_RECIPIENT]);
    kp_buf_str(&out->buf, "  ");
    kp_buf_printable(&out->buf, c[KP_LOG_PROVISIONS]);
    if (kp_log_is_roster(c))
        kp_buf_printf(&out->buf, "\n        %s", kp_audit_rostered(out->ctx));
    kp_buf_char(&out->buf, '\n');
    for (size_t i = 0; i < KP_AUDIT_GROUNDS; i++) {
        if (!*c[kp_audit_told[i]])
            continue;
        reset_text(out);
        kp_audit_item_names(out->ctx, c[kp_audit_told[i]], &out->text);
        kp_buf_printf(&out->buf, "        %s: ", ground_of_items(out, i));
        kp_buf_printable(&out->buf, kp_buf_text(&out->text));
        kp_buf_char(&out->buf, '\n');
    }
}

/* Adds a piece of a cell of several, and the NUL at its end if it is the last one. */
static void add_piece(struct kp_buf *text, const char *before, const char *piece)
{
    if (*piece)
        kp_buf_printf(text, "%s%s", text->len && text->data[text->len - 1] ? before : "", piece);
}

enum { HTML_COLUMNS = 10 };
#define HTML_NAMES "seq,day,event,state,recipient,bundle,person,exam_date,ground,told"

/* Fills text with the cells of a row, each with a NUL. */
static void fill_html(struct kp_audit_output *out, const char *const *c, const char *state,
                      struct kp_buf *text)
{
    static const enum kp_log_column persons[] = {KP_LOG_EMPLOYEE_ID, KP_LOG_INSURED_SYMBOL,
                                                 KP_LOG_INSURED_NUMBER, KP_LOG_INSURED_BRANCH};
    bool same_day = strncmp(c[KP_LOG_AS_OF], c[KP_LOG_TIME], 10) == 0 || !*c[KP_LOG_AS_OF];
    kp_buf_printf(text, "%s%c%.10s", c[KP_LOG_SEQ], 0, c[KP_LOG_TIME]);
    if (!same_day)
        kp_buf_printf(text, "\n(%s %s)", kp_say(out->ctx, "判定日", "as of"), c[KP_LOG_AS_OF]);
    kp_buf_printf(text, "%c%s%c%s%c", 0, kp_audit_label(out, c[KP_LOG_EVENT]), 0, kp_audit_label(out, state),
                  0);
    add_piece(text, "", c[KP_LOG_INSURER_NUMBER]);
    add_piece(text, "\n", c[KP_LOG_RECIPIENT]);
    kp_buf_printf(text, "%c%s", 0, c[KP_LOG_BUNDLE]);
    add_piece(text, "\n", c[KP_LOG_DOCUMENT]);
    kp_buf_char(text, '\0');
    add_piece(text, "", c[KP_LOG_NAME_KANA]);
    kp_buf_str(text, *c[KP_LOG_BIRTH_DATE] ? "\n" : "");
    add_day(text, c[KP_LOG_BIRTH_DATE]);
    for (size_t i = 0; i < KP_COUNT(persons); i++)
        add_piece(text, "\n", c[persons[i]]);
    kp_buf_char(text, '\0');
    add_day(text, c[KP_LOG_EXAM_DATE]);
    kp_buf_char(text, '\0');
    add_piece(text, "", kp_term(&out->ctx->diag, "basis", c[KP_LOG_BASIS_ID]));
    add_piece(text, "\n", c[KP_LOG_REQUEST_ID]);
    add_piece(text, "\n", c[KP_LOG_PROVISIONS]);
    add_piece(text, "\n", c[KP_LOG_CONSENT_IDS]);
    add_piece(text, "\n", kp_term(&out->ctx->diag, "reason", c[KP_LOG_REASON]));
    kp_buf_char(text, '\0');
    if (kp_log_is_disclosure(c) && kp_log_is_roster(c))
        kp_buf_str(text, kp_audit_rostered(out->ctx));
    for (size_t i = 0; i < KP_AUDIT_GROUNDS; i++) {
        if (!*c[kp_audit_told[i]])
            continue;
        add_piece(text, "\n", ground_of_items(out, i));
        kp_buf_str(text, ": ");
        kp_audit_item_names(out->ctx, c[kp_audit_told[i]], text);
    }
    if (!kp_log_is_disclosure(c))
        add_detail(out, c, text);
    kp_buf_char(text, '\0');
}

static void add_html_entry(struct kp_audit_output *out, const char *const *c, const char *state,
                           const struct kp_audit_extras *extras)
{
    const char *cells[HTML_COLUMNS + KP_AUDIT_MAX_EXTRAS];
    struct kp_buf text = {0};
    fill_html(out, c, state, &text);
    const char *at = kp_buf_text(&text);
    for (size_t i = 0; i < HTML_COLUMNS && kp_buf_ok(&text); i++, at += strlen(at) + 1)
        cells[i] = at;
    memcpy(cells + HTML_COLUMNS, extras->cells, sizeof(extras->cells));
    if (kp_buf_ok(&text))
        kp_audit_row(out, cells);
    out->buf.failed |= text.failed;
    kp_buf_release(&text);
}

void kp_audit_entry_columns(struct kp_audit_output *out, const struct kp_audit_extras *extras)
{
    static const char *const names[] = {[KP_AUDIT_TABLE] = "",
                                        [KP_AUDIT_CSV] = KP_LOG_HEADER ",state",
                                        [KP_AUDIT_JSONL] = KP_LOG_HEADER ",log,state",
                                        [KP_AUDIT_HTML] = HTML_NAMES};
    struct kp_buf all = {0};
    kp_buf_str(&all, names[out->format]);
    for (size_t i = 0; i < extras->n && out->format != KP_AUDIT_TABLE; i++)
        kp_buf_printf(&all, ",%s", extras->names[i]);
    kp_audit_columns(out, kp_buf_text(&all), false);
    out->buf.failed |= all.failed;
    kp_buf_release(&all);
}

void kp_audit_entry(struct kp_audit_output *out, const struct kp_log_line *line, const char *log,
                    const char *state, const struct kp_audit_extras *extras, bool with_items)
{
    const char *cells[KP_LOG__COUNT + 2 + KP_AUDIT_MAX_EXTRAS];
    memcpy(cells, line->cells, KP_LOG__COUNT * sizeof(*cells));
    switch (out->format) {
    case KP_AUDIT_CSV: /* the bytes of the log, whose hashes can be verified, but for apostrophes */
        cells[KP_LOG__COUNT] = state;
        memcpy(cells + KP_LOG__COUNT + 1, extras->cells, sizeof(extras->cells));
        kp_audit_row(out, cells);
        return;
    case KP_AUDIT_JSONL:
        cells[KP_LOG__COUNT] = log;
        cells[KP_LOG__COUNT + 1] = state;
        memcpy(cells + KP_LOG__COUNT + 2, extras->cells, sizeof(extras->cells));
        kp_audit_row(out, cells);
        return;
    case KP_AUDIT_HTML: add_html_entry(out, line->cells, state, extras); return;
    case KP_AUDIT_TABLE:
        add_table_line(out, line->cells, state, extras);
        if (with_items && kp_log_is_disclosure(line->cells))
            add_item_lines(out, line->cells);
    }
}

enum kp_status kp_audit_flush(struct kp_audit_output *out, bool all)
{
    if (!kp_buf_ok(&out->buf) || !kp_buf_ok(&out->text) || !kp_buf_ok(&out->names) || out->ctx->arena.failed)
        return kp_no_memory(out->ctx);
    if (out->buf.len == 0 || (!all && out->buf.len < PRINT_AT_BYTES))
        return KP_OK;
    if (!out->print(out->print_ctx, out->buf.data, out->buf.len)) {
        out->ctx->diag.n_sent[KP_LEVEL_FAIL]++; /* reported by print */
        return KP_E_SYSTEM;
    }
    kp_buf_reset(&out->buf);
    return KP_OK;
}

void kp_audit_output_release(struct kp_audit_output *out)
{
    kp_buf_release(&out->buf);
    kp_buf_release(&out->text);
    kp_buf_release(&out->names);
    kp_arena_release(&out->scratch);
}

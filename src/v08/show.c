/* kp_show: renders the contents of a bundle or one of its documents for people, as text for a terminal or as
 * a self-contained HTML page. Received text is made printable, never interpreted. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "tables/html.h"
#include "tables/page.h"
#include "v08/archive.h"
#include "v08/cda_read.h"
#include "v08/show_json.h"
#include "v08/show_view.h"
#include "v08/standard.h"

enum { MOST_DOCUMENTS = 300 };

struct page {
    struct kp_view view;
    bool as_json; /* the view is not used then */
    struct kp_json json;
    struct kp_archive archive;
    struct kp_arena scratch; /* of the current document */
    struct kp_document document;
    struct kp_findings findings; /* about it */
    struct kp_buf documents;     /* to follow the contents */
};

static void begin_facts(struct page *p)
{
    kp_view_markup(&p->view, "<table>\n<tbody>\n", "");
}

/* A row of name and text, left out if the text is empty. */
static void fact(struct page *p, const char *ja, const char *en, const char *text)
{
    static const size_t widths[] = {22, 0};
    const char *cells[] = {kp_say(p->view.ctx, ja, en), text};
    if (*text)
        kp_view_row(&p->view, cells, widths, 2, KP_LOOK_PLAIN);
}

/* --- codes and dates in words --- */

/* A NULL has marked the arena as failed, which kp_page_make reports. */
static const char *in_memory(const char *text)
{
    return text ? text : "";
}

static const char *count_text(struct page *p, uint64_t n)
{
    return in_memory(kp_arena_printf(&p->view.ctx->arena, "%" PRIu64, n));
}

/* "code: words", for words can be numbers or signs. */
static const char *with_words(struct page *p, const char *code, const char *words)
{
    return words ? in_memory(kp_arena_printf(&p->view.ctx->arena, "%s: %s", code, words)) : code;
}

static const char *spelled(struct page *p, const char *system, const char *code)
{
    return with_words(p, code, kp_code_display(&p->view.ctx->tables, system, code, p->document.record.exam));
}

/* Codes that the tables lack; the first word is that of code 1. */
static const char QUALIFICATIONS[] =
    "強制被保険者 強制被扶養者 任意継続被保険者 任意継続被扶養者 特例退職被保険者 特例退職被扶養者 国保被保険者";
static const char INTERACTIONS[] =
    "健診機関→代行機関 代行機関→健診機関 代行機関→保険者 保険者→代行機関(未決済) 保険者→代行機関(決済済) "
    "健診機関→保険者 保険者→健診機関 保険者→保険者 その他 保険者→国 確認依頼 閲覧用";
static const char SERVICE_EVENTS[] =
    "特定健診情報 特定保健指導情報 国への実績報告(匿名化済) 他の健診結果の受領分 国への実績報告(匿名化前)";

static const char *listed(struct page *p, const char *words, const char *code)
{
    unsigned long number = kp_all_digits(code) ? strtoul(code, NULL, 10) : 0;
    for (struct kp_word word; kp_next_word(&words, " ", &word); number--)
        if (number == 1)
            return with_words(p, code, kp_arena_strndup(&p->view.ctx->arena, word.at, word.n));
    return code;
}

/* UCUM units in the spelling that people use. */
static const char *readable_unit(const struct page *p, const char *unit)
{
    static const struct {
        const char *ucum, *ja, *en;
    } units[] = {{"mm[Hg]", "mmHg", "mmHg"},          {"10*4/mm3", "万/mm3", "10^4/mm3"},
                 {"{h`b}/min", "拍/分", "beats/min"}, {"{times}", "回", "times"},
                 {"mg/g*CR", "mg/gCr", "mg/gCr"},     {"ml/min/1.73m2", "mL/min/1.73m2", "mL/min/1.73m2"}};
    for (size_t i = 0; i < KP_COUNT(units); i++)
        if (strcmp(units[i].ucum, unit) == 0)
            return kp_say(p->view.ctx, units[i].ja, units[i].en);
    return unit;
}

static const char *day(struct page *p, const char *compact)
{
    if (strlen(compact) != 8)
        return compact;
    return in_memory(
        kp_arena_printf(&p->view.ctx->arena, "%.4s-%.2s-%.2s", compact, compact + 4, compact + 6));
}

/* Joins what is not empty with spaces. */
static const char *joined(struct page *p, const char *a, const char *b, const char *c)
{
    return in_memory(kp_arena_printf(&p->view.ctx->arena, "%s%s%s%s%s", a, *a && *b ? " " : "", b,
                                     (*a || *b) && *c ? " " : "", c));
}

/* --- one document --- */

static void show_person(struct page *p)
{
    const struct kp_record *r = &p->document.record;
    const struct kp_org *author = &p->document.author;
    const char *const *f = r->field;
    char age[16] = "";
    if (kp_date_is_set(r->birth) && kp_date_is_set(r->exam))
        (void)snprintf(age, sizeof(age), "(%d)", kp_age_on(r->birth, r->exam));
    begin_facts(p);
    fact(p, "氏名(カナ)", "name (kana)", f[KP_F_NAME_KANA]);
    if (*f[KP_F_SEX] == '1' || *f[KP_F_SEX] == '2')
        fact(p, "性別", "sex",
             *f[KP_F_SEX] == '1' ? kp_say(p->view.ctx, "男", "male") : kp_say(p->view.ctx, "女", "female"));
    fact(p, "生年月日(健診時年齢)", "born (age at exam)", joined(p, day(p, f[KP_F_BIRTH_DATE]), age, ""));
    fact(p, "住所", "address", joined(p, f[KP_F_POSTAL_CODE], f[KP_F_ADDRESS], ""));
    fact(p, "保険者番号", "insurer", f[KP_F_INSURER_NUMBER]);
    fact(p, "記号", "symbol", f[KP_F_INSURED_SYMBOL]);
    fact(p, "番号", "number", f[KP_F_INSURED_NUMBER]);
    fact(p, "枝番", "branch", f[KP_F_INSURED_BRANCH]);
    fact(p, "資格区分", "qualification", listed(p, QUALIFICATIONS, f[KP_F_QUALIFICATION]));
    fact(p, "受診券", "ticket", joined(p, f[KP_F_TICKET_NUMBER], day(p, f[KP_F_TICKET_EXPIRES]), ""));
    fact(p, "健診実施日", "examined on", day(p, f[KP_F_EXAM_DATE]));
    fact(p, "健診機関", "facility",
         joined(p, f[KP_F_FACILITY_NUMBER], f[KP_F_FACILITY_NAME], f[KP_F_FACILITY_PHONE]));
    fact(p, p->view.html ? "健診機関の所在地" : "", p->view.html ? "its address" : "",
         joined(p, f[KP_F_FACILITY_POSTAL_CODE], f[KP_F_FACILITY_ADDRESS], ""));
    fact(p, "作成機関", "made by", joined(p, author->number, author->name, author->phone));
    fact(p, "報告区分", "report category", spelled(p, KP_OID_REPORT, f[KP_F_REPORT_CATEGORY]));
    fact(p, "プログラム種別", "programme", spelled(p, KP_OID_PROGRAMME, f[KP_F_PROGRAMME]));
    kp_view_end_table(&p->view);
}

/* The limit mark in words: at an end of the input range, or "5 or less" as the source had it. */
static const char *limit_text(const struct page *p, const struct kp_item *item, const struct kp_value *v)
{
    struct kp_decimal number;
    bool is_number = kp_decimal_parse(v->text, strlen(v->text), &number), low = v->limit == 'L';
    if (!v->limit)
        return "";
    if (is_number && (!item->has_range || (kp_decimal_compare(number, item->min) > 0 &&
                                           kp_decimal_compare(number, item->max) < 0)))
        return low ? kp_say(p->view.ctx, "以下", "or less") : kp_say(p->view.ctx, "以上", "or more");
    return low ? kp_say(p->view.ctx, "(入力最小値以下)", "(at or below the least that can be entered)")
               : kp_say(p->view.ctx, "(入力最大値以上)", "(at or above the most that can be entered)");
}

static const char *value_text(struct page *p, const struct kp_item *item, const struct kp_value *v)
{
    if (v->state == KP_VALUE_NOT_DONE)
        return kp_say(p->view.ctx, "未実施", "not done");
    if (v->state == KP_VALUE_NOT_MEASURABLE)
        return kp_say(p->view.ctx, "測定不可能", "not measurable");
    if (item->type == KP_TYPE_ST)
        return v->text;
    if (item->type != KP_TYPE_PQ)
        return spelled(p, kp_item_list(&p->view.ctx->tables, item, p->document.record.exam), v->text);
    return joined(p, v->text, *v->text ? readable_unit(p, item->unit) : "", limit_text(p, item, v));
}

static const char *range_text(struct page *p, const struct kp_value *v)
{
    if (v->low && v->high)
        return joined(p, v->low, "-", v->high);
    return v->low    ? joined(p, v->low, kp_say(p->view.ctx, "以上", "or more"), "")
           : v->high ? joined(p, v->high, kp_say(p->view.ctx, "以下", "or less"), "")
                     : "";
}

static const char *flag_text(const struct page *p, char flag)
{
    return flag == 'H'   ? kp_say(p->view.ctx, "H 高い", "H high")
           : flag == 'L' ? kp_say(p->view.ctx, "L 低い", "L low")
           : flag == 'N' ? kp_say(p->view.ctx, "N 範囲内", "N within")
                         : "";
}

static bool is_in(const struct page *p, size_t item, int section)
{
    return p->document.record.values[item].state != KP_VALUE_ABSENT &&
           p->document.section_of[item] == section;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* High and low results, and what was found, are what readers look for. */
static enum kp_look look_of(struct page *p, const struct kp_item *item, const struct kp_value *v)
{
    const struct kp_tables *tables = &p->view.ctx->tables;
    const struct kp_date exam = p->document.record.exam;
    const char *words = NULL;
    if (v->flag == 'L')
        return KP_LOOK_LOW;
    if (v->state == KP_VALUE_PRESENT && item->type == KP_TYPE_CD)
        words = kp_code_display(tables, kp_item_list(tables, item, exam), v->text, exam);
    bool found =
        (words && ends_with(words, "あり")) ||
        (v->state == KP_VALUE_PRESENT && item->type == KP_TYPE_ST && ends_with(item->name, "(所見)"));
    return v->flag == 'H' || found ? KP_LOOK_HIGH : KP_LOOK_PLAIN;
}

static void show_items(struct page *p, int section)
{
    static const size_t widths[] = {40, 20, 8, 0};
    const struct kp_value *values = p->document.record.values;
    const char *head[] = {kp_say(p->view.ctx, "項目", "item"), kp_say(p->view.ctx, "結果", "result"),
                          kp_say(p->view.ctx, "判定", "judged"),
                          kp_say(p->view.ctx, "基準値", "reference range")};
    const char *category = "";
    bool any = false, flags = !p->view.html, ranges = !p->view.html;
    for (size_t i = 0; i < p->view.ctx->tables.n_items; i++) {
        any |= is_in(p, i, section);
        flags |= is_in(p, i, section) && values[i].flag;
        ranges |= is_in(p, i, section) && (values[i].low || values[i].high);
    }
    if (!any)
        return;
    head[2] = flags ? head[2] : NULL;
    head[3] = ranges ? head[3] : NULL;
    kp_view_begin_table(&p->view);
    kp_view_row(&p->view, head, widths, 4, KP_LOOK_HEAD);
    for (size_t i = 0; i < p->view.ctx->tables.n_items; i++) {
        const struct kp_item *item = &p->view.ctx->tables.items[i];
        const struct kp_value *v = &values[i];
        if (!is_in(p, i, section))
            continue;
        const char *cells[] = {item->name, value_text(p, item, v), flags ? flag_text(p, v->flag) : NULL,
                               ranges ? range_text(p, v) : NULL};
        if (strcmp(category, item->category) != 0)
            kp_view_subheading(&p->view, category = item->category, 2u + flags + ranges);
        kp_view_row(&p->view, cells, widths, 4, look_of(p, item, v));
    }
    kp_view_end_table(&p->view);
}

/* Lists the faults of the document, so that readers know that something may be missing. */
static void show_findings(struct page *p)
{
    if (kp_diag_worst(&p->view.ctx->diag, &p->findings) <= KP_LEVEL_WARN)
        return;
    kp_view_heading(&p->view, kp_say(p->view.ctx, "読み取れなかった箇所", "what could not be read"));
    begin_facts(p);
    for (const struct kp_finding *f = p->findings.first; f; f = f->next) {
        struct kp_buf text = {0};
        const char *code = in_memory(kp_arena_printf(&p->view.ctx->arena, "K%04u", (unsigned)f->code));
        if (kp_diag_level(&p->view.ctx->diag, f->code) <= KP_LEVEL_WARN)
            continue;
        kp_diag_text(&p->view.ctx->diag, f, &text);
        fact(p, code, code, joined(p, f->field ? f->field : "", kp_buf_text(&text), ""));
        kp_buf_release(&text);
    }
    kp_view_end_table(&p->view);
}

static enum kp_status read_document(struct page *p)
{
    struct kp_tree tree;
    kp_arena_reset(&p->scratch);
    p->findings = (struct kp_findings){.arena = &p->scratch};
    KP_TRY(kp_archive_tree(&p->archive, &p->scratch, &tree));
    if (kp_cda_read(&p->view.ctx->tables, &tree, &p->scratch, &p->findings, &p->document) != KP_OK)
        return kp_no_memory(p->view.ctx);
    return KP_OK;
}

/* Shows the document that was read. */
static void put_document(struct page *p)
{
    const struct kp_document *d = &p->document;
    kp_view_begin(&p->view, strrchr(p->archive.document, '/') + 1);
    show_person(p);
    for (size_t i = 0; i < d->n_sections; i++) {
        const char *code = d->sections[i].code, *title = d->sections[i].title;
        kp_view_heading(&p->view, *title ? with_words(p, code, title) : spelled(p, KP_OID_SECTION, code));
        show_items(p, (int)i);
    }
    show_findings(p);
    kp_view_end(&p->view);
}

static enum kp_status show_document(struct page *p)
{
    KP_TRY(read_document(p));
    if (!p->as_json) {
        put_document(p);
        return KP_OK;
    }
    kp_show_json_begin(&p->archive, &p->json);
    kp_show_json_document(p->view.ctx, &p->archive, &p->document, &p->findings, &p->json);
    kp_json_end(&p->json);
    return KP_OK;
}

/* --- the table of contents --- */

static void contents_row(struct page *p, const char *const cells[8], enum kp_look look)
{
    static const size_t widths[] = {6, 34, 9, 10, 11, 6, 20, 0};
    kp_view_row(&p->view, cells, widths, p->view.ctx->common->show_values ? 8 : 6, look);
}

/* Hides an unknown code: it could be a name, and the contents must not name anybody. */
static const char *known_code(const struct page *p, const char *system, const char *code)
{
    return kp_code_display(&p->view.ctx->tables, system, code, p->document.record.exam) ? code
           : *code                                                                      ? "?"
                                                                                        : "";
}

/* A page with values contains the documents, and its list leads to them. */
static bool is_linked(const struct page *p, uint64_t number)
{
    return p->view.html && p->view.ctx->common->show_values && number <= MOST_DOCUMENTS;
}

static void list_document(struct page *p, uint64_t number)
{
    const struct kp_record *r = &p->document.record;
    size_t n = 0;
    for (size_t i = 0; i < p->view.ctx->tables.n_items; i++)
        n += r->values[i].state != KP_VALUE_ABSENT;
    if (p->as_json) {
        const struct kp_show_json_row row = {number, n, strrchr(p->archive.document, '/') + 1,
                                             known_code(p, KP_OID_REPORT, r->field[KP_F_REPORT_CATEGORY]),
                                             known_code(p, KP_OID_PROGRAMME, r->field[KP_F_PROGRAMME])};
        kp_show_json_row(p->view.ctx, &row, r, &p->json);
        return;
    }
    const char *cells[] = {count_text(p, number),
                           strrchr(p->archive.document, '/') + 1,
                           known_code(p, KP_OID_REPORT, r->field[KP_F_REPORT_CATEGORY]),
                           known_code(p, KP_OID_PROGRAMME, r->field[KP_F_PROGRAMME]),
                           day(p, r->field[KP_F_EXAM_DATE]),
                           count_text(p, n),
                           r->field[KP_F_NAME_KANA],
                           day(p, r->field[KP_F_BIRTH_DATE])};
    if (!is_linked(p, number)) {
        contents_row(p, cells, KP_LOOK_PLAIN);
        return;
    }
    struct kp_buf *contents = p->view.out;
    kp_buf_printf(p->view.out, "<tr><th scope=\"row\">%" PRIu64 "</th><td><a href=\"#d%" PRIu64 "\">", number,
                  number);
    kp_view_put(&p->view, cells[1]);
    kp_buf_str(p->view.out, "</a></td>");
    for (size_t i = 2; i < KP_COUNT(cells); i++)
        kp_view_html_cell(&p->view, cells[i], false, false);
    kp_buf_str(p->view.out, "</tr>\n");
    p->view.part = number;
    p->view.out = &p->documents;
    put_document(p);
    p->view.part = 0;
    p->view.out = contents;
}

static void begin_contents(struct page *p)
{
    const struct kp_archive *a = &p->archive;
    char made[11] = "";
    const char *cells[] = {"#",
                           kp_say(p->view.ctx, "文書", "document"),
                           kp_say(p->view.ctx, "報告区分", "category"),
                           kp_say(p->view.ctx, "プログラム", "programme"),
                           kp_say(p->view.ctx, "健診日", "examined"),
                           kp_say(p->view.ctx, "項目", "items"),
                           kp_say(p->view.ctx, "氏名(カナ)", "name (kana)"),
                           kp_say(p->view.ctx, "生年月日", "born")};
    if (kp_date_is_set(a->index.created))
        kp_date_iso(a->index.created, made);
    kp_view_begin(&p->view, a->base);
    begin_facts(p);
    fact(p, "送付元", "sender", a->index.sender);
    fact(p, "送付先", "receiver", a->index.receiver);
    fact(p, "作成日", "made on", made);
    fact(p, "種別", "interaction type", listed(p, INTERACTIONS, a->index.interaction_type));
    fact(p, "実施区分", "service event", listed(p, SERVICE_EVENTS, a->index.service_event));
    fact(p, "文書数", "documents", count_text(p, a->n_documents));
    kp_view_end_table(&p->view);
    kp_buf_char(p->view.out, '\n');
    if (p->view.html)
        kp_view_heading(&p->view, kp_say(p->view.ctx, "目次", "Contents"));
    if (p->view.html && !p->view.ctx->common->show_values)
        kp_html_element(
            p->view.out, "p",
            kp_say(p->view.ctx,
                   "--show-values を付けると、氏名と各文書の中身もこのページに入り、目次から開けます。",
                   "With --show-values the page also has the names and the documents, which this list "
                   "then leads to."));
    kp_view_markup(&p->view, "<div class=\"wide\" role=\"region\" aria-label=\"", "");
    kp_view_markup(&p->view, kp_say(p->view.ctx, "文書の表", "table of documents"), "");
    kp_view_markup(&p->view, "\" tabindex=\"0\">", "");
    kp_view_begin_table(&p->view);
    contents_row(p, cells, KP_LOOK_HEAD);
}

static void end_contents(struct page *p)
{
    kp_view_end_table(&p->view);
    kp_view_markup(&p->view, "</div>\n", "");
    if (p->view.html && p->archive.n_documents > MOST_DOCUMENTS && p->view.ctx->common->show_values)
        kp_html_element(p->view.out, "p",
                        kp_say(p->view.ctx,
                               "このページに入るのは最初の300文書です。ほかは番号を指定して開いてください。",
                               "The page has the first 300 documents; show the others by their number."));
    kp_buf_add(p->view.out, kp_buf_text(&p->documents), p->documents.len);
    p->view.out->failed |= p->documents.failed;
    kp_view_end(&p->view);
}

/* Faults of a listed document are only counted: the others can be listed. */
static enum kp_status show_contents(struct page *p)
{
    if (p->as_json) {
        kp_show_json_begin(&p->archive, &p->json);
        kp_json_array(&p->json, "documents", KP_JSON_LINES);
    } else {
        begin_contents(p);
    }
    for (uint64_t number = 1;; number++) {
        KP_TRY(kp_archive_next(&p->archive));
        if (!p->archive.document)
            break;
        p->archive.silent = true;
        enum kp_status st = read_document(p);
        p->archive.silent = false;
        if (st == KP_OK)
            list_document(p, number);
        else if (st != KP_E_FAULT)
            return st;
    }
    if (p->as_json) {
        kp_json_end(&p->json);
        kp_json_end(&p->json);
    } else {
        end_contents(p);
    }
    return KP_OK;
}

/* --- the call --- */

/* Returns whether wanted is the document's number, its name in DATA, or more of its path. */
static bool is_wanted(const char *wanted, uint64_t number, const char *name)
{
    size_t n = strlen(wanted), m = strlen(name);
    if (n <= 6 && kp_digits(wanted) == n)
        return strtoull(wanted, NULL, 10) == number;
    const char *file = strrchr(name, '/') + 1;
    return strcmp(file, wanted) == 0 || (strncmp(file, wanted, n) == 0 && strcmp(file + n, ".xml") == 0) ||
           (n > m ? strcmp(wanted + (n - m), name) == 0 && wanted[n - m - 1] == '/'
                  : strcmp(wanted, name) == 0);
}

static enum kp_status show_wanted(struct page *p, const char *wanted)
{
    struct kp_archive *a = &p->archive;
    for (uint64_t number = 1;; number++) {
        KP_TRY(kp_archive_next(a));
        if (!a->document)
            return kp_fail(&p->view.ctx->diag, KP_E_USAGE, KP_K_NO_SUCH_DOCUMENT, kp_in(a->path), wanted);
        if (is_wanted(wanted, number, a->document))
            return show_document(p);
    }
}

static enum kp_status show_bundle(struct page *p, const struct kp_show_options *options,
                                  const struct kp_password *password)
{
    struct kp_archive *a = &p->archive;
    enum kp_status st = kp_archive_open(a, p->view.ctx, NULL, password, options->bundle, true);
    if (st == KP_E_FAULT) { /* nothing can be shown, so the faults are reported after all */
        kp_archive_close(a);
        st = kp_archive_open(a, p->view.ctx, NULL, password, options->bundle, false);
    }
    KP_TRY(st);
    a->silent = false;
    KP_TRY(options->member ? show_wanted(p, options->member) : show_contents(p));
    if (a->faults > 0)
        kp_warn(&p->view.ctx->diag, KP_K_BUNDLE_NOT_SOUND, kp_in(a->path), count_text(p, a->faults));
    return KP_OK;
}

static enum kp_status show(struct kp_context *ctx, const void *options, struct kp_buf *out)
{
    const struct kp_show_options *o = options;
    struct page page = {
        .view = {.ctx = ctx, .html = o->html, .out = out}, .as_json = o->json, .json = {.out = out}};
    struct kp_password password = {.text = ""};
    enum kp_status st = kp_password_read(ctx, o->password_file, &password);
    if (st == KP_OK)
        st = show_bundle(&page, o, &password);
    kp_password_wipe(&password);
    kp_archive_close(&page.archive);
    kp_buf_release(&page.documents);
    kp_arena_release(&page.scratch);
    return st;
}

enum kp_status kp_show(const struct kp_show_options *options, const struct kp_env *env,
                       struct kp_page *ret_page)
{
    return kp_page_make(&options->common, env, show, options, ret_page);
}

#include "run/report_problems.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "tables/html.h"
#include "tables/names.h"
#include "run/notes.h"

enum { MOST_KINDS = 6, MOST_COLUMNS = 300 };

/* --- kinds of problems --- */

/* One code with its kinds by column, most frequent first. */
struct problem {
    unsigned code;
    enum kp_level level;
    uint64_t n;
    struct kp_note *const *kinds;
    size_t n_kinds;
};

static int compare_kinds(const void *a, const void *b)
{
    const struct kp_note *x = *(struct kp_note *const *)a, *y = *(struct kp_note *const *)b;
    if (x->finding.code != y->finding.code)
        return x->finding.code < y->finding.code ? -1 : 1;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return kp_notes_compare(a, b);
}

static int compare_problems(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return x->code < y->code ? -1 : x->code > y->code;
}

/* Returns the column that the kind is about, found by its field if the finding names none. */
static const struct kp_column *column_of(const struct kp_part *p, const struct kp_note *kind)
{
    const struct kp_run *run = p->report->run;
    const struct kp_finding *f = &kind->finding;
    if (f->column > 0)
        return kp_mapping_column(&run->inputs.list[kind->first[0].file].mapping, f->column);
    return f->field ? kp_column_of_field(run, kind->first[0].file, f->field) : NULL;
}

/* What the text of all kinds leaves open. */
static void add_arguments(const struct kp_part *p, const struct kp_finding *general,
                          const struct kp_finding *own)
{
    for (size_t i = 0; i < KP_COUNT(own->args); i++)
        if (own->args[i] && !(own->field && strcmp(own->args[i], own->field) == 0) &&
            strcmp(own->args[i], general->args[i] ? general->args[i] : "") != 0) {
            kp_buf_str(p->out, kp_part_say(p, "(", " ("));
            kp_buf_html(p->out, own->args[i]);
            kp_buf_str(p->out, ")");
        }
}

/* The cells that show it first, with their header and file. */
static void add_kind(const struct kp_part *p, const struct kp_finding *general, const struct kp_note *kind)
{
    const struct kp_column *c = column_of(p, kind);
    const struct kp_mapping *m = &p->report->run->inputs.list[kind->first[0].file].mapping;
    const char *header = kind->finding.header ? kind->finding.header : c ? c->header : "";
    kp_buf_str(p->out, "<li>");
    if (*header) {
        kp_buf_str(p->out, kp_part_say(p, "見出し「", "header "));
        kp_html_japanese(p->ctx, p->out, "b", header);
        kp_buf_str(p->out, kp_part_say(p, "」 ", " "));
    }
    for (size_t i = 0; i < KP_FIRST_PLACES && kind->first[i].line; i++) {
        struct kp_place place = kind->first[i];
        if (!place.column && c && c->number > kp_mapping_joined(m))
            place.column = c->number - kp_mapping_joined(m);
        kp_buf_str(p->out, i ? kp_part_say(p, "、", ", ") : "");
        kp_cell_put(p->ctx, place, p->out);
    }
    if (kind->n > KP_FIRST_PLACES)
        kp_part_counted(p, " ほか#件", " and # more", kind->n - KP_FIRST_PLACES);
    add_arguments(p, general, &kind->finding);
    kp_buf_str(p->out, " <span class=\"dim\">");
    kp_buf_html(p->out, kind->path);
    kp_buf_str(p->out, "</span></li>\n");
}

/* Returns what all kinds have in common. People know a field by its header. */
static struct kp_finding general_finding(const struct kp_part *p, const struct problem *problem)
{
    struct kp_finding f = problem->n_kinds ? problem->kinds[0]->finding : (struct kp_finding){0};
    const struct kp_column *c = problem->n_kinds ? column_of(p, problem->kinds[0]) : NULL;
    for (size_t i = 1; i < problem->n_kinds; i++)
        kp_finding_generalise(&f, &problem->kinds[i]->finding);
    for (size_t i = 0; c && f.field && i < KP_COUNT(f.args); i++)
        if (f.args[i] && strcmp(f.args[i], f.field) == 0)
            f.args[i] = c->header;
    f.code = (enum kp_code)problem->code;
    f.header = NULL; /* the kinds name it */
    return f;
}

static void add_texts(const struct kp_part *p, const struct problem *problem,
                      const struct kp_finding *general)
{
    struct kp_diag diag = p->ctx->diag;
    struct kp_buf text = {0}, remedy = {0};
    const char *ja[] = {[KP_LEVEL_WARN] = "警告", [KP_LEVEL_HOLD] = "保留", [KP_LEVEL_REJECT] = "要修正"};
    const char *en[] = {
        [KP_LEVEL_WARN] = "warning", [KP_LEVEL_HOLD] = "held", [KP_LEVEL_REJECT] = "rejected"};
    diag.show_values = false;
    kp_diag_text(&diag, general, &text);
    kp_diag_remedy(&diag, general, &remedy);
    kp_buf_str(p->out, "<article class=\"card\">\n<h3>");
    kp_part_counted(p, "#件: ", "#: ", problem->n);
    kp_buf_html(p->out, kp_buf_text(&text));
    kp_buf_printf(p->out, "</h3>\n<p class=\"dim\">%s · %s K%04u</p>\n<p>",
                  kp_part_say(p, ja[problem->level], en[problem->level]),
                  kp_part_say(p, "メッセージ番号", "code"), problem->code);
    kp_buf_html(p->out, kp_buf_text(&remedy));
    kp_buf_str(p->out, "</p>\n");
    p->out->failed |= text.failed || remedy.failed;
    kp_buf_release(&text);
    kp_buf_release(&remedy);
}

static void add_problem(const struct kp_part *p, const struct problem *problem)
{
    const struct kp_finding general = general_finding(p, problem);
    add_texts(p, problem, &general);
    kp_buf_str(p->out, problem->n_kinds ? "<ul>\n" : "");
    for (size_t i = 0; i < problem->n_kinds && i < MOST_KINDS; i++)
        add_kind(p, &general, problem->kinds[i]);
    if (problem->n_kinds > MOST_KINDS)
        kp_part_counted(p, "<li>ほか#通り</li>\n", "<li># more kinds</li>\n", problem->n_kinds - MOST_KINDS);
    kp_buf_str(p->out, problem->n_kinds ? "</ul>\n" : "");
    if (problem->level > KP_LEVEL_WARN) {
        kp_buf_str(p->out, kp_part_say(p, "<p>該当する行: ", "<p>The rows: "));
        kp_part_own_link(p, problem->level == KP_LEVEL_REJECT ? "rejected.csv" : "held.csv");
        kp_buf_str(p->out, "</p>\n");
    }
    kp_buf_str(p->out, "</article>\n");
}

static struct kp_note **all_kinds(const struct kp_part *p)
{
    const struct kp_notes *notes = &p->report->tally->notes;
    struct kp_note **kinds = kp_notes_sorted(notes);
    if (kinds)
        qsort(kinds, notes->n, sizeof(struct kp_note *), compare_kinds);
    return kinds;
}

static void add_problems(const struct kp_part *p, enum kp_level least, enum kp_level most)
{
    const struct kp_result *r = p->report->result;
    struct kp_note **kinds = all_kinds(p);
    struct problem *list = kp_arena_alloc(&p->ctx->arena, (r->n_codes + 1) * sizeof(*list));
    size_t n = 0, n_kinds = kinds ? p->report->tally->notes.n : 0;
    for (size_t i = 0; list && i < r->n_codes; i++) {
        const struct kp_code_result *c = &r->codes[i];
        size_t first = 0;
        if (c->level < least || c->level > most)
            continue;
        while (first < n_kinds && kinds[first]->finding.code != c->code)
            first++;
        list[n] = (struct problem){.code = c->code, .level = c->level, .n = c->n, .kinds = kinds + first};
        while (first < n_kinds && kinds[first++]->finding.code == c->code)
            list[n].n_kinds++;
        n++;
    }
    if (n > 0)
        qsort(list, n, sizeof(*list), compare_problems);
    for (size_t i = 0; i < n; i++)
        add_problem(p, &list[i]);
    if (n == 0)
        kp_html_element(p->out, "p", kp_part_say(p, "ありません。", "None."));
}

/* Inputs of different layouts have files of their own, of which the page links the first. */
static void add_other_files(const struct kp_part *p)
{
    if (p->report->run->inputs.n_layouts > 1)
        kp_part_counted(
            p,
            "<p>列の並びが違う入力が#種類あります。行のファイルは並びごとに rejected-2.csv、"
            "held-2.csv のように分かれます。</p>\n",
            "<p>The inputs have # layouts, each with its own files: rejected-2.csv, held-2.csv and "
            "so on.</p>\n",
            p->report->run->inputs.n_layouts);
}

void kp_part_problems(const struct kp_part *p)
{
    kp_part_begin(p, "problems", "要修正と保留", "Rejected and held");
    add_other_files(p);
    add_problems(p, KP_LEVEL_HOLD, KP_LEVEL_REJECT);
    kp_buf_str(p->out, "</section>\n");
}

void kp_part_warnings(const struct kp_part *p)
{
    kp_part_begin(p, "warnings", "警告", "Warnings");
    if (p->report->result->warnings > 0)
        kp_html_element(p->out, "p",
                        kp_part_say(p, "行ごとの番号は decisions.csv の warnings 列にあります。",
                                    "The column warnings of decisions.csv has the codes of every row."));
    add_problems(p, KP_LEVEL_WARN, KP_LEVEL_WARN);
    kp_buf_str(p->out, "</section>\n");
}

/* --- columns --- */

static void add_unused_column(const struct kp_part *p, const struct kp_input *input,
                              const struct kp_column *c)
{
    char name[KP_CELL_NAME];
    const struct kp_input *of = kp_input_of(input, c);
    kp_buf_str(p->out, "<tr>");
    kp_part_cell(p, kp_arena_printf(&p->ctx->arena, "%s%s",
                                    kp_cell_name(c->number - (of == input ? input->joined : 0), name),
                                    kp_part_say(p, "列", "")));
    kp_buf_str(p->out, "<th scope=\"row\">");
    kp_html_japanese(p->ctx, p->out, "span", *c->header ? c->header : c->second);
    kp_buf_str(p->out, "</th><td>");
    if (c->reading == KP_READING_NUMBERS)
        kp_buf_str(p->out, kp_part_say(p, "測定値の列", "measured numbers"));
    else if (c->like)
        kp_html_japanese(p->ctx, p->out, "span",
                         kp_term(&p->ctx->diag, "field", kp_column_meaning(&p->ctx->tables, c->like)));
    else
        kp_buf_html(p->out, kp_why_words(p->ctx, c->why));
    kp_buf_str(p->out, "</td><td>");
    if (c->remedy && *c->remedy)
        kp_html_element(p->out, "code", c->remedy);
    else if (c->like)
        kp_html_element(p->out, "code", c->line);
    kp_buf_str(p->out, "</td>");
    kp_part_cell(p, of->path);
    kp_buf_str(p->out, "</tr>\n");
}

static void add_unused_columns(const struct kp_part *p)
{
    const struct kp_inputs *inputs = &p->report->run->inputs;
    const char *heads[] = {kp_part_say(p, "列", "column"), kp_part_say(p, "見出し", "header"),
                           kp_part_say(p, "理由・似ている項目", "why, or what it looks like"),
                           kp_part_say(p, "対応表に書く行", "line for a mapping file"),
                           kp_part_say(p, "ファイル", "file")};
    size_t n = 0, layout = 0;
    kp_html_element(
        p->out, "p",
        kp_part_say(p,
                    "次の列は読んでいません。必要な結果があれば、対応表に行を足してください"
                    "(kenporter map が対応表の案を作ります)。",
                    "Nothing is read from these columns. If results are in one, add its line to the "
                    "mapping file; kenporter map proposes one."));
    kp_part_table(p, heads, KP_COUNT(heads));
    for (size_t i = 0; i < inputs->n; i++) {
        const struct kp_input *input = &inputs->list[i];
        if (input->layout != layout)
            continue;
        layout++;
        for (size_t k = 0; k < input->mapping.n_columns; k++)
            if (kp_column_is_unused(&input->mapping.columns[k]) && n++ < MOST_COLUMNS)
                add_unused_column(p, input, &input->mapping.columns[k]);
    }
    kp_part_end_table(p);
    if (n > MOST_COLUMNS)
        kp_part_counted(p, "<p>ほか#列は report.json にあります。</p>\n",
                        "<p>report.json has # more columns.</p>\n", n - MOST_COLUMNS);
}

static void add_decision(const struct kp_part *p, const struct kp_column_result *c)
{
    const struct kp_decision_words *words = kp_column_decisions;
    while (words->name && strcmp(words->name, c->decision) != 0)
        words++;
    kp_buf_str(p->out, "<tr><th scope=\"row\">");
    kp_html_japanese(p->ctx, p->out, "span", c->header);
    kp_buf_str(p->out, "</th>");
    kp_part_cell(p, words->name ? kp_part_say(p, words->ja, words->en) : "");
    kp_part_number(p, c->rejected);
    kp_buf_str(p->out, "<td>");
    if (*c->remedy)
        kp_html_element(p->out, "code", c->remedy);
    kp_buf_str(p->out, "</td></tr>\n");
}

static void add_decisions(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    const char *heads[] = {kp_part_say(p, "見出し", "header"), kp_part_say(p, "判断", "decision"),
                           kp_part_say(p, "要修正の行", "rows rejected"),
                           kp_part_say(p, "対応表に書く行", "line for a mapping file")};
    if (r->n_columns == 0)
        return;
    kp_html_element(p->out, "h3", kp_part_say(p, "全行を見て判断した列", "Columns judged by all rows"));
    kp_part_table(p, heads, KP_COUNT(heads));
    for (size_t i = 0; i < r->n_columns && i < MOST_COLUMNS; i++)
        add_decision(p, &r->columns[i]);
    kp_part_end_table(p);
}

void kp_part_columns(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    kp_part_begin(p, "columns", "使っていない列", "Columns that are not used");
    if (r->n_unused > 0)
        add_unused_columns(p);
    else
        kp_html_element(p->out, "p", kp_part_say(p, "ありません。", "None."));
    add_decisions(p);
    kp_buf_str(p->out, "</section>\n");
}

/* --- items --- */

static void add_items(const struct kp_part *p, const uint64_t *counts)
{
    const char *heads[] = {kp_part_say(p, "項目", "item"), kp_part_say(p, "コード", "code"),
                           kp_part_say(p, "人数", "people")};
    kp_part_table(p, heads, KP_COUNT(heads));
    for (size_t i = 0; i < p->ctx->tables.n_items; i++) {
        if (!counts[i])
            continue;
        kp_buf_str(p->out, "<tr><th scope=\"row\">");
        kp_html_japanese(p->ctx, p->out, "span", p->ctx->tables.items[i].name);
        kp_buf_str(p->out, "</th>");
        kp_html_element(p->out, "td class=\"dim\"", p->ctx->tables.items[i].code);
        kp_part_number(p, counts[i]);
        kp_buf_str(p->out, "</tr>\n");
    }
    kp_part_end_table(p);
}

static bool any(const uint64_t *counts, size_t n)
{
    while (n > 0 && counts[n - 1] == 0)
        n--;
    return n > 0;
}

void kp_part_items(const struct kp_part *p)
{
    const struct kp_tally *t = p->report->tally;
    size_t n = p->ctx->tables.n_items;
    kp_part_begin(p, "items", "提供しない項目", "Items withheld");
    if (any(t->withheld, n)) {
        kp_part_counted(p,
                        "<p>結果はありますが、提供の根拠がないため送らない項目です(#人分)。"
                        "提供には本人の同意か、項目を挙げた提供依頼が必要です。</p>\n",
                        "<p>There are results, but no ground to send them (# people): it takes the person's "
                        "consent, or a request that names the item.</p>\n",
                        t->withheld_people);
        add_items(p, t->withheld);
    } else {
        kp_html_element(p->out, "p", kp_part_say(p, "ありません。", "None."));
    }
    kp_buf_str(p->out, "</section>\n");
    if (!any(t->derived, n))
        return;
    kp_part_begin(p, "derived", "他の値から計算して補った項目", "Items computed from other values");
    add_items(p, t->derived);
    kp_buf_str(p->out, "</section>\n");
}

void kp_part_review(const struct kp_part *p)
{
    if (!*p->report->result->review)
        return;
    kp_part_begin(p, "review", "確認を要する文", "Texts to review");
    kp_html_element(
        p->out, "p",
        kp_part_say(p,
                    "提供する文に、家族か特に配慮を要する病気が含まれる行です。項目は "
                    "--notes all を付けた実行の notes.csv にあります。",
                    "Rows in which a text that goes out names relatives or a most sensitive illness. "
                    "With --notes all, notes.csv has their items."));
    kp_html_element(p->out, "p", p->report->result->review);
    kp_buf_str(p->out, "</section>\n");
}

#include "run/report_html.h"

#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "tables/html.h"
#include "tables/names.h"
#include "run/report_origin.h"
#include "run/report_part.h"
#include "run/report_problems.h"

enum { MOST_CARDS = 200 };

static uint64_t n_waiting(const struct kp_result *r)
{
    return r->held_no_request + r->held_not_selected + r->held_other_shard;
}

static uint64_t n_to_settle(const struct kp_result *r)
{
    return r->held - n_waiting(r);
}

static bool lacks_official_schemas(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    enum kp_command command = p->report->run->options->command;
    return r->own_schemas && r->released && kp_makes_bundles(command) && command != KP_CMD_ROSTER;
}

/* --- the verdict --- */

static void add_verdict(const struct kp_part *p)
{
    static const char *const done[][2] = {
        [KP_CMD_CHECK] = {"#件を提供できます", "# records can be released"},
        [KP_CMD_EXPORT] = {"#件を提供しました", "# records were released"},
        [KP_CMD_PREPARE] = {"#件を準備しました", "# records were prepared"},
        [KP_CMD_RELEASE] = {"#件を提供しました", "# records were released"},
        [KP_CMD_ROSTER] = {"対象者名簿に#人を載せました", "# people are on the roster"}};
    const struct kp_result *r = p->report->result;
    enum kp_command command = p->report->run->options->command;
    bool open = r->rejected > 0 || n_to_settle(r) > 0 || lacks_official_schemas(p);
    kp_buf_printf(p->out, "<header>\n<p class=\"dim\">kenporter %s · %s %s · %s %s</p>\n",
                  kp_command_names[command], kp_part_say(p, "実行ID", "run"), r->run_id,
                  kp_part_say(p, "提供日", "day of disclosure"), r->as_of);
    kp_buf_printf(p->out, "<div class=\"verdict%s\">\n<h1>", open ? " open" : "");
    kp_part_counted(p, done[command][0], done[command][1], r->released);
    kp_buf_str(p->out, kp_part_say(p, "。", "; "));
    if (r->rejected > 0)
        kp_part_counted(p, "要修正が#件", "# need mending", r->rejected);
    if (r->rejected > 0 && n_to_settle(r) > 0)
        kp_buf_str(p->out, kp_part_say(p, "、", ", "));
    if (n_to_settle(r) > 0)
        kp_part_counted(p, "確認の要る保留が#件", "# are held and need a look", n_to_settle(r));
    if (r->rejected > 0 || n_to_settle(r) > 0)
        kp_buf_str(p->out, kp_part_say(p, "あります。", "."));
    else
        kp_buf_str(p->out, kp_part_say(p, "直すものはありません。", "nothing needs mending."));
    kp_buf_str(p->out, "</h1>\n");
    if (lacks_official_schemas(p))
        kp_html_element(
            p->out, "p class=\"warn\"",
            kp_part_say(p,
                        "受付側の公式スキーマを使っていません(--xsd の指定なし)。"
                        "送付ファイルは公式スキーマで照合されておらず、同梱もされていません。",
                        "The receiver's official schemas were not used (no --xsd): the bundles were "
                        "not validated with them and do not enclose them."));
    kp_buf_str(p->out, "</div>\n</header>\n");
}

/* --- what to do --- */

/* One step with the number of records or columns that it is about, and a link. */
static void add_step(const struct kp_part *p, uint64_t n, const char *ja, const char *en, const char *link)
{
    if (n == 0)
        return;
    kp_buf_printf(p->out, "<li><a href=\"%s\">", link);
    kp_part_counted(p, ja, en, n);
    kp_buf_str(p->out, "</a></li>\n");
}

static void add_steps(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    uint64_t bundles = 0;
    size_t before = 0;
    for (size_t i = 0; i < r->n_insurers; i++)
        bundles += *r->insurers[i].next ? r->insurers[i].n_bundles : 0;
    kp_part_begin(p, "todo", "今日すること", "What to do today");
    kp_buf_str(p->out, "<ol>\n");
    before = p->out->len;
    add_step(p, lacks_official_schemas(p), "公式スキーマを --xsd に指定して作り直す",
             "make the bundles again with the ministry's schemas (--xsd)", "#origin");
    add_step(p, r->rejected, "要修正の#件を直し、rejected.csv を再取込する",
             "mend # rejected rows in rejected.csv and feed it back in", "#problems");
    add_step(p, n_to_settle(r), "保留の#件の理由を確かめる", "settle why # records are held", "#problems");
    add_step(p, r->n_unused, "使っていない#列に必要な結果がないか確かめる",
             "look whether results are in # columns that are not used", "#columns");
    add_step(p, *r->review != '\0', "確認を要する文を読む", "read the texts to review", "#review");
    add_step(p, bundles, "送付ファイル#個を渡し、引渡しを記録する", "hand over # bundles and log it",
             "#insurers");
    add_step(p, r->held_no_request, "提供依頼を待つ#件: 届いたら提供依頼の台帳に書く",
             "# records wait for a request: enter it in the register when it comes", "#insurers");
    kp_buf_str(p->out,
               p->out->len > before ? "" : kp_part_say(p, "<li>ありません。</li>\n", "<li>Nothing.</li>\n"));
    kp_buf_str(p->out, "</ol>\n</section>\n");
}

/* --- the figures --- */

struct figure {
    const char *class, *name, *file;
    uint64_t n;
};

static void add_bar(const struct kp_part *p, const struct figure *figures, size_t n, uint64_t read)
{
    uint64_t at = 0;
    kp_buf_printf(p->out,
                  "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" "
                  "aria-label=\"%s %" PRIu64,
                  kp_part_say(p, "読込", "read"), read);
    for (size_t i = 0; i < n; i++)
        kp_buf_printf(p->out, "%s%s %" PRIu64, i ? " + " : " = ", figures[i].name, figures[i].n);
    kp_buf_str(p->out, "\">");
    for (size_t i = 0; i < n; i++) {
        uint64_t width = (at + figures[i].n) * 1000 / read - at * 1000 / read;
        if (width > 0)
            kp_buf_printf(p->out,
                          "<rect class=\"%s\" x=\"%" PRIu64 "\" width=\"%" PRIu64 "\" height=\"10\"/>",
                          figures[i].class, at * 1000 / read, width);
        at += figures[i].n;
    }
    kp_buf_str(p->out, "</svg>\n");
}

static void add_figure(const struct kp_part *p, const struct figure *f)
{
    kp_buf_str(p->out, "<tr><th scope=\"row\">");
    if (*f->class)
        kp_buf_printf(p->out, "<span class=\"key %s\"></span>", f->class);
    kp_buf_printf(p->out, "%s</th>", f->name);
    kp_part_number(p, f->n);
    kp_buf_str(p->out, "<td>");
    if (*f->file && f->n > 0)
        kp_part_own_link(p, f->file);
    kp_buf_str(p->out, "</td></tr>\n");
}

/* Lists the files of the drop folder that cannot be read. */
static void add_unread(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    if (r->n_unread == 0)
        return;
    kp_html_element(p->out, "h3", kp_part_say(p, "読めないファイル", "Files that cannot be read"));
    kp_buf_str(p->out, "<ul>");
    for (const struct kp_unread_input *u = r->unread; u < r->unread + r->n_unread; u++) {
        kp_buf_str(p->out, "<li>");
        kp_html_element(p->out, "code", u->path);
        kp_buf_printf(p->out, " K%04u ", u->code);
        kp_html_element(p->out, "span", u->text);
        kp_buf_str(p->out, "</li>");
    }
    kp_buf_str(p->out, "</ul>\n");
}

static void add_figures(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    enum kp_command command = p->report->run->options->command;
    const char *heads[] = {kp_part_say(p, "区分", "outcome"), kp_part_say(p, "件数", "records"),
                           kp_part_say(p, "ファイル", "file")};
    const struct figure figures[] = {
        {"ok",
         command == KP_CMD_CHECK     ? kp_part_say(p, "提供可能", "would be released")
         : command == KP_CMD_PREPARE ? kp_part_say(p, "準備済み", "prepared")
         : command == KP_CMD_ROSTER  ? kp_part_say(p, "名簿に記載", "listed")
                                     : kp_part_say(p, "提供", "released"),
         "decisions.csv", r->released},
        {"bad", kp_part_say(p, "要修正", "rejected"), "rejected.csv", r->rejected},
        {"hold", kp_part_say(p, "保留", "held"), "held.csv", r->held},
        {"told", kp_part_say(p, "提供済み", "already disclosed"), "decisions.csv", r->already_disclosed}};
    const struct figure all = {"", kp_part_say(p, "読込", "read"), "decisions.csv", r->read};
    const struct figure others[] = {
        {"", kp_part_say(p, "同じ内容の重複行(1件と数えます)", "equal rows, counted once"), "decisions.csv",
         r->duplicates},
        {"", kp_part_say(p, "警告", "warnings"), "notes.csv", r->warnings},
        {"", kp_part_say(p, "値のそろえ直しなど(件数のみ)", "changes by normalising, counted"), "notes.csv",
         r->notes},
        {"", kp_part_say(p, "誰にも当たらない同意の行", "rows of the consent register that name nobody"), "",
         kp_tally_consents_unmet(p->report->tally, p->report->run)}};
    kp_part_begin(p, "figures", "件数", "Figures");
    if (r->read > 0)
        add_bar(p, figures, KP_COUNT(figures), r->read);
    kp_part_table(p, heads, KP_COUNT(heads));
    add_figure(p, &all);
    for (size_t i = 0; i < KP_COUNT(figures); i++)
        add_figure(p, &figures[i]);
    for (size_t i = 0; i < KP_COUNT(others); i++)
        if (others[i].n > 0)
            add_figure(p, &others[i]);
    kp_part_end_table(p);
    add_unread(p);
    kp_buf_str(p->out, "</section>\n");
}

/* --- insurers --- */

static void begin_fact(const struct kp_part *p, const char *ja, const char *en)
{
    kp_buf_printf(p->out, "<dt>%s</dt><dd>", kp_part_say(p, ja, en));
}

static void add_count_of(const struct kp_part *p, const char *what, uint64_t n)
{
    kp_buf_str(p->out, "<li>");
    kp_html_japanese(p->ctx, p->out, "span", what ? what : "");
    kp_buf_printf(p->out, ": %" PRIu64 "%s</li>", n, kp_part_say(p, "件", ""));
}

/* Lists documents, or records that wait, by their basis. */
static void add_bases(const struct kp_part *p, const uint64_t *counts)
{
    const struct kp_tables *tables = &p->ctx->tables;
    kp_buf_str(p->out, "<ul>");
    for (size_t i = 0; i < tables->n_bases; i++)
        if (counts[i])
            add_count_of(p, kp_term(&p->ctx->diag, "basis", tables->bases[i].id), counts[i]);
    kp_buf_str(p->out, "</ul>");
}

static uint64_t sum_of(const uint64_t *counts, size_t n)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += counts[i];
    return sum;
}

static void add_counts(const struct kp_part *p, const struct kp_account *a)
{
    uint64_t waiting = sum_of(a->waiting, p->ctx->tables.n_bases);
    begin_fact(p, "文書", "documents");
    kp_part_counted(p, "#件", "#", a->documents);
    if (a->documents > 0)
        add_bases(p, a->by_basis);
    kp_buf_str(p->out, "</dd>\n");
    if (a->held > 0) {
        begin_fact(p, "保留", "held");
        kp_part_counted(p, "#件<ul>", "#<ul>", a->held);
        for (int i = 0; i < KP_HOLD__COUNT; i++)
            if (a->by_reason[i])
                add_count_of(p, kp_term(&p->ctx->diag, "reason", kp_reason_names[i]), a->by_reason[i]);
        kp_buf_str(p->out, "</ul></dd>\n");
    }
    if (waiting > 0) {
        begin_fact(p, "依頼があれば", "on a request");
        kp_part_counted(p, "#件を提供できます(高確法と保険者の法律の両方による提供依頼の場合)",
                        "# would go out, if it cites both Acts", waiting);
        add_bases(p, a->waiting);
        kp_buf_str(p->out, "</dd>\n");
    }
}

static void add_files(const struct kp_part *p, const struct kp_insurer_result *n)
{
    for (size_t i = 0; i < n->n_bundles; i++) {
        bool sealed = *n->sealed[i] != '\0';
        begin_fact(p, sealed ? "封をした送付ファイル" : "送付ファイル", sealed ? "sealed bundle" : "bundle");
        kp_part_link(p, sealed ? n->sealed[i] : n->bundles[i]);
        if (sealed) {
            kp_buf_str(p->out, kp_part_say(p, "(中身: ", " (contains "));
            kp_part_link(p, n->bundles[i]);
            kp_buf_str(p->out, ")");
        }
        kp_buf_str(p->out, "</dd>\n");
        if (*n->letters[i]) {
            begin_fact(p, "送付書", "letter");
            kp_part_link(p, n->letters[i]);
            kp_buf_str(p->out, "</dd>\n");
        }
    }
    if (*n->secret) {
        begin_fact(p, "パスワード", "password");
        kp_part_link(p, n->secret);
        kp_buf_str(p->out,
                   kp_part_say(p, "(別の方法で知らせます)</dd>\n", " (to be told by another way)</dd>\n"));
    }
}

static void add_card(const struct kp_part *p, const struct kp_account *a, const struct kp_insurer_result *n)
{
    kp_buf_printf(p->out, "<article class=\"card\">\n<h3>%s ", n->insurer_number);
    kp_html_japanese(p->ctx, p->out, "span",
                     *n->name ? n->name
                              : kp_part_say(p, "(保険者台帳に名称なし)", "(no name in the register)"));
    kp_buf_str(p->out, "</h3>\n");
    kp_html_element(p->out, "p class=\"dim\"", kp_term(&p->ctx->diag, "scheme", n->scheme));
    kp_buf_str(p->out, "\n<dl>\n");
    add_counts(p, a);
    add_files(p, n);
    kp_buf_str(p->out, "</dl>\n");
    if (*n->next) {
        kp_html_element(p->out, "p",
                        kp_part_say(p, "渡したら、次のコマンドで引渡しを記録します。",
                                    "When it is handed over, log it with this command:"));
        kp_buf_str(p->out, "\n<pre>");
        kp_html_element(p->out, "code", n->next);
        kp_buf_str(p->out, "</pre>\n");
    }
    kp_buf_str(p->out, "</article>\n");
}

static void add_insurers(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    kp_part_begin(p, "insurers", "保険者別", "By insurer");
    for (size_t i = 0; i < r->n_insurers && i < MOST_CARDS; i++)
        add_card(p, p->report->tally->accounts[i], &r->insurers[i]);
    if (r->n_insurers > MOST_CARDS)
        kp_part_counted(p, "<p>ほか#保険者は report.json にあります。</p>\n",
                        "<p>report.json has # more insurers.</p>\n", r->n_insurers - MOST_CARDS);
    if (r->n_insurers == 0)
        kp_html_element(p->out, "p", kp_part_say(p, "ありません。", "None."));
    kp_buf_str(p->out, "</section>\n");
}

void kp_report_html(const struct kp_report *report, struct kp_buf *out)
{
    const struct kp_part p = {report, report->run->ctx, out};
    const char *title = kp_arena_printf(
        &p.ctx->arena, "%s %s", kp_part_say(&p, "実行の報告", "Report of run"), report->result->run_id);
    kp_html_begin(p.ctx, title ? title : "", out);
    add_verdict(&p);
    kp_buf_str(out, "<main>\n");
    add_steps(&p);
    add_figures(&p);
    add_insurers(&p);
    kp_part_problems(&p);
    kp_part_warnings(&p);
    kp_part_columns(&p);
    kp_part_items(&p);
    kp_part_review(&p);
    kp_part_origin(&p);
    kp_buf_str(out, "</main>\n</body>\n</html>\n");
}

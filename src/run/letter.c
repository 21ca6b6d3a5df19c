#include "run/letter.h"

#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "v08/standard.h"

enum { DIGEST_SHOWN = 16 };

void kp_cover_add(struct kp_cover *c, const struct kp_decision *d, const char *exam_day)
{
    struct kp_date day = kp_date_of(exam_day);
    if (kp_date_is_set(day) && (!kp_date_is_set(c->first) || kp_date_compare(day, c->first) < 0))
        c->first = day;
    if (kp_date_is_set(day) && (!kp_date_is_set(c->last) || kp_date_compare(day, c->last) > 0))
        c->last = day;
    c->by_route[d->basis->route]++;
    for (size_t i = 0; i < c->n_requests; i++)
        if (!d->request || strcmp(c->requests[i]->id, d->request->id) == 0)
            return;
    if (d->request && c->n_requests < KP_COVER_REQUESTS)
        c->requests[c->n_requests++] = d->request;
    else
        c->n_more += d->request != NULL;
}

/* --- pieces --- */

struct page {
    const struct kp_letter *letter;
    struct kp_context *ctx;
    struct kp_buf *out;
};

static void begin_row(const struct page *p, const char *ja, const char *en)
{
    kp_buf_str(p->out, "<tr><th>");
    kp_buf_html(p->out, kp_say(p->ctx, ja, en));
    kp_buf_str(p->out, "<td>");
}

static void row(const struct page *p, const char *ja, const char *en, const char *text)
{
    begin_row(p, ja, en);
    kp_buf_html(p->out, text);
    kp_buf_char(p->out, '\n');
}

/* Adds those of the n words that are there, with a space between. */
static void add_words(const struct page *p, const char *const *words, size_t n)
{
    const char *before = "";
    for (size_t i = 0; i < n; i++) {
        if (!words[i] || !*words[i])
            continue;
        kp_buf_str(p->out, before);
        kp_buf_html(p->out, words[i]);
        before = " ";
    }
}

/* A line to write on. */
static void blank(const struct page *p, const char *ja, const char *en, const char *hint_ja,
                  const char *hint_en)
{
    begin_row(p, ja, en);
    kp_buf_str(p->out, "<span class=\"blank\"></span> ");
    kp_buf_html(p->out, kp_say(p->ctx, hint_ja, hint_en));
    kp_buf_char(p->out, '\n');
}

static void paragraph(const struct page *p, const char *ja, const char *en)
{
    kp_buf_str(p->out, "<p>");
    kp_buf_html(p->out, kp_say(p->ctx, ja, en));
    kp_buf_str(p->out, "</p>\n");
}

/* Adds 2026年4月1日, or 2026-04-01. */
static void add_day(const struct page *p, struct kp_date day)
{
    char iso[11];
    kp_date_iso(day, iso);
    if (p->ctx->common->lang == KP_LANG_EN)
        kp_buf_str(p->out, iso);
    else
        kp_buf_printf(p->out, "%d年%d月%d日", day.year, day.month, day.day);
}

static const char *service_text(const struct page *p)
{
    switch (p->letter->insurer->service_event[0]) {
    case '1': return kp_say(p->ctx, "特定健診情報", "specific health checks");
    case '4': return kp_say(p->ctx, "他の健診結果", "results of other health checks");
    default: return "";
    }
}

/* --- the parts of the letter --- */

static void add_head(const struct page *p)
{
    kp_buf_printf(
        p->out,
        "<!DOCTYPE html>\n<html lang=\"%s\"><meta charset=\"utf-8\"><title>%s %s</title>\n"
        "<style>@page{size:A4;margin:16mm 18mm}"
        "body{font:10.5pt/1.4 \"Noto Sans CJK JP\",\"Yu Gothic\",\"Hiragino Sans\",Meiryo,sans-serif;"
        "max-width:172mm;margin:auto;padding:0 .5mm;color:#000}"
        "h1{font-size:16pt;text-align:center;margin:0 0 3mm;letter-spacing:.2em}"
        "table{border-collapse:collapse;width:100%%;margin:2mm 0}"
        "th,td{border:1px solid #555;padding:1mm 2mm;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
        "th{width:34mm;font-weight:normal;background:#f2f2f2}p{margin:1.5mm 0}"
        "code{font-family:monospace;font-size:9.5pt}.blank{display:inline-block;width:55mm;"
        "border-bottom:1px solid #555;height:1em}.day{text-align:right}.stamp td{height:17mm}"
        ".files{font-size:9pt;line-height:1.25}</style>\n<h1>%s</h1>\n<p class=\"day\">",
        p->ctx->common->lang == KP_LANG_JA ? "ja" : "en", kp_say(p->ctx, "送付書", "Covering letter"),
        p->letter->file_name, kp_say(p->ctx, "送付書", "Covering letter"));
    add_day(p, p->letter->run->as_of);
    kp_buf_str(p->out, "</p>\n");
}

static void add_parties(const struct page *p)
{
    const struct kp_insurer *n = p->letter->insurer;
    const struct kp_org *s = &p->letter->run->sender;
    const char *const to[] = {n->number, n->name, kp_say(p->ctx, "御中", "")};
    const char *const name[] = {n->sender_number, s->name}, *const address[] = {s->postal_code, s->address};
    kp_buf_str(p->out, "<table>\n");
    begin_row(p, "送付先", "To");
    add_words(p, to, KP_COUNT(to));
    kp_buf_char(p->out, '\n');
    begin_row(p, "送付元", "From");
    add_words(p, name, KP_COUNT(name));
    kp_buf_str(p->out, "<br>");
    add_words(p, address, KP_COUNT(address));
    kp_buf_char(p->out, '\n');
    row(p, "電話(お問い合わせ先)", "Telephone, for questions", s->phone ? s->phone : "");
    blank(p, "担当", "Person in charge", "(記入)", "(fill in)");
    kp_buf_str(p->out, "</table>\n");
}

static void add_files(const struct page *p)
{
    const struct kp_letter *l = p->letter;
    begin_row(p, "ファイル", "Files");
    kp_buf_str(p->out, "<span class=\"files\">");
    for (size_t i = 0; i < l->n_files; i++) {
        kp_buf_str(p->out, i ? "<br>" : "");
        kp_buf_html(p->out, l->files[i].name);
        kp_buf_printf(p->out, " (%" PRIu64 "%s)", l->files[i].n_documents, kp_say(p->ctx, "件", ""));
        if (l->n_files > 1 && strcmp(l->files[i].name, l->file_name) == 0)
            kp_buf_str(p->out, kp_say(p->ctx, " ← 本書の対象", " ← this one"));
    }
    kp_buf_str(p->out, "</span>\n");
}

static void add_requests(const struct page *p)
{
    const struct kp_cover *c = p->letter->cover;
    begin_row(p, "対応する提供依頼", "Request answered");
    for (size_t i = 0; i < c->n_requests; i++) {
        const struct kp_request *q = c->requests[i];
        kp_buf_str(p->out, i ? "<br>" : "");
        kp_buf_html(p->out, *q->document ? q->document : q->id);
        kp_buf_str(p->out, kp_say(p->ctx, " (受領 ", " (received "));
        add_day(p, q->received);
        kp_buf_char(p->out, ')');
    }
    if (c->n_more)
        kp_buf_str(p->out, kp_say(p->ctx, " ほか", " and others"));
    kp_buf_str(p->out,
               c->n_requests ? "\n" : kp_say(p->ctx, "なし(本人の同意による)\n", "none (by consent)\n"));
}

static void add_grounds(const struct page *p)
{
    static const struct {
        enum kp_route route;
        const char *ja, *en;
    } grounds[] = {{KP_ROUTE_ELDERLY, "高確法27条", "Elderly Act art. 27"},
                   {KP_ROUTE_HEALTH, "健保法150条等", "Health Insurance Act art. 150 or its like"},
                   {KP_ROUTE_CONSENT, "同意", "consent"}};
    begin_row(p, "件数(提供の根拠別)", "Documents, by ground");
    kp_buf_printf(p->out, "%" PRIu64 "%s (", p->letter->n_documents, kp_say(p->ctx, "件", ""));
    for (size_t i = 0; i < KP_COUNT(grounds); i++)
        kp_buf_printf(p->out, "%s%s: %" PRIu64, i ? kp_say(p->ctx, "、", ", ") : "",
                      kp_say(p->ctx, grounds[i].ja, grounds[i].en),
                      p->letter->cover->by_route[grounds[i].route]);
    kp_buf_str(p->out, ")\n");
}

static void add_contents(const struct page *p)
{
    const struct kp_letter *l = p->letter;
    kp_buf_str(p->out, "<table>\n");
    add_files(p);
    blank(p, "媒体", "Medium", "(　　枚のうち　　枚目)", "(number　　　of　　　)");
    const char *const kind[] = {
        kp_say(p->ctx, "健診結果 / 実施区分", "results of health checks / service event"),
        l->insurer->service_event, service_text(p)};
    begin_row(p, "種別", "Contents");
    add_words(p, kind, KP_COUNT(kind));
    kp_buf_char(p->out, '\n');
    begin_row(p, "健診実施日", "Examined");
    add_day(p, l->cover->first);
    kp_buf_str(p->out, kp_say(p->ctx, " ～ ", " to "));
    add_day(p, l->cover->last);
    kp_buf_char(p->out, '\n');
    add_grounds(p);
    add_requests(p);
    begin_row(p, "照合値(SHA-256の先頭)", "Digest (SHA-256, its beginning)");
    kp_buf_printf(p->out, "<code>%.*s</code>\n</table>\n", DIGEST_SHOWN, l->sha256);
}

static void add_opening(const struct page *p)
{
    const struct kp_letter *l = p->letter;
    if (!l->sealed) {
        paragraph(p, "ZIP形式です。パスワードはありません。",
                  "The file is a ZIP archive without a password.");
        return;
    }
    paragraph(
        p,
        "開き方: 同じ名前の暗号化ZIP(AES-256)に入っています。7-Zip などで開いてください。Windows の"
        "エクスプローラーでは開けません。パスワードは別の方法でお知らせします。照合値は中のZIPのものです。",
        "How to open it: the file is inside an encrypted archive of the same name (ZIP, AES-256). Use 7-Zip or "
        "the like; Windows Explorer cannot open it. The password reaches you by another way. The digest is "
        "that of the archive inside.");
    if (l->has_list)
        paragraph(p, "対象者の一覧(CSV)も同じ暗号化ZIPに入っています。",
                  "A list of the members (CSV) is in the same encrypted archive.");
}

static void add_receipt(const struct page *p)
{
    paragraph(
        p,
        "内容をお確かめのうえ、下欄に受領の印と日付をご記入になり、写しをお返しください。取り込めない記録が"
        "ありましたら、上記の電話までお知らせください。",
        "Please check the contents, stamp and date the receipt below, and return a copy. If a record cannot be "
        "taken in, please call the number above.");
    kp_buf_str(p->out, "<table class=\"stamp\">\n");
    begin_row(p, "受領", "Received");
    kp_buf_str(p->out, kp_say(p->ctx, "受領日:　　　　年　　月　　日　　　　受領印:",
                              "Day:　　　　　　　　　　Stamp:"));
    kp_buf_str(p->out, "\n</table>\n</html>\n");
}

void kp_letter_write(const struct kp_letter *letter, struct kp_buf *out)
{
    const struct page p = {letter, letter->run->ctx, out};
    add_head(&p);
    add_parties(&p);
    add_contents(&p);
    add_opening(&p);
    add_receipt(&p);
}

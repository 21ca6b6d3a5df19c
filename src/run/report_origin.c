#include "run/report_origin.h"

#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "tables/html.h"
#include "tables/names.h"

enum { MOST_INPUTS = 100 };

static void fact(const struct kp_part *p, const char *ja, const char *en, const char *text)
{
    kp_buf_str(p->out, "<tr>");
    kp_html_element(p->out, "th scope=\"row\"", kp_part_say(p, ja, en));
    kp_part_cell(p, text);
    kp_buf_str(p->out, "</tr>\n");
}

static void add_recovery(const struct kp_part *p)
{
    const struct kp_recovery *r = &p->report->ledger->recovery;
    if (r->torn_line)
        kp_html_element(
            p->out, "p",
            kp_part_say(p, "以前の実行が止まったため、提供記録の書きかけの最終行を取り除きました。",
                        "An earlier run died: a torn last line was removed from the disclosure log."));
    if (!*r->bundle)
        return;
    kp_buf_str(p->out, "<p>");
    kp_buf_str(
        p->out,
        r->completed
            ? kp_part_say(p, "以前の実行が送付直後に止まったため、送付の記録を補いました: ",
                          "An earlier run died after it released this bundle; its release entry was added: ")
            : kp_part_say(p, "以前の実行が送付前に止まったため、その記録を無効にしました: ",
                          "An earlier run died before it released this bundle; its entries were voided: "));
    kp_buf_html(p->out, r->bundle);
    kp_buf_str(p->out, "</p>\n");
}

static void add_notices(const struct kp_part *p)
{
    const struct kp_context *ctx = p->ctx;
    char day[11];
    kp_date_iso(ctx->tables.law_checked_on, day);
    if (!ctx->tables.builtin) {
        kp_buf_str(p->out, "<p class=\"warn\">");
        kp_buf_str(p->out, kp_part_say(p, "内蔵の表ではない表で判定しました: ",
                                       "Decided by tables that are not the built-in ones: "));
        kp_buf_html(p->out, ctx->tables.changed);
        kp_buf_str(p->out, "</p>\n");
    }
    if (kp_law_is_old(&ctx->tables, p->report->run->as_of)) {
        kp_buf_str(p->out, kp_part_say(p, "<p>法令を確認した日から1年を過ぎています: ",
                                       "<p>The law was last read more than a year before: "));
        kp_buf_printf(p->out, "%s</p>\n", day);
    }
    if (p->report->result->exam_kind_assumed)
        kp_html_element(
            p->out, "p",
            kp_part_say(p,
                        "健診種別の列がないため、定期健康診断(安衛則44条)とみなしました"
                        "([input] exam_kind)。",
                        "No column gives the kind of examination: the periodic one (安衛則 art. 44) was "
                        "assumed ([input] exam_kind)."));
    add_recovery(p);
}

static void add_inputs(const struct kp_part *p)
{
    const struct kp_inputs *inputs = &p->report->run->inputs;
    const char *heads[] = {kp_part_say(p, "入力", "input"), kp_part_say(p, "行", "rows"),
                           kp_part_say(p, "文字コード", "encoding"), "SHA-256"};
    kp_part_table(p, heads, KP_COUNT(heads));
    for (size_t i = 0; i < inputs->n && i < MOST_INPUTS; i++) {
        char hex[KP_SHA256_HEX + 1];
        kp_sha256_hex(inputs->list[i].probe.sha256, hex);
        kp_buf_str(p->out, "<tr>");
        kp_html_element(p->out, "th scope=\"row\"", inputs->list[i].path);
        kp_part_number(p, inputs->list[i].n_rows);
        kp_part_cell(p, kp_term(&p->ctx->diag, "encoding", kp_encoding_names[inputs->list[i].encoding]));
        kp_buf_str(p->out, "<td>");
        kp_html_element(p->out, "code", hex);
        kp_buf_str(p->out, "</td></tr>\n");
    }
    kp_part_end_table(p);
    if (inputs->n > MOST_INPUTS)
        kp_part_counted(p, "<p>ほか#件は report.json にあります。</p>\n",
                        "<p>report.json has # more inputs.</p>\n", inputs->n - MOST_INPUTS);
}

/* A file with its digest; nothing if there is none. */
static void file_fact(const struct kp_part *p, const char *ja, const char *en, const char *path,
                      const char *sha256)
{
    if (!path && !(sha256 && *sha256))
        return;
    kp_buf_str(p->out, "<tr>");
    kp_html_element(p->out, "th scope=\"row\"", kp_part_say(p, ja, en));
    kp_buf_str(p->out, "<td>");
    kp_buf_html(p->out, path ? path : "");
    kp_buf_str(p->out, "<br>");
    kp_html_element(p->out, "code", sha256 ? sha256 : "");
    kp_buf_str(p->out, "</td></tr>\n");
}

static void register_fact(const struct kp_part *p, const char *ja, const char *en, const char *path,
                          const struct kp_original *original)
{
    uint8_t digest[KP_SHA256_BYTES];
    char hex[KP_SHA256_HEX + 1];
    if (!path || !original->bytes)
        return;
    if (kp_sha256_of(original->bytes, original->n, digest) != KP_OK) {
        p->out->failed = true;
        return;
    }
    kp_sha256_hex(digest, hex);
    file_fact(p, ja, en, path, hex);
}

static void add_files(const struct kp_part *p)
{
    const struct kp_run *run = p->report->run;
    const struct kp_run_options *o = run->options;
    register_fact(p, "提供依頼の台帳", "register of requests", o->registers.requests,
                  &run->registers.requests.original);
    register_fact(p, "同意の台帳", "register of consents", o->registers.consents,
                  &run->registers.consents.original);
    register_fact(p, "保険者の台帳", "register of insurers", o->registers.insurers,
                  &run->registers.insurers.original);
    register_fact(p, "健診機関の台帳", "register of institutions", o->input.facilities,
                  &run->facilities.original);
    file_fact(p, "設定ファイル", "configuration", o->config, run->config_sha256);
    file_fact(p, "対応表", "mapping file", o->input.mapping, run->mapping_sha256);
    file_fact(p, "判定の表", "tables",
              p->ctx->common->schemas ? p->ctx->common->schemas : kp_part_say(p, "内蔵", "built in"),
              p->ctx->tables.sha256);
}

static void add_policies(const struct kp_part *p)
{
    const struct kp_run_options *o = p->report->run->options;
    fact(p, "年齢に達する日", "an age is reached",
         p->report->run->policy.age_rule == KP_AGE_BIRTHDAY
             ? kp_part_say(p, "誕生日", "on the birthday")
             : kp_part_say(p, "誕生日の前日(年齢計算ニ関スル法律)", "on the day before the birthday"));
    fact(p, "加入者とみる日", "membership counts on",
         p->report->run->policy.membership == KP_MEMBER_EXAM_DAY
             ? kp_part_say(p, "健診日", "the day of the examination")
             : kp_part_say(p, "健診日と提供依頼の受領日", "the day of the examination and of the request"));
    fact(p, "様式だけが求める項目", "items that only the form demands",
         o->withhold_form_items ? kp_part_say(p, "送らない", "withheld")
                                : kp_part_say(p, "送る", "included"));
    fact(p, "提供依頼が挙げた法定外の項目", "further items that a request names",
         o->release_requested_items ? kp_part_say(p, "送る", "released")
                                    : kp_part_say(p, "送らない", "withheld"));
    fact(p, "必須項目の不足", "missing required items",
         o->reject_incomplete ? kp_part_say(p, "要修正とする", "reject the record")
                              : kp_part_say(p, "警告する", "warn"));
    fact(p, "他の値からの計算", "items computed from others",
         o->derive ? kp_part_say(p, "する", "yes") : kp_part_say(p, "しない", "no"));
    fact(p, "警告のある記録", "records with a warning",
         o->common.strict ? kp_part_say(p, "要修正とする", "are rejected") : kp_part_say(p, "通す", "pass"));
}

static void add_log(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    fact(p, "提供記録", "disclosure log", r->log_path);
    kp_buf_str(p->out, "<tr>");
    kp_html_element(p->out, "th scope=\"row\"", kp_part_say(p, "提供記録の末尾ハッシュ", "head of the log"));
    kp_buf_printf(p->out, "<td><code>%s</code></td></tr>\n", r->head_hash);
}

void kp_part_origin(const struct kp_part *p)
{
    const struct kp_result *r = p->report->result;
    char day[11];
    kp_date_iso(p->ctx->tables.law_checked_on, day);
    kp_part_begin(p, "origin", "来歴", "What the run worked with");
    add_notices(p);
    add_inputs(p);
    kp_buf_str(p->out, "<table>\n<tbody>\n");
    fact(p, "kenporter の版", "version of kenporter", KP_VERSION);
    fact(p, "法令の確認日", "law read on", day);
    fact(p, "スキーマ", "schemas",
         r->own_schemas ? kp_part_say(p, "本プログラムのもの(--xsd の指定なし)", "this program's (no --xsd)")
                        : kp_part_say(p, "受付側の公式スキーマ", "the receiver's official ones"));
    add_files(p);
    add_policies(p);
    add_log(p);
    kp_part_end_table(p);
    kp_buf_str(p->out, "</section>\n");
}

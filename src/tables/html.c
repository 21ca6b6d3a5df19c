#include "tables/html.h"

#include <string.h>

#include "base/escape.h"

static const char STYLE[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1b1f;--dim:#55565f;--line:#c8c9d2;--card:#f5f6f8;"
    "--link:#0b57b0;--ok:#1a7f37;--bad:#b3261e;--hold:#8a5a00;--told:#4b5bb0;--mark:#fff0cf;--low:#dcebff}"
    "@media(prefers-color-scheme:dark){:root{--bg:#15161a;--fg:#e9e9ee;--dim:#adafb9;--line:#484a54;"
    "--card:#1f2127;--link:#8ab8ff;--ok:#5dbb72;--bad:#ff8f85;--hold:#e2b052;--told:#9aa8ff;--mark:#4a3a10;"
    "--low:#16365e}}"
    "*{box-sizing:border-box}"
    "body{font:16px/1.6 \"Hiragino Sans\",\"Yu Gothic UI\",Meiryo,\"Noto Sans CJK JP\",system-ui,"
    "sans-serif;background:var(--bg);color:var(--fg);max-width:62rem;margin:0 auto;padding:1rem;"
    "overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.35;margin:.2rem 0 .6rem}h2{font-size:1.2rem;margin:2rem 0 .6rem;"
    "border-bottom:2px solid var(--line);padding-bottom:.2rem}article>h2{margin-top:0}h3{font-size:1rem;margin:0 0 .4rem}"
    "p,ul,ol,dl{margin:.4rem 0}ul,ol{padding-left:1.4rem}a{color:var(--link)}"
    ".dim{color:var(--dim);font-size:.875rem}.n{text-align:right;white-space:nowrap;overflow-wrap:normal}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;"
    "margin:.7rem 0;break-inside:avoid}"
    ".verdict{border-left:.5rem solid var(--ok);padding:.4rem 1rem;background:var(--card)}"
    ".verdict.open{border-color:var(--hold)}.warn{border-left:.3rem solid var(--bad);padding-left:.7rem;"
    "font-weight:600}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0}th,td{border:1px solid var(--line);"
    "padding:.3rem .55rem;text-align:left;vertical-align:top}thead th{background:var(--card);overflow-wrap:normal}"
    "tr{break-inside:avoid}tbody th{font-weight:normal}caption{text-align:left;color:var(--dim);"
    "font-size:.875rem}"
    ".bar{display:block;width:100%;height:1.75rem;border-radius:.3rem}.key{display:inline-block;width:.8em;"
    "height:.8em;border-radius:.15em;margin-right:.4em}"
    ".ok{fill:var(--ok);background:var(--ok)}.bad{fill:var(--bad);background:var(--bad)}"
    ".hold{fill:var(--hold);background:var(--hold)}.told{fill:var(--told);background:var(--told)}"
    "dt{font-weight:600;float:left;clear:left;width:8.5em}dd{margin-left:9em;min-height:1.6em}"
    "code,pre{font:.875rem/1.5 ui-monospace,Consolas,Menlo,\"Noto Sans Mono CJK JP\",monospace}"
    "pre{white-space:pre-wrap;background:var(--bg);border:1px solid var(--line);border-radius:.3rem;"
    "padding:.5rem;margin:.4rem 0}"
    ".w,.wide th,.wide td{white-space:nowrap}.wide{overflow-x:auto}th.group{background:var(--card);font-weight:600}td>a{overflow-wrap:normal;white-space:nowrap}.high{background:var(--mark);font-weight:700}.low{background:var(--low);font-weight:700}"
    "@media(max-width:40rem){body{padding:.7rem;font-size:15px}dt{float:none}dd{margin-left:0}"
    "th,td{padding:.25rem .35rem;font-size:.875rem}}"
    "@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--dim:#444;--line:#999;--card:#fff;"
    "--link:#000;--ok:#1a7f37;--bad:#b3261e;--hold:#8a5a00;--told:#4b5bb0;--mark:#fff0cf;--low:#dcebff}"
    "@page{margin:14mm}html{font-size:9.5pt}body{font-size:9.5pt;max-width:none;padding:0}nav{display:none}h2{break-after:avoid}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}";

void kp_html_begin(const struct kp_context *ctx, const char *title, struct kp_buf *out)
{
    kp_buf_printf(out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">",
                  kp_say(ctx, "ja", "en"));
    kp_html_element(out, "title", title);
    kp_buf_str(out, "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                    "<meta name=\"robots\" content=\"noindex\"><meta name=\"referrer\" "
                    "content=\"no-referrer\">\n<style>");
    kp_buf_str(out, STYLE);
    kp_buf_str(out, "</style></head>\n<body>\n");
}

void kp_html_element(struct kp_buf *out, const char *tag, const char *text)
{
    kp_buf_printf(out, "<%s>", tag);
    kp_buf_html(out, text);
    kp_buf_printf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void kp_html_japanese(const struct kp_context *ctx, struct kp_buf *out, const char *tag, const char *text)
{
    kp_buf_printf(out, "<%s%s>", tag, ctx->common->lang == KP_LANG_JA ? "" : " lang=\"ja\"");
    kp_buf_html(out, text);
    kp_buf_printf(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

/* verify: bundles as their receiver sees them. */
#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "cli/cli.h"

static void add_json(const struct kp_verdict *v, const char *before, struct kp_buf *out)
{
    const struct {
        const char *name, *text;
    } texts[] = {{"bundle", v->path},
                 {"sha256", v->sha256},
                 {"sender_number", v->sender_number},
                 {"receiver_number", v->receiver_number},
                 {"created", v->created}};
    const struct {
        const char *name;
        uint64_t n;
    } numbers[] = {{"documents", v->documents}, {"faults", v->faults}, {"warnings", v->warnings}};
    kp_buf_str(out, before);
    for (size_t i = 0; i < KP_COUNT(texts); i++) {
        kp_buf_printf(out, "%s\"%s\": ", i ? ", " : "{", texts[i].name);
        kp_buf_json(out, texts[i].text);
    }
    for (size_t i = 0; i < KP_COUNT(numbers); i++)
        kp_buf_printf(out, ", \"%s\": %" PRIu64, numbers[i].name, numbers[i].n);
    kp_buf_str(out, ", \"by_code\": {");
    for (size_t i = 0; i < v->n_codes; i++)
        kp_buf_printf(out, "%s\"%s\": %" PRIu64, i ? ", " : "", v->by_code[i].name, v->by_code[i].n);
    kp_buf_str(out, "}}");
}

static void add_lines(const struct kp_verdict *v, bool ja, bool logged, bool strict, struct kp_buf *out)
{
    kp_buf_printable(out, v->path);
    kp_buf_char(out, '\n');
    if (*v->sender_number)
        kp_buf_printf(out, "  %s %s %s %s, %s %s\n", ja ? "送付元" : "from", v->sender_number,
                      ja ? "送付先" : "to", *v->receiver_number ? v->receiver_number : "?",
                      ja ? "作成日" : "made on", v->created);
    kp_buf_printf(out, "  %s %" PRIu64 ", %s %" PRIu64 ", %s %" PRIu64 "\n", ja ? "文書" : "documents",
                  v->documents, ja ? "不備" : "faults", v->faults, ja ? "警告" : "warnings", v->warnings);
    for (size_t i = 0; i < v->n_codes; i++)
        kp_buf_printf(out, "%s%s ×%" PRIu64 "%s", i ? ", " : "  ", v->by_code[i].name, v->by_code[i].n,
                      i + 1 == v->n_codes ? "\n" : "");
    if (v->faults == 0 && !(strict && v->warnings > 0))
        kp_buf_printf(out, "  %s\n",
                      logged ? (ja ? "問題なし。提供記録とも一致" : "sound, and as the disclosure log says")
                             : (ja ? "問題なし" : "sound"));
}

enum kp_status kp_command_verify(struct kp_console *c)
{
    struct kp_verdicts verdicts = {0};
    struct kp_buf out = {0};
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments == 0)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_BUNDLE_NOT_NAMED, KP_NOWHERE, "verify");
    const struct kp_verify_options options = {.common = s->options.common,
                                              .bundles = s->arguments,
                                              .n_bundles = s->n_arguments,
                                              .xsd = s->options.xsd,
                                              .log = s->options.log,
                                              .age_rule = s->options.age_rule};
    enum kp_status st = kp_verify(&options, &c->env, &verdicts);
    if (st != KP_OK && st != KP_E_FAULT)
        return st;
    for (size_t i = 0; i < verdicts.n_bundles; i++) {
        if (s->json)
            add_json(&verdicts.bundles[i], i ? ",\n  " : "{\"bundles\": [\n  ", &out);
        else if (!s->quiet)
            add_lines(&verdicts.bundles[i], c->diag.lang == KP_LANG_JA, s->options.log != NULL,
                      s->options.common.strict, &out);
    }
    if (s->json)
        kp_buf_str(&out, "\n]}\n");
    if (!kp_console_print(c, &out))
        st = KP_E_SYSTEM;
    kp_buf_release(&out);
    kp_verdicts_free(&verdicts);
    return st;
}

/* check and export: the run, then what a person wants to know about it. */
#include <inttypes.h>
#include <string.h>

#include "cli.h"
#include "status.h"

static const char *say(const struct kp_console *c, const char *ja, const char *en)
{
    return c->diag.lang == KP_LANG_JA ? ja : en;
}

static void add_insurers(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    for (size_t i = 0; i < r->n_insurers; i++) {
        const struct kp_insurer_result *n = &r->insurers[i];
        kp_buf_printf(out, "%s %s\n", n->insurer_number, *n->name ? n->name : n->scheme);
        kp_buf_printf(out, "  %s %" PRIu64 ", %s %" PRIu64, say(c, "文書", "documents"), n->documents,
                      say(c, "保留", "held"), n->held);
        for (size_t k = 0; k < n->n_bases; k++)
            kp_buf_printf(out, "%s%s %" PRIu64, k ? ", " : " (", n->by_basis[k].name, n->by_basis[k].n);
        kp_buf_str(out, n->n_bases ? ")\n" : "\n");
        if (*n->bundle)
            kp_buf_printf(out, "  %s\n", n->bundle);
    }
}

static void add_places(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    bool export = c->settings.options.command == KP_CMD_EXPORT;
    kp_buf_char(out, '\n');
    if (r->rejected)
        kp_buf_printf(out, "%s %s/rejected.csv\n", say(c, "却下(直して再投入):", "rejected (mend, feed back in):"),
                      r->run_folder);
    if (r->held)
        kp_buf_printf(out, "%s %s/held.csv\n", say(c, "保留:", "held:"), r->run_folder);
    kp_buf_printf(out, "%s %s/decisions.csv\n", say(c, "全行の判定:", "every row's decision:"), r->run_folder);
    kp_buf_printf(out, "%s %s/report.html\n", say(c, "報告:", "report:"), r->run_folder);
    if (export)
        kp_buf_printf(out, "%s %s\n%s %s\n", say(c, "提供記録:", "disclosure log:"), r->log_path,
                      say(c, "末尾ハッシュ:", "its head hash:"), r->head_hash);
}

static void add_summary(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    bool export = c->settings.options.command == KP_CMD_EXPORT;
    const struct {
        const char *name;
        uint64_t n;
    } lines[] = {{say(c, "同じ内容の重複行(1件として計上)", "equal rows, counted once:"), r->duplicates},
                 {say(c, "警告", "warnings:"), r->warnings}};
    kp_buf_printf(out, "%s  %s %" PRIu64 " = ", r->as_of, say(c, "読込", "read"), r->read);
    kp_buf_printf(out, "%s %" PRIu64 " + ", export ? say(c, "提供", "released") : say(c, "提供可能", "would be released"),
                  r->released);
    kp_buf_printf(out, "%s %" PRIu64 " + ", say(c, "却下", "rejected"), r->rejected);
    kp_buf_printf(out, "%s %" PRIu64 " + ", say(c, "保留", "held"), r->held);
    kp_buf_printf(out, "%s %" PRIu64 "\n", say(c, "提供済み", "already disclosed"), r->already_disclosed);
    for (size_t i = 0; i < KP_COUNT(lines); i++)
        if (lines[i].n)
            kp_buf_printf(out, "%s %" PRIu64 "\n", lines[i].name, lines[i].n);
    for (size_t i = 0; i < r->n_reasons; i++)
        kp_buf_printf(out, "%s%s %" PRIu64, i ? ", " : say(c, "保留の理由: ", "held because: "), r->held_by_reason[i].name,
                      r->held_by_reason[i].n);
    kp_buf_str(out, r->n_reasons ? "\n\n" : "\n");
    add_insurers(c, r, out);
    add_places(c, r, out);
}

enum kp_status kp_command_run(struct kp_console *c)
{
    struct kp_result result = {0};
    struct kp_buf out = {0};
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments == 0)
        return kp_diag_fail(&c->diag, KP_E_USAGE, KP_K_INPUT_MISSING, NULL, 0, NULL,
                            s->options.command == KP_CMD_EXPORT ? "export" : "check", NULL, NULL);
    enum kp_status st = kp_run(&s->options, &c->env, &result);
    if (st != KP_OK && st != KP_E_ATTENTION)
        return st;
    if (s->json)
        kp_buf_str(&out, result.report_json);
    else if (!s->quiet)
        add_summary(c, &result, &out);
    if (!kp_console_print(c, &out))
        st = KP_E_SYSTEM;
    kp_buf_release(&out);
    kp_result_free(&result);
    return st;
}

/* audit: verifies disclosure logs and lists their entries. */
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "cli/cli.h"

/* Names the logs of the configuration: the older ones, then the current one. Reports KP_E_SYSTEM. */
static enum kp_status use_configured(struct kp_console *c, struct kp_audit_options *audit)
{
    enum { MAX_LOGS = 64 };
    const struct kp_run_options *o = &c->settings.options;
    const char *older = o->previous_logs ? o->previous_logs : "";
    const char **logs = kp_arena_alloc(&c->arena, MAX_LOGS * sizeof(*logs));
    for (struct kp_word word; logs && audit->n_logs + 1 < MAX_LOGS && kp_next_word(&older, ":", &word);)
        logs[audit->n_logs++] = kp_arena_strndup(&c->arena, word.at, word.n);
    if (logs)
        logs[audit->n_logs++] =
            o->log ? o->log : kp_arena_printf(&c->arena, "%s/disclosure-log.csv", o->output);
    audit->logs = logs;
    return c->arena.failed ? kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE) : KP_OK;
}

/* Turns the lines of JSONL, which arrive whole, into the elements of one array. */
struct array {
    struct kp_console *console;
    bool begun;
};

static bool begin_array(struct array *a)
{
    static const char head[] = "{\n  \"schema_version\": 1,\n  \"entries\": [";
    bool first = !a->begun;
    a->begun = true;
    return !first || kp_console_write(a->console, head, sizeof(head) - 1);
}

static bool add_elements(void *ctx, const char *bytes, size_t n)
{
    struct array *a = ctx;
    for (const char *at = bytes, *end = bytes + n; at < end;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *before = a->begun ? ",\n    " : "\n    ";
        size_t length = (size_t)((newline ? newline : end) - at);
        if (length > 0 && (!begin_array(a) || !kp_console_write(a->console, before, strlen(before)) ||
                           !kp_console_write(a->console, at, length)))
            return false;
        at += length + (newline != NULL);
    }
    return true;
}

/* Answers as --format jsonl does, which lists the entries, and people with them. */
static enum kp_status print_json(struct kp_console *c, struct kp_audit_options *o)
{
    static const char tail[] = "]\n}\n";
    struct array a = {.console = c};
    o->format = KP_AUDIT_JSONL;
    enum kp_status st = kp_audit(o, &c->env, add_elements, &a);
    if (st != KP_OK && !a.begun)
        return st;
    if (!begin_array(&a) || !kp_console_write(c, tail, sizeof(tail) - 1))
        return KP_E_SYSTEM;
    return st;
}

enum kp_status kp_command_audit(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    struct kp_audit_options o = s->audit;
    o.common = s->options.common;
    o.registers = s->options.registers;
    o.output = s->options.output;
    if (s->html && o.format != KP_AUDIT_TABLE)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_OPTIONS_APART, KP_NOWHERE, "--html", "--format");
    if (s->json && (s->html || o.format != KP_AUDIT_TABLE))
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_OPTIONS_APART, KP_NOWHERE, "--json",
                       s->html ? "--html" : "--format");
    if (s->html)
        o.format = KP_AUDIT_HTML;
    o.logs = s->arguments;
    o.n_logs = s->n_arguments;
    if (o.n_logs == 0 && !s->config)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_AUDIT_LOG_MISSING, KP_NOWHERE);
    if (o.n_logs == 0)
        KP_TRY(use_configured(c, &o));
    return s->json ? print_json(c, &o) : kp_audit(&o, &c->env, kp_console_write, c);
}

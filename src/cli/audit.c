/* audit: verifies disclosure logs and lists their entries. */
#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "cli/cli.h"

/* Collects the logs of the configuration: the older ones, then the current one. Reports KP_E_SYSTEM. */
static enum kp_status configured_logs(struct kp_console *c, const char **logs, size_t max, size_t *ret_n)
{
    const struct kp_run_options *o = &c->settings.options;
    size_t n = 0;
    const char *older = o->previous_logs ? o->previous_logs : "";
    for (struct kp_word word; n + 1 < max && kp_next_word(&older, ":", &word);)
        logs[n++] = kp_arena_strndup(&c->arena, word.at, word.n);
    logs[n++] = o->log ? o->log : kp_arena_printf(&c->arena, "%s/disclosure-log.csv", o->output);
    *ret_n = n;
    return c->arena.failed ? kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE) : KP_OK;
}

enum kp_status kp_command_audit(struct kp_console *c)
{
    enum { MAX_LOGS = 64 };
    const struct kp_settings *s = &c->settings;
    const char *configured[MAX_LOGS];
    struct kp_audit_options o = s->audit;
    o.common = s->options.common;
    o.registers = s->options.registers;
    o.logs = s->arguments;
    o.n_logs = s->n_arguments;
    if (o.n_logs == 0 && !s->config)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_AUDIT_LOG_MISSING, KP_NOWHERE);
    if (o.n_logs == 0) {
        o.logs = configured;
        KP_TRY(configured_logs(c, configured, MAX_LOGS, &o.n_logs));
    }
    return kp_audit(&o, &c->env, kp_console_write, c);
}

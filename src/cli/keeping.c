/* handover, status, reply, purge and retire: what becomes of bundles, files and logs after a run. */
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/status.h"
#include "cli/cli.h"

static struct kp_log_files log_files(const struct kp_settings *s)
{
    return (struct kp_log_files){.output = s->options.output,
                                 .log = s->options.log,
                                 .previous_logs = s->options.previous_logs,
                                 .anchors = s->options.anchors,
                                 .officer = s->options.officer};
}

enum kp_status kp_command_handover(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    const struct {
        bool given;
        enum kp_audit_event event;
        const char *name;
    } flags[] = {{s->received, KP_AUDIT_RECEIVED, "--received"},
                 {s->returned, KP_AUDIT_RETURNED, "--returned"},
                 {s->recalled, KP_AUDIT_RECALLED, "--recalled"}};
    struct kp_handover_options o = {.common = s->options.common,
                                    .files = log_files(s),
                                    .bundles = s->arguments,
                                    .n_bundles = s->n_arguments,
                                    .event = KP_AUDIT_HANDOVER,
                                    .to = s->handover.to,
                                    .means = s->handover.means,
                                    .on = s->handover.on,
                                    .note = s->handover.note};
    for (size_t i = 0; i < KP_COUNT(flags); i++) {
        if (flags[i].given && o.event != KP_AUDIT_HANDOVER)
            return kp_fail(&c->diag, KP_E_USAGE, KP_K_OPTION_NOT_HERE, KP_NOWHERE, flags[i].name,
                           o.event == KP_AUDIT_RECEIVED ? "received" : "returned");
        if (flags[i].given)
            o.event = flags[i].event;
    }
    return kp_handover(&o, &c->env);
}

/* Prints the page of a call that ended with st. */
static enum kp_status print(struct kp_console *c, enum kp_status st, struct kp_page *page)
{
    if (st <= KP_E_ATTENTION && !kp_console_write(c, page->text, strlen(page->text)))
        st = KP_E_SYSTEM;
    kp_page_free(page);
    return st;
}

enum kp_status kp_command_purge(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    const struct kp_purge_options o = {
        .common = s->options.common, .files = log_files(s), .before = s->before, .dry_run = s->dry_run};
    struct kp_page page = {0};
    return print(c, kp_purge(&o, &c->env, &page), &page);
}

/* Returns the last line of a text, which ends with one. */
static const char *last_line(const char *text)
{
    const char *last = text;
    for (const char *at = text; *at; at++)
        if (*at == '\n' && at[1])
            last = at + 1;
    return last;
}

enum kp_status kp_console_tidy(struct kp_console *c, enum kp_status st)
{
    const struct kp_settings *s = &c->settings;
    bool prints = !s->quiet && !s->if_needed && !s->json;
    char day[11];
    struct kp_page page = {0};
    if (!s->keep || s->options.command != KP_CMD_EXPORT || c->result.nothing_to_read)
        return st;
    struct kp_date today = kp_date_in_japan(c->env.now(c->env.ctx));
    kp_date_iso(kp_date_from_days(kp_date_days(today) - (int32_t)strtol(s->keep, NULL, 10)), day);
    const struct kp_purge_options o = {
        .common = s->options.common, .files = log_files(s), .before = day, .runs_only = true};
    if (kp_purge(&o, &c->env, &page) != KP_OK)
        return KP_E_ATTENTION; /* the export is complete all the same */
    const char *counts = last_line(page.text);
    if (prints && counts != page.text && !kp_console_write(c, counts, strlen(counts)))
        st = KP_E_SYSTEM;
    kp_page_free(&page);
    return st;
}

enum kp_status kp_command_status(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    const struct kp_status_options o = {.common = s->options.common, .files = log_files(s), .json = s->json};
    struct kp_page page = {0};
    return print(c, kp_show_status(&o, &c->env, &page), &page);
}

enum kp_status kp_command_reply(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    const struct kp_reply_options o = {
        .common = s->options.common, .files = log_files(s), .path = s->arguments[0]};
    struct kp_page page = {0};
    return print(c, kp_reply(&o, &c->env, &page), &page);
}

enum kp_status kp_command_retire(struct kp_console *c)
{
    const struct kp_retire_options o = {c->settings.options.common, c->settings.arguments[0]};
    return kp_retire(&o, &c->env);
}

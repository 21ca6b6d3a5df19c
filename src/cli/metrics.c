/* The state of the last run for a monitoring system, in Prometheus' text format. */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/status.h"
#include "cli/cli.h"

enum { MOST_BYTES = 1 << 20, COLLECTOR_MAY_READ = 0644 };

#define LAST_SUCCESS "kenporter_last_success_timestamp_seconds"

static void add_head(struct kp_buf *out, const char *name, const char *help)
{
    kp_buf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void add_gauge(struct kp_buf *out, const char *name, const char *help, uint64_t value)
{
    add_head(out, name, help);
    kp_buf_printf(out, "%s %" PRIu64 "\n", name, value);
}

/* Returns when a run last succeeded by the file that the last one wrote; 0: never, or unknown. */
static uint64_t last_success(struct kp_console *c, const char *path)
{
    const char *bytes = "", *at = NULL;
    size_t n = 0;
    if (kp_read_file(&kp_io_posix, path, MOST_BYTES, &c->arena, &bytes, &n) == KP_OK)
        at = strstr(bytes, "\n" LAST_SUCCESS " ");
    return at ? strtoull(at + strlen("\n" LAST_SUCCESS " "), NULL, 10) : 0;
}

/* Describes a run that is complete. */
static void add_result(const struct kp_result *r, struct kp_buf *out)
{
    static const char records[] = "kenporter_records", held[] = "kenporter_held_records";
    const struct kp_count outcomes[] = {{"read", r->read},
                                        {"released", r->released},
                                        {"rejected", r->rejected},
                                        {"held", r->held},
                                        {"already_disclosed", r->already_disclosed}};
    add_head(out, records, "Records of the last run by outcome; read is the sum of the others.");
    for (size_t i = 0; i < KP_COUNT(outcomes); i++)
        kp_buf_printf(out, "%s{outcome=\"%s\"} %" PRIu64 "\n", records, outcomes[i].name, outcomes[i].n);
    add_head(out, held, "Held records of the last run by reason.");
    for (size_t i = 0; i < r->n_reasons; i++)
        kp_buf_printf(out, "%s{reason=\"%s\"} %" PRIu64 "\n", held, r->held_by_reason[i].name,
                      r->held_by_reason[i].n);
    add_gauge(out, "kenporter_warnings", "Warnings of the last run.", r->warnings);
    add_gauge(out, "kenporter_unreadable_inputs", "Files of the drop folder that cannot be read.",
              r->n_unread);
    add_gauge(out, "kenporter_waiting_inputs", "Files of the drop folder that are still being written.",
              r->n_waiting_inputs);
    if (r->nothing_to_read)
        return;
    add_gauge(out, "kenporter_log_entries", "Entries of the disclosure log.", r->log_entries);
    add_gauge(out, "kenporter_anchor_written", "1 if the last run wrote the head of the log to the anchors.",
              strcmp(r->anchor, "written") == 0);
    add_gauge(out, "kenporter_anchor_failed", "1 if the last run could not write it there.",
              strcmp(r->anchor, "failed") == 0);
}

static void add_all(struct kp_console *c, const char *path, enum kp_status st, struct kp_buf *out)
{
    int64_t now = c->env.now(c->env.ctx);
    bool complete = st == KP_OK || st == KP_E_ATTENTION;
    static const char info[] = "kenporter_info";
    add_head(out, info, "The command of the last run and the version of the program.");
    kp_buf_printf(out, "%s{command=\"%s\",version=\"%s\"} 1\n", info, c->name, KP_VERSION);
    add_gauge(out, "kenporter_exit_status", "Exit status of the last run; up to 1 it is complete.", st);
    add_gauge(out, "kenporter_last_run_timestamp_seconds", "When the last run ended.", (uint64_t)now);
    add_gauge(out, LAST_SUCCESS, "When a run last ended with exit status 0 or 1; 0 if none did.",
              complete ? (uint64_t)now : last_success(c, path));
    add_gauge(out, "kenporter_run_seconds", "How long the last run took.",
              now > c->started ? (uint64_t)(now - c->started) : 0);
    if (complete)
        add_result(&c->result, out);
}

/* Under another name first, so that the collector never reads half a file, or one that it may not open. */
static bool put(struct kp_console *c, const char *path, const struct kp_buf *text)
{
    const char *temp = kp_arena_printf(&c->arena, "%s.new", path);
    errno = ENOMEM;
    if (!temp || !kp_buf_ok(text))
        return false;
    if (kp_write_file(&kp_io_posix, temp, kp_buf_text(text), text->len) == KP_OK &&
        chmod(temp, COLLECTOR_MAY_READ) == 0 && rename(temp, path) == 0)
        return true;
    int error = errno;
    (void)remove(temp);
    errno = error;
    return false;
}

enum kp_status kp_metrics_write(struct kp_console *c, enum kp_status st)
{
    const unsigned runs = KP_FOR_CHECK | KP_FOR_EXPORT | KP_FOR_PREPARE | KP_FOR_RELEASE | KP_FOR_ROSTER;
    const struct kp_settings *s = &c->settings;
    const char *path = s->metrics;
    struct kp_buf text = {0};
    bool nightly = c->command == KP_FOR_EXPORT && !s->dry_run;
    for (size_t i = 0; path && s->origins && i < kp_n_options; i++)
        if (s->origins[i].value == path && s->origins[i].file && !nightly)
            return st;
    if (!path || s->help || !(c->command & runs))
        return st;
    add_all(c, path, st, &text);
    bool ok = put(c, path, &text);
    kp_buf_release(&text);
    if (ok)
        return st;
    kp_warn(&c->diag, KP_K_METRICS_NOT_WRITTEN, kp_in(path), strerror(errno));
    return st == KP_OK ? KP_E_ATTENTION : st;
}

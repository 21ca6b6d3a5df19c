/* What goes to stderr: messages, for people, terminals and the journal, and the progress bar. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/json.h"
#include "cli/cli.h"

enum { BAR_WIDTH = 30 };

/* Failures of one code that are printed: only a bundle with that many documents, all faulty, has more. */
enum { MOST_FAULTS = 1000 };

/* By enum kp_level. */
static const struct {
    const char *journal; /* syslog priority, as systemd reads it at the beginning of a line */
    const char *colour;
} STYLES[KP_LEVEL__COUNT] = {[KP_LEVEL_NOTE] = {"<6>", "\033[36m"},
                             [KP_LEVEL_WARN] = {"<4>", "\033[33m"},
                             [KP_LEVEL_HOLD] = {"<5>", "\033[35m"},
                             [KP_LEVEL_REJECT] = {"<4>", "\033[31m"},
                             [KP_LEVEL_FAIL] = {"<3>", "\033[1;31m"}};

/* Returns whether stderr is the journal's: systemd names its device and inode. */
static bool is_journal(int fd)
{
    char own[64];
    struct stat st;
    const char *stream = getenv("JOURNAL_STREAM");
    if (!stream || fd < 0 || fstat(fd, &st) != 0)
        return false;
    (void)snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, own) == 0;
}

void kp_console_style(struct kp_console *c)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    int fd = fileno(c->err);
    c->journal = is_journal(fd);
    c->colours = (!no_colour || !*no_colour) && term && *term && strcmp(term, "dumb") != 0 && fd >= 0 &&
                 isatty(fd) == 1;
}

void kp_console_clear_bar(struct kp_console *c)
{
    if (c->bar_shown)
        (void)fprintf(c->err, "\r\033[K"); /* a failure of stderr cannot be reported */
    c->bar_shown = false;
}

static bool is_silent(const struct kp_console *c, enum kp_level level, unsigned code)
{
    bool waits_only = code == KP_K_NO_REQUEST;
    return level < KP_LEVEL_FAIL &&
           (c->settings.quiet || c->settings.if_needed || (waits_only && !c->settings.verbose));
}

static void add_level(const struct kp_console *c, const struct kp_message *m, struct kp_buf *line)
{
    const char *colour = c->colours ? STYLES[m->level].colour : "";
    kp_buf_printf(line, ": %s%s%s K%04u%s", colour, kp_level_name(m->level), *colour ? "\033[0m" : "",
                  m->code, m->field ? " " : "");
}

/* Keeps the last failure for --json. That a register has more faults is not one. A NULL when memory is short
 * is printed as null. */
static void keep_failure(struct kp_console *c, const struct kp_message *m)
{
    c->failures++;
    if (m->code == KP_K_REGISTER_FAULTS_MORE)
        return;
    c->failure = (struct kp_message){.level = m->level,
                                     .code = m->code,
                                     .file = m->file ? kp_arena_strdup(&c->arena, m->file) : NULL,
                                     .line = m->line,
                                     .text = kp_arena_strdup(&c->arena, m->text),
                                     .remedy = kp_arena_strdup(&c->arena, m->remedy)};
}

enum kp_status kp_console_failure(struct kp_console *c, enum kp_status st)
{
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    char code[8];
    (void)snprintf(code, sizeof(code), "K%04u", c->failure.code);
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_u64(&json, "schema_version", 1);
    kp_json_object(&json, "error", KP_JSON_INLINE);
    kp_json_string(&json, "code", c->failure.code ? code : NULL);
    kp_json_string(&json, "text", c->failure.text);
    kp_json_string(&json, "remedy", c->failure.remedy);
    kp_json_string(&json, "file", c->failure.file);
    kp_json_u64(&json, "line", c->failure.line);
    kp_json_end(&json);
    kp_json_u64(&json, "exit_status", st);
    kp_json_end(&json);
    return kp_console_print(c, st, &out);
}

/* Returns whether the same list of missing items was printed for another row of the file: most people of an
 * export lack the same. Few lists are kept, since few are printed. */
static bool is_known_list(struct kp_console *c, const struct kp_message *m)
{
    if (m->code != KP_K_REQUIRED_ABSENT && m->code != KP_K_PERIODIC_ABSENT)
        return false;
    const char *key = kp_arena_printf(&c->arena, "%u %s %s", m->code, m->file ? m->file : "", m->text);
    return key && kp_map_put(&c->lists, &c->arena, key, 0) == KP_MAP_EXISTED;
}

/* Counts the message. Each unused column that resembles an item has a remedy of its own. */
static bool is_one_too_many(struct kp_console *c, const struct kp_message *m)
{
    unsigned most = m->level == KP_LEVEL_FAIL ? MOST_FAULTS : c->most_shown;
    if (!c->shown || c->settings.verbose || m->code == KP_K_COLUMN_RESEMBLES)
        return false;
    if (c->shown[m->code] < most && !is_known_list(c, m)) {
        c->shown[m->code]++;
        return false;
    }
    c->hidden[m->code]++;
    return true;
}

void kp_console_message(void *ctx, const struct kp_message *m)
{
    struct kp_console *c = ctx;
    if (m->level == KP_LEVEL_FAIL)
        keep_failure(c, m);
    if (is_silent(c, m->level, m->code))
        return;
    if (is_one_too_many(c, m))
        return;
    struct kp_buf line = {0}; /* one write, because stderr is unbuffered */
    kp_buf_str(&line, c->journal ? STYLES[m->level].journal : "");
    kp_buf_printable(&line, m->file ? m->file : "kenporter");
    if (m->line)
        kp_buf_printf(&line, ":%" PRIu64, m->line);
    add_level(c, m, &line);
    kp_buf_printable(&line, m->field ? m->field : "");
    kp_buf_str(&line, ": ");
    kp_buf_printable(&line, m->text);
    if (*m->remedy && m->level > KP_LEVEL_NOTE) {
        kp_buf_str(&line, "; ");
        kp_buf_printable(&line, m->remedy);
    }
    kp_buf_char(&line, '\n');
    kp_console_clear_bar(c);
    if (kp_buf_ok(&line))
        (void)fwrite(kp_buf_text(&line), 1, line.len, c->err); /* a failure of stderr cannot be reported */
    else
        (void)fprintf(c->err, "kenporter: %s K%04u: out of memory\n", kp_level_name(m->level), m->code);
    kp_buf_release(&line);
}

void kp_console_rest(struct kp_console *c)
{
    bool has_files = c->command != KP_FOR_VERIFY;
    const char *where = has_files ? kp_console_say(c, "報告のファイルを参照", "all are in the report's files")
                                  : kp_console_say(c, "-v ですべて表示", "-v shows all");
    if (c->settings.verbose || c->settings.quiet || c->settings.if_needed || !c->shown)
        return;
    kp_console_clear_bar(c);
    for (unsigned code = 0; code < KP_CONSOLE_CODES; code++) {
        if (c->hidden[code] > 0 && code != KP_K_NO_REQUEST)
            (void)fprintf(c->err,
                          c->diag.lang == KP_LANG_JA ? "%skenporter: K%04u がほかに%u件(%s)\n"
                                                     : "%skenporter: K%04u %u more times; %s\n",
                          c->journal ? STYLES[KP_LEVEL_NOTE].journal : "", code, c->hidden[code], where);
        c->shown[code] = c->hidden[code] = 0; /* said once */
    }
}

static void add_duration(struct kp_buf *out, int64_t seconds)
{
    if (seconds >= 3600)
        kp_buf_printf(out, "%" PRId64 ":%02" PRId64 ":%02" PRId64, seconds / 3600, seconds / 60 % 60,
                      seconds % 60);
    else
        kp_buf_printf(out, "%" PRId64 ":%02" PRId64, seconds / 60, seconds % 60);
}

/* Appends bytes per second and the time that the rest takes at that rate. */
static void add_rate(const struct kp_console *c, uint64_t done, uint64_t total, struct kp_buf *out)
{
    int64_t elapsed = c->bar_at - c->bar_from;
    if (elapsed <= 0 || done == 0)
        return;
    uint64_t tenths = done / (uint64_t)elapsed * 10 / 1000000, rest = total > done ? total - done : 0;
    kp_buf_printf(out, "  %" PRIu64 ".%" PRIu64 " MB/s  %s ", tenths / 10, tenths % 10,
                  kp_console_say(c, "残り", "left"));
    add_duration(out, (int64_t)((rest / 1000 * (uint64_t)elapsed) / (done / 1000 + 1)));
}

/* Draws the bar when a second or a percent has passed. */
void kp_console_progress(void *ctx, uint64_t done, uint64_t total)
{
    struct kp_console *c = ctx;
    int percent = total ? (int)(done * 100 / total) : 100;
    int64_t now = c->env.now(c->env.ctx);
    if (c->bar_from == 0)
        c->bar_from = now;
    if (c->bar_shown && percent == c->bar_percent && now == c->bar_at)
        return;
    c->bar_percent = percent;
    c->bar_at = now;
    c->bar_shown = true;
    struct kp_buf line = {0};
    kp_buf_str(&line, "\r[");
    for (int i = 0; i < BAR_WIDTH; i++)
        kp_buf_char(&line, i < percent * BAR_WIDTH / 100 ? '#' : '.');
    kp_buf_printf(&line, "] %3d%%", percent);
    add_rate(c, done, total, &line);
    kp_buf_str(&line, "\033[K"); /* what a longer line has left */
    if (kp_buf_ok(&line))
        (void)fwrite(kp_buf_text(&line), 1, line.len, c->err); /* a failure of stderr cannot be reported */
    (void)fflush(c->err);
    kp_buf_release(&line);
}

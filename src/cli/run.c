/* check, export, prepare, release and roster: a run and its summary. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/json.h"
#include "base/status.h"
#include "cli/cli.h"
#include "cli/inputs.h"
#include "tables/names.h"

static bool discloses(const struct kp_console *c)
{
    enum kp_command command = c->settings.options.command;
    return command == KP_CMD_EXPORT || command == KP_CMD_RELEASE || command == KP_CMD_ROSTER;
}

static bool lists(const struct kp_console *c)
{
    return c->settings.options.command == KP_CMD_ROSTER;
}

static void add_count(struct kp_buf *out, const char *name, uint64_t n, const char *after)
{
    kp_buf_printf(out, "%s %" PRIu64 "%s", name, n, after);
}

/* kind: of the terms that the names are */
static void add_counts(const struct kp_console *c, const char *kind, const struct kp_count *counts, size_t n,
                       struct kp_buf *out)
{
    for (size_t i = 0; i < n; i++)
        kp_buf_printf(out, "%s%s %" PRIu64, i ? ", " : " (", kp_term(&c->diag, kind, counts[i].name),
                      counts[i].n);
    kp_buf_str(out, n ? ")" : "");
}

/* Says what a request would release, which makes a run useful before one arrives. */
static void add_forecast(const struct kp_console *c, const struct kp_insurer_result *n, struct kp_buf *out)
{
    uint64_t waiting = 0;
    for (size_t i = 0; i < n->n_waiting; i++)
        waiting += n->waiting[i].n;
    if (waiting == 0)
        return;
    add_count(out,
              kp_console_say(c, "  両法を根拠とする提供依頼があれば提供可能:",
                             "  would go out on a request citing both Acts:"),
              waiting, "");
    add_counts(c, "basis", n->waiting, n->n_waiting, out);
    kp_buf_char(out, '\n');
}

/* Lists the diagnostics by frequency with their first lines; the report files have every row. */
static void add_codes(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    enum kp_level least = c->settings.verbose ? KP_LEVEL_NOTE : KP_LEVEL_WARN;
    const char *title = kp_console_say(c, "見つかったもの(件数、最初の行):\n",
                                       "found (how often, and in which lines first):\n");
    for (size_t i = 0; i < r->n_codes; i++) {
        const struct kp_code_result *n = &r->codes[i];
        if (n->level < least)
            continue;
        kp_buf_printf(out, "%s  %-6s K%04u %7" PRIu64 "  ", title,
                      kp_term(&c->diag, "level", kp_level_name(n->level)), n->code, n->n);
        kp_buf_printable(out, n->places);
        kp_buf_printf(out, "\n%23s  %s\n", "", n->text);
        title = "";
    }
    kp_buf_str(out, *title ? "" : "\n");
}

/* Lists the columns that only a mapping file settles, each with its line. */
static void add_columns(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    const char *title = kp_console_say(c, "列ごとの判断(右は対応表に書く行):\n",
                                       "columns (and the line for a mapping file):\n");
    for (const struct kp_column_result *n = r->columns; n < r->columns + r->n_columns; n++) {
        const struct kp_decision_words *words = kp_column_decisions;
        char column[KP_CELL_NAME];
        while (words->name && strcmp(words->name, n->decision) != 0)
            words++;
        const char *what = words->name ? kp_console_say(c, words->ja, words->en) : "";
        kp_buf_str(out, title);
        kp_buf_str(out, "  ");
        kp_buf_printable(out, n->file);
        kp_buf_printf(out, c->diag.lang == KP_LANG_JA ? " %s列 " : " column %s ",
                      kp_cell_name(n->number, column));
        kp_buf_printable(out, n->header);
        kp_buf_printf(out, ": %s", what);
        if (n->rejected)
            add_count(out, kp_console_say(c, "、要修正", ", rejected"), n->rejected, "");
        kp_buf_str(out, *n->remedy ? "  " : "");
        kp_buf_printable(out, n->remedy);
        kp_buf_char(out, '\n');
        title = "";
    }
    kp_buf_str(out, *title ? "" : "\n");
}

/* Names the columns that nothing is read from, so that nobody takes them for sent. */
static void add_unused(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    enum { NAMED = 40 };
    if (r->n_unused == 0)
        return;
    kp_buf_printf(out, "%s (%zu):", kp_console_say(c, "使っていない列", "columns that are not used"),
                  r->n_unused);
    for (size_t i = 0; i < r->n_unused && i < NAMED; i++) {
        kp_buf_str(out, i ? ", " : " ");
        kp_buf_printable(out, r->unused[i]);
    }
    kp_buf_str(out, r->n_unused > NAMED ? ", …\n\n" : "\n\n");
}

static void add_path(const char *label, const char *folder, const char *name, struct kp_buf *out)
{
    kp_buf_printf(out, "%s ", label);
    kp_buf_printable(out, folder);
    kp_buf_printf(out, "%s\n", name);
}

/* Says what became of the files of the drop folder that are no inputs of the run. */
static void add_inbox(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    const char *title = kp_console_say(c, "読めないファイル:\n", "files that cannot be read:\n");
    for (const struct kp_unread_input *u = r->unread; u < r->unread + r->n_unread; u++) {
        kp_buf_printf(out, "%s  ", title);
        kp_buf_printable(out, u->path);
        kp_buf_printf(out, ": K%04u ", u->code);
        kp_buf_printable(out, u->text);
        kp_buf_char(out, '\n');
        title = "";
    }
    for (size_t i = 0; i < r->n_waiting_inputs; i++)
        add_path(kp_console_say(c, "書き込み中のため次の実行まで待つファイル:", "still being written, left:"),
                 r->waiting_inputs[i], "", out);
    if (r->n_not_moved)
        add_count(out, kp_console_say(c, "移せなかったファイル", "files that could not be moved:"),
                  r->n_not_moved, "\n");
    kp_buf_str(out, r->n_unread || r->n_waiting_inputs || r->n_not_moved ? "\n" : "");
}

static void add_insurer(const struct kp_console *c, const struct kp_insurer_result *n, struct kp_buf *out)
{
    kp_buf_printf(out, "%s ", n->insurer_number);
    kp_buf_printable(out, *n->name ? n->name : kp_term(&c->diag, "scheme", n->scheme));
}

static void add_insurers(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    for (size_t i = 0; i < r->n_insurers; i++) {
        const struct kp_insurer_result *n = &r->insurers[i];
        add_insurer(c, n, out);
        add_count(out,
                  lists(c) ? kp_console_say(c, "\n  名簿", "\n  roster")
                           : kp_console_say(c, "\n  文書", "\n  documents"),
                  n->documents, "");
        add_counts(c, "basis", n->by_basis, n->n_bases, out);
        add_count(out, kp_console_say(c, ", 保留", ", held"), n->held, "");
        add_counts(c, "reason", n->by_reason, n->n_reasons, out);
        kp_buf_char(out, '\n');
        add_forecast(c, n, out);
        for (size_t k = 0; k < n->n_bundles; k++)
            add_path(" ", n->bundles[k], "", out);
    }
}

static void add_places(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    const char *folder = r->run_folder;
    kp_buf_char(out, '\n');
    if (r->rejected)
        add_path(kp_console_say(c, "要修正(直して再取込):", "rejected (mend, feed back in):"), folder,
                 "/rejected.csv", out);
    if (r->held)
        add_path(kp_console_say(c, "保留:", "held:"), folder, "/held.csv", out);
    add_path(kp_console_say(c, "全行の判定:", "every row's decision:"), folder, "/decisions.csv", out);
    add_path(kp_console_say(c, "報告:", "report:"), folder, "/report.html", out);
    if (c->settings.options.command == KP_CMD_PREPARE && r->released) {
        kp_buf_printf(out, "%s kenporter release -o ", kp_console_say(c, "提供するとき:", "to release it:"));
        kp_buf_printable(out, c->settings.options.output);
        kp_buf_printf(out, " %s\n", r->run_id);
    }
    if (discloses(c)) {
        add_path(kp_console_say(c, "提供記録:", "disclosure log:"), r->log_path, "", out);
        kp_buf_printf(out, "%s %s\n", kp_console_say(c, "末尾ハッシュ:", "its head hash:"), r->head_hash);
    }
}

static void add_step(const struct kp_console *c, const char *ja, const char *en, const char *path,
                     struct kp_buf *out)
{
    if (*path)
        kp_buf_printf(out, "  %s %s\n", kp_console_say(c, ja, en), path);
}

/* Says what is to be done for an insurer now: what to send, what goes with it, and how to log it. */
static void add_next(const struct kp_console *c, const struct kp_insurer_result *n, struct kp_buf *out)
{
    const char *given = c->settings.options.seal.password_file
                            ? c->settings.options.seal.password_file
                            : kp_console_say(c, "[seal] password_command", "[seal] password_command");
    bool sealed = false;
    add_insurer(c, n, out);
    kp_buf_char(out, '\n');
    for (size_t i = 0; i < n->n_bundles; i++) {
        sealed |= *n->sealed[i] != '\0';
        add_step(c, "送るファイル:", "send:", *n->sealed[i] ? n->sealed[i] : n->bundles[i], out);
        add_step(c, "送付書:", "letter:", n->letters[i], out);
    }
    if (sealed)
        add_step(c, "パスワード(別の方法で知らせる):", "password, to be told by another way:",
                 *n->secret ? n->secret : given, out);
    kp_buf_printf(out, "  %s ", kp_console_say(c, "渡したら:", "when it is handed over:"));
    kp_buf_printable(out, n->next);
    kp_buf_char(out, '\n');
}

static void add_all_next(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    const char *title = kp_console_say(c, "\n次にすること:\n", "\nwhat to do next:\n");
    for (size_t i = 0; discloses(c) && i < r->n_insurers; i++) {
        if (r->insurers[i].n_bundles == 0)
            continue;
        kp_buf_str(out, title);
        add_next(c, &r->insurers[i], out);
        title = "";
    }
}

static void add_summary(const struct kp_console *c, const struct kp_result *r, struct kp_buf *out)
{
    bool prepare = c->settings.options.command == KP_CMD_PREPARE;
    const char *released = lists(c)       ? kp_console_say(c, "名簿に記載", "listed")
                           : discloses(c) ? kp_console_say(c, "提供", "released")
                           : prepare      ? kp_console_say(c, "準備", "prepared")
                                          : kp_console_say(c, "提供可能", "would be released");
    kp_buf_printf(out, "%s  ", r->as_of);
    add_count(out, kp_console_say(c, "読込", "read"), r->read, " = ");
    add_count(out, released, r->released, " + ");
    add_count(out, kp_console_say(c, "要修正", "rejected"), r->rejected, " + ");
    add_count(out, kp_console_say(c, "保留", "held"), r->held, " + ");
    add_count(out, kp_console_say(c, "提供済み", "already disclosed"), r->already_disclosed, "\n");
    if (r->duplicates)
        add_count(out, kp_console_say(c, "同じ内容の重複行(1件として計上)", "equal rows, counted once:"),
                  r->duplicates, "\n");
    if (r->warnings)
        add_count(out, kp_console_say(c, "警告", "warnings:"), r->warnings, "\n");
    if (r->own_schemas && r->released && c->settings.options.command != KP_CMD_CHECK && !lists(c))
        kp_buf_printf(
            out, "%s\n",
            kp_console_say(c,
                           "注意: 受付側の公式スキーマを使っていません(--xsd)。送付ファイルは公式スキーマで"
                           "照合されていません",
                           "attention: the receiver's official schemas were not used (--xsd); the bundles "
                           "were not validated with them"));
    if (r->exam_kind_assumed)
        kp_buf_printf(out, "%s\n",
                      kp_console_say(c, "健診種別: 列がないため 定期健診とみなした([input] exam_kind)",
                                     "kind of examination: no column, periodic assumed ([input] exam_kind)"));
    for (size_t i = 0; i < r->n_reasons; i++)
        kp_buf_printf(out, "%s%s %" PRIu64, i ? ", " : kp_console_say(c, "保留の理由: ", "held because: "),
                      kp_term(&c->diag, "reason", r->held_by_reason[i].name), r->held_by_reason[i].n);
    kp_buf_str(out, r->n_reasons ? "\n\n" : "\n");
    if (c->settings.options.command == KP_CMD_CHECK || c->settings.if_needed)
        add_codes(c, r, out);
    if (c->settings.options.command == KP_CMD_CHECK && *r->review) {
        kp_buf_str(out, kp_console_say(c, "確認を要する文(家族・特に配慮を要する病気): ",
                                       "texts to review (relatives, sensitive illnesses): "));
        kp_buf_printable(out, r->review);
        kp_buf_str(out, "\n\n");
    }
    add_inbox(c, r, out);
    add_columns(c, r, out);
    add_unused(c, r, out);
    add_insurers(c, r, out);
    add_places(c, r, out);
    add_all_next(c, r, out);
}

/* --- the commands --- */

static void add_nothing(const struct kp_console *c, struct kp_buf *out)
{
    const struct kp_settings *s = &c->settings;
    struct kp_json json = {.out = out};
    if (!s->json) {
        add_path(kp_console_say(c, "取込フォルダに読むファイルはありません:", "no file to read in"),
                 s->options.drop.folder, "", out);
        return;
    }
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_u64(&json, "schema_version", 1);
    kp_json_string(&json, "run_id", "");
    kp_json_array(&json, "inputs", KP_JSON_INLINE);
    kp_json_end(&json);
    kp_json_end(&json);
}

static enum kp_status conclude(struct kp_console *c, enum kp_status st, const struct kp_result *r)
{
    struct kp_buf out = {0};
    const struct kp_settings *s = &c->settings;
    if (s->if_needed && st == KP_OK)
        return st;
    if (r->nothing_to_read && !s->quiet)
        add_nothing(c, &out);
    else if (s->json && !r->nothing_to_read)
        kp_buf_str(&out, r->report_json);
    else if (!s->quiet && !r->nothing_to_read)
        add_summary(c, r, &out);
    return kp_console_print(c, st, &out);
}

enum kp_status kp_command_run(struct kp_console *c)
{
    struct kp_settings *s = &c->settings;
    s->options.prepared = s->options.command == KP_CMD_RELEASE ? s->arguments[0] : NULL;
    if (s->options.command != KP_CMD_RELEASE)
        KP_TRY(kp_console_expand_inputs(c));
    enum kp_status st = kp_run(&s->options, &c->env, &c->result);
    if (st == KP_OK || st == KP_E_ATTENTION)
        st = conclude(c, kp_console_tidy(c, st), &c->result);
    return st;
}

/* The first argument is the insurer, the others are inputs. */
enum kp_status kp_command_roster(struct kp_console *c)
{
    struct kp_run_options *o = &c->settings.options;
    if (o->n_inputs < 2)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ROSTER_INCOMPLETE, KP_NOWHERE);
    o->only_insurers = o->inputs[0];
    o->inputs++;
    o->n_inputs--;
    return kp_command_run(c);
}

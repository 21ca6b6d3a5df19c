#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/status.h"
#include "base/suggest.h"
#include "cli/manual.h"
#include "cli/version.h"
#include "tables/names.h"

/* Most messages of one code that are printed; fewer in a check, which ends with a table of all codes. */
enum { MOST_SHOWN = 20, MOST_SHOWN_IN_CHECK = 3 };

struct command {
    const char *name;
    unsigned bit;
    enum kp_status (*run)(struct kp_console *console);
    enum kp_code missing; /* reported without an argument; 0: none is needed */
    unsigned most;        /* arguments; 0: any number */
    const char *usage;
    const char *help[2];
};

/* clang-format off */
static const struct command COMMANDS[] = {
    {"check", KP_FOR_CHECK, kp_command_run, KP_K_INPUT_MISSING, 0, "kenporter check [options] INPUT.csv...",
     {"read, normalise, validate and decide; write the run's reports, no bundle, no log entry",
      "読込・正規化・検査・判定だけを行い、報告を書く(送付ファイルも記録も作らない)"}},
    {"export", KP_FOR_EXPORT, kp_command_run, KP_K_INPUT_MISSING, 0, "kenporter export [options] INPUT.csv...",
     {"the same, then one bundle per insurer and the disclosure log: the nightly job",
      "同じ処理の後、保険者ごとの送付ファイルと提供記録を作る(夜間ジョブ)"}},
    {"prepare", KP_FOR_PREPARE, kp_command_run, KP_K_INPUT_MISSING, 0, "kenporter prepare [options] INPUT.csv...",
     {"bundles ready before a request comes, in OUTDIR/prepared/RUN_ID/: not a disclosure, no log entry",
      "提供依頼の前に送付ファイルを準備する(出力フォルダの prepared/実行ID/。提供ではなく、記録もしない)"}},
    {"release", KP_FOR_RELEASE, kp_command_run, KP_K_RUN_MISSING, 1, "kenporter release [options] RUN_ID",
     {"decide what was prepared again by today's registers, move it out, write the log",
      "準備したものを今日の台帳で判定し直し、送付ファイルと提供記録を作る"}},
    {"roster", KP_FOR_ROSTER, kp_command_roster, KP_K_ROSTER_INCOMPLETE, 0,
     "kenporter roster [options] INSURER INPUT.csv...",
     {"who of an export belongs to an insurer, without results, as CSV: a disclosure, and logged",
      "保険者に属する受診者の対象者名簿(検査結果なし、CSV)を作る。提供であり、記録する"}},
    {"verify", KP_FOR_VERIFY, kp_command_verify, KP_K_BUNDLE_NOT_NAMED, 0, "kenporter verify [options] BUNDLE.zip...",
     {"check bundles as their receiver would; with --log, also against what was logged",
      "送付ファイルを受付側の目で検査する(--log で提供記録とも照合)"}},
    {"show", KP_FOR_SHOW, kp_command_show, KP_K_BUNDLE_NOT_NAMED, 2, "kenporter show [options] BUNDLE.zip [DOCUMENT]",
     {"a bundle's contents, or one person's record (by number or file name), for a human to read",
      "送付ファイルの目次、または1人分の記録(番号か文書名で指定)を読める形で表示する"}},
    {"audit", KP_FOR_AUDIT, kp_command_audit, 0, 0, "kenporter audit [filters] LOG...",
     {"check the chain of disclosure logs (exit 5 on a fault); list, count and export disclosures",
      "提供記録の連鎖を検証し(異常は終了コード5)、提供を一覧・集計・出力する"}},
    {"map", KP_FOR_MAP, kp_command_map, KP_K_INPUT_MISSING, 1, "kenporter map [options] INPUT.csv >mapping.csv",
     {"propose a mapping file for an unknown export, on stdout; it shows headers and shapes, no values",
      "未知の出力の対応表を提案する(標準出力へ。見出しと値の形だけを示す)"}},
    {"explain", KP_FOR_EXPLAIN, kp_command_explain, 0, 0,
     "kenporter explain CODE\n       kenporter explain --birth DATE --exam DATE --insurer NUMBER [options]",
     {"what a diagnostic means and how to mend it; or the legal rule for one case",
      "メッセージ番号の意味と直し方、または1件の法的判定を説明する"}},
    {"import-cc2x", KP_FOR_IMPORT, kp_command_import, KP_K_FOLDER_NOT_NAMED, 1,
     "kenporter import-cc2x [-o DIR] FOLDER",
     {"a configuration that reads the tables and data of the CC2X converter as they are",
      "CC2X変換ソフトのフォルダを読む設定ファイルを作る"}},
    {"init", KP_FOR_INIT, kp_command_init, KP_K_FOLDER_NOT_NAMED, 1, "kenporter init DIR",
     {"a commented configuration, empty registers with headings, a crontab line: ready to fill in",
      "設定ファイル、見出しだけの台帳、crontab の行を作る"}},
    {"handover", KP_FOR_HANDOVER, kp_command_handover, KP_K_BUNDLE_NOT_NAMED, 0,
     "kenporter handover --to WHO --means TEXT [--on DAY] [--note TEXT] BUNDLE.zip...\n"
     "       kenporter handover --received|--returned|--recalled [--on DAY] [--note TEXT] BUNDLE.zip...",
     {"log that bundles left the house, or what became of them", "送付ファイルの引渡しとその後を記録する"}},
    {"status", KP_FOR_STATUS, kp_command_status, 0, 0, "kenporter status [--json]",
     {"every bundle: released, sealed, handed over, received, answered, errors open, and what is to be done next",
      "送付ファイルごとの状況(提供・封・引渡し・受領・回答・未対応エラー)と次にすること"}},
    {"reply", KP_FOR_REPLY, kp_command_reply, KP_K_INPUT_MISSING, 1, "kenporter reply FILE.csv",
     {"log what an insurer answered about the persons of a bundle, and list what to correct",
      "保険者からの回答(受領・エラー)を記録し、直すべきものを示す"}},
    {"purge", KP_FOR_PURGE, kp_command_purge, 0, 0, "kenporter purge --before DAY [--dry-run]",
     {"remove what need not be kept any more; logged", "保存の要らなくなったものを削除し、記録する"}},
    {"retire", KP_FOR_RETIRE, kp_command_retire, KP_K_AUDIT_LOG_MISSING, 1, "kenporter retire LOG",
     {"replace a log past its retention by a stub that keeps the chain and names nobody",
      "保存期間を過ぎた記録を、連鎖だけを保ち個人名のない控えに置き換える"}},
    {"config", KP_FOR_CONFIG, kp_command_config, 0, 0, "kenporter config [-c FILE]",
     {"the settings that count, where each comes from, and what is wrong with them",
      "有効な設定とその出所、設定の誤りを表示する"}},
    {"items", KP_FOR_ITEMS, kp_command_items, 0, 1, "kenporter items [options] [WORD]",
     {"the item catalogue, or the items that contain WORD", "項目一覧(語を含むものに絞れる)"}},
};
/* clang-format on */

/* --- output --- */

bool kp_console_write(void *console, const char *bytes, size_t n)
{
    struct kp_console *c = console;
    kp_console_clear_bar(c);
    c->has_written |= n > 0;
    if (fwrite(bytes, 1, n, c->out) == n && fflush(c->out) == 0)
        return true;
    c->pipe_closed = errno == EPIPE; /* "| head" has seen enough */
    if (!c->pipe_closed)
        (void)kp_fail(&c->diag, KP_E_SYSTEM, KP_K_OUTPUT_LOST, kp_in("stdout"),
                      strerror(errno ? errno : EIO));
    return false;
}

enum kp_status kp_console_print(struct kp_console *c, enum kp_status st, struct kp_buf *text)
{
    kp_console_rest(c); /* so that the answer comes last */
    if (!kp_buf_ok(text))
        st = kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
    else if (!kp_console_write(c, kp_buf_text(text), text->len))
        st = KP_E_SYSTEM;
    kp_buf_release(text);
    return st;
}

const char *kp_console_say(const struct kp_console *c, const char *ja, const char *en)
{
    return c->diag.lang == KP_LANG_JA ? ja : en;
}

static int64_t on_now(void *ctx)
{
    const struct kp_console *c = ctx;
    return c->outer->now(c->outer->ctx);
}

/* --- help --- */

static void add_help(const struct command *command, const struct kp_diag *diag, struct kp_buf *out)
{
    enum kp_lang lang = diag->lang;
    kp_buf_str(out, lang == KP_LANG_JA ? "使い方: " : "usage: ");
    kp_usage_text(diag, command->usage, out);
    kp_buf_printf(out, "\n\n%s\n\n", command->help[lang]);
    kp_options_help(command->bit, diag, out);
    kp_buf_str(
        out,
        lang == KP_LANG_JA
            ? "\n終了コード: 0 問題なし(提供依頼待ちを含む)、1 要修正・保留あり、2 使い方・設定・台帳の誤り、"
              "3 入力を読めない、4 システムの失敗またはロック、5 verify・audit が不備を見つけた\n"
            : "\nexit status: 0 all well (waiting for a request included), 1 records rejected or held, 2 usage, "
              "configuration or register,\n             3 an input cannot be read, 4 system failure or lock, 5 verify or audit found a fault\n");
}

static void add_overview(enum kp_lang lang, struct kp_buf *out)
{
    kp_buf_str(
        out,
        lang == KP_LANG_JA
            ? "kenporter - 健診結果を、法の求める範囲で保険者に渡す\n\n使い方: kenporter コマンド [オプション] ...\n\n"
            : "kenporter - hands health-check results to medical insurers, as the law asks and no further\n\n"
              "usage: kenporter COMMAND [options] ...\n\n");
    for (size_t i = 0; i < KP_COUNT(COMMANDS); i++)
        kp_buf_printf(out, "  %-9s %s\n", COMMANDS[i].name, COMMANDS[i].help[lang]);
    kp_buf_str(out, lang == KP_LANG_JA
                        ? "\n  kenporter コマンド --help   コマンドの全オプション\n  kenporter --version\n"
                        : "\n  kenporter COMMAND --help   all options of a command\n  kenporter --version\n");
}

/* --- dispatch --- */

static enum kp_status unknown_command(struct kp_console *c, const char *name)
{
    const char *names[KP_COUNT(COMMANDS)];
    for (size_t i = 0; i < KP_COUNT(COMMANDS); i++)
        names[i] = COMMANDS[i].name;
    return kp_fail(&c->diag, KP_E_USAGE, name[0] == '-' ? KP_K_UNKNOWN_OPTION : KP_K_UNKNOWN_COMMAND,
                   KP_NOWHERE, name,
                   name[0] == '-' ? "--help" : kp_suggest_from(name, names, KP_COUNT(names)), "COMMAND");
}

static bool wants_bar(const struct kp_console *c)
{
    if (c->settings.progress == KP_PROGRESS_AUTO)
        return !c->settings.quiet && !c->settings.if_needed && isatty(fileno(c->err)) == 1;
    return c->settings.progress == KP_PROGRESS_ALWAYS;
}

static enum kp_status check_arguments(struct kp_console *c, const struct command *command)
{
    const struct kp_settings *s = &c->settings;
    const unsigned drop = KP_FOR_CHECK | KP_FOR_EXPORT | KP_FOR_PREPARE;
    if (s->options.drop.folder && (command->bit & drop))
        return KP_OK;
    if (command->missing && s->n_arguments == 0)
        return kp_fail(&c->diag, KP_E_USAGE, command->missing, KP_NOWHERE, command->name);
    if (command->most && s->n_arguments > command->most)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, KP_NOWHERE,
                       s->arguments[command->most], command->name);
    return KP_OK;
}

/* Runs the command on the words behind its name; argv[1] is the name. */
static enum kp_status run_command(struct kp_console *c, const struct command *command, int argc, char **argv)
{
    struct kp_buf out = {0};
    size_t run = KP_CMD_CHECK;
    (void)kp_name_find(kp_command_names, command->name, &run); /* the other commands ignore it */
    c->settings.options.command = (enum kp_command)run;
    c->command = command->bit;
    c->name = command->name;
    c->started = c->env.now(c->env.ctx);
    c->most_shown = command->bit == KP_FOR_CHECK ? MOST_SHOWN_IN_CHECK : MOST_SHOWN;
    const struct kp_command_line line = {argc, argv, command->bit, command->name, c->places};
    KP_TRY(kp_settings_read(&c->settings, &line, &c->arena, &c->diag));
    if (c->settings.dry_run)
        c->settings.options.command = KP_CMD_CHECK;
    c->diag.lang = c->settings.options.common.lang;
    if (c->settings.help) {
        add_help(command, &c->diag, &out);
        return kp_console_print(c, KP_OK, &out);
    }
    if (wants_bar(c))
        c->env.progress = kp_console_progress;
    c->env.least_level = c->settings.verbose ? KP_LEVEL_NOTE : KP_LEVEL_WARN;
    enum kp_status st = check_arguments(c, command);
    if (st == KP_OK)
        st = command->run(c);
    kp_console_rest(c);
    return st;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < KP_COUNT(COMMANDS); i++)
        if (strcmp(COMMANDS[i].name, name) == 0)
            return &COMMANDS[i];
    return NULL;
}

static enum kp_status print_version(struct kp_console *c)
{
    struct kp_buf out = {0};
    kp_version_text(&out);
    return kp_console_print(c, KP_OK, &out);
}

static enum kp_status print_overview(struct kp_console *c, enum kp_status st)
{
    struct kp_buf out = {0};
    add_overview(c->diag.lang, &out);
    return kp_console_print(c, st, &out);
}

/* The build makes manual pages of these parts. Returns false if name is none of them. */
static bool add_manual(const struct kp_console *c, const char *name, struct kp_buf *out)
{
    struct kp_manual_command commands[KP_COUNT(COMMANDS)];
    for (size_t i = 0; i < KP_COUNT(COMMANDS); i++)
        commands[i] = (struct kp_manual_command){
            COMMANDS[i].name, COMMANDS[i].bit, COMMANDS[i].usage, {COMMANDS[i].help[0], COMMANDS[i].help[1]}};
    return kp_manual_part(&(struct kp_manual){commands, KP_COUNT(COMMANDS), c->diag.lang}, name, out);
}

/* "kenporter help" and "kenporter help COMMAND". */
static enum kp_status help_on(struct kp_console *c, const char *name)
{
    struct kp_buf out = {0};
    const struct command *command = name ? find_command(name) : NULL;
    if (!name)
        return print_overview(c, KP_OK);
    if (command)
        add_help(command, &c->diag, &out);
    else if (!add_manual(c, name, &out))
        return unknown_command(c, name);
    return kp_console_print(c, KP_OK, &out);
}

/* Options may stand before the command: moves it to the front. */
static enum kp_status dispatch(struct kp_console *c, int argc, char **argv)
{
    int at = kp_command_at(argc, argv);
    const char *word = argc > 1 ? argv[at < argc ? at : 1] : "";
    const struct command *command = find_command(word);
    if (argc <= 1)
        return print_overview(c, KP_E_USAGE);
    if (strcmp(word, "help") == 0)
        return help_on(c, at + 1 < argc ? argv[at + 1] : NULL);
    if (strcmp(word, "version") == 0 || strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        return print_version(c);
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return print_overview(c, KP_OK);
    if (!command)
        return unknown_command(c, word);
    char **words = kp_arena_alloc(&c->arena, ((size_t)argc + 1) * sizeof(*words));
    if (!words)
        return kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
    words[0] = argv[0];
    words[1] = argv[at];
    for (int i = 1, to = 2; i < argc; i++)
        if (i != at)
            words[to++] = argv[i];
    return kp_metrics_write(c, run_command(c, command, argc, words));
}

static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

/* Returns the language of what is said before the options are read, and of the overview. */
static enum kp_lang wanted_language(int argc, char **argv, const struct kp_env *env)
{
    size_t lang = env->lang;
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], "--lang") == 0)
            (void)kp_name_find(kp_languages, argv[i + 1], &lang);
    return (enum kp_lang)lang;
}

int kp_cli(int argc, char **argv, FILE *out, FILE *err, const struct kp_env *env,
           const struct kp_config_places *places)
{
    enum kp_status st = KP_E_SYSTEM;
    struct kp_console c = {.out = out, .err = err, .outer = env, .places = places, .most_shown = MOST_SHOWN};
    c.env = (struct kp_env){.now = on_now,
                            .message = kp_console_message,
                            .ctx = &c,
                            .cancel = env->cancel,
                            .user = env->user,
                            .host = env->host};
    c.settings.options.common.lang = env->lang;
    kp_console_style(&c);
    c.shown = kp_arena_alloc(&c.arena, KP_CONSOLE_CODES * sizeof(*c.shown));
    c.hidden = kp_arena_alloc(&c.arena, KP_CONSOLE_CODES * sizeof(*c.hidden));
    if (!c.shown || !c.hidden || kp_catalogue_load(&c.arena, &c.catalogue) != KP_OK) {
        (void)fputs("kenporter: fail K9001: out of memory\n", err);
        goto out;
    }
    c.diag =
        (struct kp_diag){.catalogue = &c.catalogue, .env = &c.env, .lang = wanted_language(argc, argv, env)};
    c.wants_json = wants_json(argc, argv);
    st = dispatch(&c, argc, argv);
    if (st > KP_E_ATTENTION && st != KP_E_FAULT && c.failures == 0 && argc > 1 && !c.pipe_closed)
        (void)kp_fail(&c.diag, st, KP_K_INTERNAL, KP_NOWHERE, "no diagnostic was given");
    if (c.wants_json && st > KP_E_ATTENTION && !c.has_written && !c.pipe_closed)
        st = kp_console_failure(&c, st);
out:
    kp_console_clear_bar(&c);
    kp_result_free(&c.result);
    if (c.copy_of_stdin)
        (void)fclose(c.copy_of_stdin); /* was only read since it was filled */
    kp_arena_release(&c.arena);
    return c.pipe_closed ? KP_EXIT_PIPE : (int)st;
}

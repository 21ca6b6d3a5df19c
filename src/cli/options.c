#include "cli/options.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/scan.h"
#include "base/status.h"
#include "base/suggest.h"
#include "tables/names.h"

enum { FIRST_WORD = 2, HELP_COLUMN = 26, CONFIG_MAX_BYTES = 1 << 20 };

/* CHOICE sets an enum to the position of the word, SWITCH a bool to "is the second word". */
enum kind { FLAG, TEXT, PATH, PATHS, DATE, COUNT, CHOICE, SWITCH, DELIMITER };

#define READ (KP_FOR_CHECK | KP_FOR_EXPORT | KP_FOR_PREPARE)
#define RUN (READ | KP_FOR_RELEASE)
#define LOOK (KP_FOR_VERIFY | KP_FOR_SHOW)
#define ALL (RUN | KP_FOR_EXPLAIN | KP_FOR_ITEMS | KP_FOR_MAP | LOOK | KP_FOR_AUDIT)
#define AT(member) offsetof(struct kp_settings, member)
#define OPT(member) offsetof(struct kp_settings, options.member)

struct option {
    char letter;
    const char *name;          /* NULL: a key of the configuration only */
    const char *argument;      /* as help shows it */
    const char *section, *key; /* NULL: on the command line only */
    enum kind kind;
    const char *const *choices; /* the words, NULL at the end */
    size_t offset;
    unsigned commands;
    const char *help[2];
};

#define WORDS(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}
WORDS(FORM_ITEMS, "include", "withhold");
WORDS(REQUESTED_ITEMS, "hold", "release");
WORDS(NO_YES, "no", "yes");
WORDS(WARN_REJECT, "warn", "reject");
WORDS(FORMATS, "table", "csv", "jsonl");    /* as enum kp_audit_format */
WORDS(LANGUAGES, "en", "ja");               /* as enum kp_lang */
WORDS(PROGRESS, "auto", "always", "never"); /* as enum kp_progress */

/* clang-format off */
/* Keys that only the configuration has. */
#define KEY(section, key, kind, choices, at) {0, NULL, NULL, section, key, kind, choices, at, RUN, {"", ""}}
#define ORGANISATION(section, org) \
    KEY(section, "number", TEXT, NULL, OPT(org.number)), \
    KEY(section, "name", TEXT, NULL, OPT(org.name)), \
    KEY(section, "postal_code", TEXT, NULL, OPT(org.postal_code)), \
    KEY(section, "address", TEXT, NULL, OPT(org.address)), \
    KEY(section, "phone", TEXT, NULL, OPT(org.phone))
static const struct option OPTIONS[] = {
    {'c', "config", "FILE", NULL, NULL, PATH, NULL, AT(config),
     RUN | KP_FOR_EXPLAIN | KP_FOR_MAP | KP_FOR_VERIFY | KP_FOR_AUDIT,
     {"read settings from an INI file; options win over it", "INI形式の設定ファイルを読む(オプションが優先)"}},
    {'o', "output", "DIR", "output", "directory", PATH, NULL, OPT(output), RUN,
     {"folder for bundles, reports and log (default: out)", "出力フォルダ(既定: out)"}},
    {0, "log", "FILE", "output", "log", PATH, NULL, OPT(log), RUN,
     {"disclosure log (default: DIR/disclosure-log.csv)", "提供記録(既定: 出力フォルダの disclosure-log.csv)"}},
    {0, "log", "FILE", NULL, NULL, PATH, NULL, OPT(log), KP_FOR_VERIFY,
     {"also hold each bundle against this disclosure log", "提供記録とも照合する"}},
    {0, "previous-logs", "FILES", "output", "previous_logs", PATHS, NULL, OPT(previous_logs), RUN,
     {"older logs that this one continues, oldest first, separated by ':'", "この記録が引き継ぐ以前の記録(古い順、: 区切り)"}},
    {0, "anchors", "FILE", "output", "anchors", PATH, NULL, OPT(anchors), RUN,
     {"append the log's head hash to this file after every export", "実行ごとに記録の末尾ハッシュをこのファイルに追記する"}},
    {0, "mapping", "FILE", "input", "mapping", PATH, NULL, OPT(input.mapping), READ,
     {"which column means what; without it headers are recognised", "列の対応表。なければ見出しから判断する"}},
    {0, "methods", "FILE", "input", "methods", PATH, NULL, OPT(input.methods), READ,
     {"methods of a CC2X mapping table (METHODCVT...)", "CC2Xの検査方法変換表(METHODCVT…)"}},
    {0, "requests", "FILE", "registers", "requests", PATH, NULL, OPT(registers.requests), RUN,
     {"register of insurers' requests", "保険者からの求めの登録簿"}},
    {0, "consents", "FILE", "registers", "consents", PATH, NULL, OPT(registers.consents), RUN | KP_FOR_AUDIT,
     {"register of consents", "同意の登録簿"}},
    {0, "insurers", "FILE", "registers", "insurers", PATH, NULL, OPT(registers.insurers), RUN | KP_FOR_AUDIT,
     {"register of insurers", "保険者の登録簿"}},
    {0, "facilities", "FILE", "registers", "facilities", PATH, NULL, OPT(input.facilities), READ,
     {"register of examining institutions", "健診機関の登録簿"}},
    {0, "schemas", "DIR", "schema", "tables", PATH, NULL, OPT(common.schemas), ALL,
     {"tables to use instead of those built in", "内蔵の表の代わりに使う表のフォルダ"}},
    {0, "xsd", "DIR", "schema", "xsd", PATH, NULL, OPT(xsd), RUN | KP_FOR_VERIFY,
     {"the ministry's V08 schema files, to validate with and to enclose", "厚生労働省のV08スキーマ(検査と同梱に使う)"}},
    {0, "as-of", "YYYY-MM-DD", NULL, NULL, DATE, NULL, OPT(as_of), RUN,
     {"day of disclosure (default: today in Japan)", "提供日(既定: 日本の今日)"}},
    {0, "threads", "N", NULL, NULL, COUNT, NULL, OPT(threads), RUN,
     {"worker threads (default: all processors); the output does not depend on it",
      "スレッド数(既定: 全プロセッサ)。結果は変わらない"}},
    {0, "strict", NULL, "policy", "strict", FLAG, NULL, OPT(common.strict), RUN | KP_FOR_VERIFY,
     {"warnings reject the record, or the bundle", "警告のある記録・送付ファイルも不可とする"}},
    {0, "again", "REASON", NULL, NULL, TEXT, NULL, OPT(again), RUN,
     {"disclose unchanged records once more, for this reason", "提供済みの記録をこの理由で再度提供する"}},
    {0, "corrections", NULL, NULL, NULL, FLAG, NULL, OPT(corrections), RUN,
     {"disclose records that changed since they were disclosed", "提供後に変わった記録を訂正として提供する"}},
    {0, "age-rule", "RULE", "policy", "age_rule", CHOICE, kp_age_rule_names, OPT(age_rule),
     RUN | KP_FOR_EXPLAIN | KP_FOR_VERIFY,
     {"birthday: an age is reached on the birthday (default); statute: on the day before",
      "birthday: 誕生日に達する(既定)、statute: 前日に達する"}},
    KEY("policy", "form_items", SWITCH, FORM_ITEMS, OPT(withhold_form_items)),
    KEY("policy", "requested_items", SWITCH, REQUESTED_ITEMS, OPT(release_requested_items)),
    KEY("policy", "derive", SWITCH, NO_YES, OPT(derive)),
    KEY("policy", "required_items", SWITCH, WARN_REJECT, OPT(reject_incomplete)),
    KEY("input", "encoding", CHOICE, kp_encoding_options, OPT(input.encoding)),
    KEY("input", "delimiter", DELIMITER, kp_delimiter_names, OPT(input.delimiter)),
    ORGANISATION("sender", sender),
    ORGANISATION("facility", input.facility),
    {0, "birth", "DATE", NULL, NULL, DATE, NULL, AT(explain.birth), KP_FOR_EXPLAIN, {"date of birth", "生年月日"}},
    {0, "exam", "DATE", NULL, NULL, DATE, NULL, AT(explain.exam),
     KP_FOR_EXPLAIN, {"date of the examination", "健診実施日"}},
    {0, "insurer", "NUMBER", NULL, NULL, TEXT, NULL, AT(explain.insurer), KP_FOR_EXPLAIN,
     {"insurer number, 8 digits", "保険者番号(8桁)"}},
    {0, "insurer", "NUMBER", NULL, NULL, TEXT, NULL, AT(audit.insurer), KP_FOR_AUDIT,
     {"insurer number, 8 digits", "保険者番号(8桁)"}},
    {0, "on", "DATE", NULL, NULL, DATE, NULL, AT(explain.on), KP_FOR_EXPLAIN,
     {"day of disclosure (default: today in Japan)", "提供日(既定: 日本の今日)"}},
    {0, "articles", "LIST", NULL, NULL, TEXT, NULL, AT(explain.articles), KP_FOR_EXPLAIN,
     {"what the request cites: elderly_act health_act (default: both; empty: no request has come)",
      "求めの根拠: elderly_act health_act(既定: 両方、空: 求めなし)"}},
    {0, "items", "CODES", NULL, NULL, TEXT, NULL, AT(explain.items), KP_FOR_EXPLAIN,
     {"item codes to answer for", "個別に答える項目コード"}},
    {0, "scheme", "NAME", NULL, NULL, TEXT, NULL, AT(explain.scheme), KP_FOR_EXPLAIN,
     {"chiho_kyosai or shigaku_kyosai, where the number leaves it open",
      "番号34・75の制度(chiho_kyosai か shigaku_kyosai)"}},
    {0, "employee", "ID", NULL, NULL, TEXT, NULL, AT(audit.employee), KP_FOR_AUDIT,
     {"only entries of this employee; widths do not count", "この社員の記録だけ(全角・半角は区別しない)"}},
    {0, "number", "NUMBER", NULL, NULL, TEXT, NULL, AT(audit.number), KP_FOR_AUDIT,
     {"only entries of this insured number; widths do not count", "この被保険者番号の記録だけ(全角・半角は区別しない)"}},
    {0, "basis", "ID", NULL, NULL, TEXT, NULL, AT(audit.basis), KP_FOR_AUDIT,
     {"only disclosures on this basis (kenpo150, consent, ...)", "この根拠による提供だけ(kenpo150、consent など)"}},
    {0, "from", "DATE", NULL, NULL, DATE, NULL, AT(audit.from), KP_FOR_AUDIT,
     {"only entries written on this day or later", "この日以後の記録だけ"}},
    {0, "to", "DATE", NULL, NULL, DATE, NULL, AT(audit.to), KP_FOR_AUDIT,
     {"only entries written on this day or before", "この日以前の記録だけ"}},
    {0, "request", "ID", NULL, NULL, TEXT, NULL, AT(audit.request), KP_FOR_AUDIT,
     {"only disclosures on this request", "この求めによる提供だけ"}},
    {0, "event", "EVENT", NULL, NULL, CHOICE, kp_audit_event_names, AT(audit.event), KP_FOR_AUDIT,
     {"only entries of this kind: disclose, again, correct, release, void", "この種類の記録だけ"}},
    {0, "bundle", "NAME", NULL, NULL, TEXT, NULL, AT(audit.bundle), KP_FOR_AUDIT,
     {"only entries of this bundle", "この送付ファイルの記録だけ"}},
    {0, "format", "FORMAT", NULL, NULL, CHOICE, FORMATS, AT(audit.format), KP_FOR_AUDIT,
     {"table (default), csv or jsonl: lists entries, which name people",
      "table(既定)、csv、jsonl。記録の一覧には個人名が出る"}},
    {0, "provision-records", NULL, NULL, NULL, FLAG, NULL, AT(audit.provision_records), KP_FOR_AUDIT,
     {"the records owed for disclosures by consent; needs --insurers and --consents",
      "同意による提供について作成すべき記録を出す(--insurers と --consents が必要)"}},
    {0, "head", "HASH", NULL, NULL, TEXT, NULL, AT(audit.head), KP_FOR_AUDIT,
     {"the log must contain this head hash, kept elsewhere", "別に保管した末尾ハッシュが記録に含まれるか確かめる"}},
    {0, "lang", "LANG", NULL, NULL, CHOICE, LANGUAGES, OPT(common.lang), ALL,
     {"ja or en (default: from the locale)", "ja または en(既定: ロケール)"}},
    {0, "json", NULL, NULL, NULL, FLAG, NULL, AT(json), RUN | KP_FOR_EXPLAIN | KP_FOR_VERIFY,
     {"answer as JSON on stdout", "結果をJSONで標準出力に書く"}},
    {0, "html", NULL, NULL, NULL, FLAG, NULL, AT(html), KP_FOR_SHOW,
     {"a self-contained HTML page on stdout instead of text", "テキストの代わりに、単独で開けるHTMLを標準出力に書く"}},
    {0, "show-values", NULL, NULL, NULL, FLAG, NULL, OPT(common.show_values), RUN | LOOK,
     {"print values in diagnostics, notes.csv and contents: personal data",
      "診断・notes.csv・目次に値や氏名を出す(個人情報に注意)"}},
    {0, "progress", "WHEN", NULL, NULL, CHOICE, PROGRESS, AT(progress), RUN | KP_FOR_VERIFY,
     {"progress bar: auto (on a terminal), always, never", "進行状況の表示: auto、always、never"}},
    {'q', "quiet", NULL, NULL, NULL, FLAG, NULL, AT(quiet), RUN | KP_FOR_MAP | KP_FOR_VERIFY,
     {"say nothing but failures", "失敗のほかは何も表示しない"}},
    {'v', "verbose", NULL, NULL, NULL, FLAG, NULL, AT(verbose), RUN | KP_FOR_VERIFY,
     {"also print notes, rows that only wait for a request, and all of a flood", "注記、求め待ちの行、省略される分もすべて表示する"}},
    {'h', "help", NULL, NULL, NULL, FLAG, NULL, AT(help), ALL, {"show this help", "この説明を表示する"}},
};
/* clang-format on */

/* --- setting one value --- */

struct source {
    struct kp_settings *settings;
    struct kp_arena *arena;
    struct kp_diag *diag;
    const char *file; /* NULL: the command line */
    unsigned line;
};

static enum kp_status no_memory(const struct source *s)
{
    return kp_fail(s->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
}

static enum kp_status value_bad(const struct source *s, const struct option *o, const char *value,
                                const char *expected)
{
    const char *name = s->file ? o->key : kp_arena_printf(s->arena, "--%s", o->name);
    return kp_fail(s->diag, KP_E_USAGE, s->file ? KP_K_CONFIG_VALUE_BAD : KP_K_OPTION_VALUE_BAD,
                   kp_at(s->file, s->line), value, name, expected);
}

static const char *words_of(struct kp_arena *arena, const char *const *choices)
{
    const char *text = *choices;
    while (text && *++choices)
        text = kp_arena_printf(arena, "%s or %s", text, *choices);
    return text;
}

static enum kp_status set_choice(const struct source *s, const struct option *o, const char *value, void *to)
{
    size_t n = 0;
    if (!kp_name_find(o->choices, value, &n))
        return value_bad(s, o, value, words_of(s->arena, o->choices));
    int position = (int)n;
    if (o->kind == DELIMITER)
        *(char *)to = kp_delimiters[n];
    else if (o->kind == SWITCH)
        *(bool *)to = n == 1;
    else
        memcpy(to, &position, sizeof(position)); /* an enum is an int here */
    return KP_OK;
}

static enum kp_status set_count(const struct source *s, const struct option *o, const char *value,
                                unsigned *to)
{
    unsigned long n = strtoul(value, NULL, 10);
    if (!kp_all_digits(value) || n < 1 || n > 256)
        return value_bad(s, o, value, "a number from 1 to 256");
    *to = (unsigned)n;
    return KP_OK;
}

/* A relative path of the configuration starts at its own folder, so that a job can run from anywhere. */
static const char *resolve(const struct source *s, const char *value)
{
    const char *slash = s->file ? strrchr(s->file, '/') : NULL;
    if (!slash || value[0] == '/')
        return kp_arena_strdup(s->arena, value);
    return kp_arena_printf(s->arena, "%.*s/%s", (int)(slash - s->file), s->file, value);
}

static const char *resolve_each(const struct source *s, const char *value)
{
    const char *all = "";
    for (struct kp_word word; all && kp_next_word(&value, ":", &word);) {
        char *one = kp_arena_strndup(s->arena, word.at, word.n);
        const char *path = one ? resolve(s, one) : NULL;
        all = path ? kp_arena_printf(s->arena, "%s%s%s", all, *all ? ":" : "", path) : NULL;
    }
    return all;
}

static enum kp_status set_flag(const struct source *s, const struct option *o, const char *value, bool *to)
{
    if (value && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return value_bad(s, o, value, "yes or no");
    *to = !value || strcmp(value, "yes") == 0;
    return KP_OK;
}

static enum kp_status set(const struct source *s, const struct option *o, const char *value)
{
    char *to = (char *)s->settings + o->offset;
    const char **text = (const char **)(void *)to;
    struct kp_date date;
    switch (o->kind) {
    case FLAG: return set_flag(s, o, value, (bool *)(void *)to);
    case CHOICE:
    case SWITCH:
    case DELIMITER: return set_choice(s, o, value, to);
    case COUNT: return set_count(s, o, value, (unsigned *)(void *)to);
    case DATE:
        if (!kp_date_parse_iso(value, &date))
            return value_bad(s, o, value, "a date as YYYY-MM-DD");
        *text = value;
        return KP_OK;
    case PATH:
    case PATHS:
        if (!*value)
            return value_bad(s, o, value, "a path");
        *text = o->kind == PATH ? resolve(s, value) : resolve_each(s, value);
        return *text ? KP_OK : no_memory(s);
    case TEXT: *text = kp_arena_strdup(s->arena, value); return *text ? KP_OK : no_memory(s);
    }
    return KP_E_SYSTEM; /* not reached: every kind returns above */
}

/* --- the configuration file --- */

struct config {
    struct source source;
    const char *at; /* the rest of the file */
    bool given[KP_COUNT(OPTIONS)];
    enum kp_status st;
};

static bool is_in(const struct option *o, const char *section)
{
    return o->section && strcmp(o->section, section) == 0;
}

static bool section_is_known(const char *name)
{
    for (size_t i = 0; i < KP_COUNT(OPTIONS); i++)
        if (is_in(&OPTIONS[i], name))
            return true;
    return false;
}

/* Returns the nearest of the sections, or of the keys of a section unless that is NULL. */
static const char *nearest(const char *word, const char *section)
{
    const char *names[KP_COUNT(OPTIONS)];
    size_t n = 0;
    for (const struct option *o = OPTIONS; o < OPTIONS + KP_COUNT(OPTIONS); o++)
        if (section ? is_in(o, section) : o->section != NULL)
            names[n++] = section ? o->key : o->section;
    return kp_suggest_from(word, names, n);
}

static void refuse(struct config *c, enum kp_code code, const char *arg1, const char *arg2, const char *arg3)
{
    if (c->st == KP_OK)
        c->st = kp_fail(c->source.diag, KP_E_USAGE, code, kp_at(c->source.file, c->source.line), arg1, arg2,
                        arg3);
}

/* The parser reports a section only with its first key, and joins an indented line to the one before. Both
 * are checked here, on whole lines. */
static void check_line(struct config *c, const char *line, bool whole)
{
    size_t n = strcspn(line, "]\r\n");
    bool indented = (line[0] == ' ' || line[0] == '\t') && line[strspn(line, " \t\r\n")] != '\0';
    if (!whole) {
        refuse(c, KP_K_CONFIG_LINE_LONG, kp_arena_printf(c->source.arena, "%zu", strlen(line) - 1), NULL,
               NULL);
    } else if (indented || (line[0] == '[' && line[n] != ']')) {
        refuse(c, KP_K_CONFIG_SYNTAX, NULL, NULL, NULL);
    } else if (line[0] == '[') {
        char *name = kp_arena_strndup(c->source.arena, line + 1, n - 1);
        if (name && !section_is_known(name))
            refuse(c, KP_K_CONFIG_UNKNOWN_SECTION, name, nearest(name, NULL), NULL);
    }
}

static char *next_line(char *to, int room, void *ctx)
{
    struct config *c = ctx;
    if (*c->at == '\0')
        return NULL;
    size_t n = strcspn(c->at, "\n");
    bool newline = c->at[n] == '\n';
    size_t fit = n < (size_t)room - 2 ? n : (size_t)room - 2;
    memcpy(to, c->at, fit);
    to[fit] = '\n';
    to[fit + 1] = '\0';
    c->source.line++;
    check_line(c, to, fit == n);
    c->at += n + newline;
    return to;
}

static int on_key(void *ctx, const char *section, const char *key, const char *value)
{
    struct config *c = ctx;
    if (c->st != KP_OK)
        return 0;
    for (size_t i = 0; i < KP_COUNT(OPTIONS); i++) {
        const struct option *o = &OPTIONS[i];
        if (!is_in(o, section) || strcmp(o->key, key) != 0)
            continue;
        if (c->given[i])
            kp_warn(c->source.diag, KP_K_KEY_TWICE, kp_at(c->source.file, c->source.line), key, section);
        c->given[i] = true;
        c->st = set(&c->source, o, value);
        return c->st == KP_OK;
    }
    if (!section_is_known(section))
        refuse(c, KP_K_CONFIG_UNKNOWN_SECTION, section, "sender", NULL);
    else
        refuse(c, KP_K_CONFIG_UNKNOWN_KEY, key, section, nearest(key, section));
    return 0;
}

static enum kp_status read_config(const struct source *command_line, const char *path)
{
    struct config c = {.source = *command_line};
    const char *bytes = NULL;
    size_t n = 0;
    c.source.file = path;
    if (kp_read_file(&kp_io_posix, path, CONFIG_MAX_BYTES, c.source.arena, &bytes, &n) != KP_OK)
        return kp_fail(c.source.diag, KP_E_USAGE, KP_K_CONFIG_UNREADABLE, kp_in(path), strerror(errno));
    if (strlen(bytes) != n)
        return kp_fail(c.source.diag, KP_E_USAGE, KP_K_CONFIG_SYNTAX, kp_in(path));
    c.at = strncmp(bytes, "\xef\xbb\xbf", 3) == 0 ? bytes + 3 : bytes;
    int bad = ini_parse_stream(next_line, &c, on_key, &c);
    if (c.st == KP_OK && bad != 0) {
        c.source.line = bad > 0 ? (unsigned)bad : 0;
        refuse(&c, KP_K_CONFIG_SYNTAX, NULL, NULL, NULL);
    }
    return c.st;
}

/* --- the command line --- */

static bool has_name(const struct option *o, unsigned command)
{
    return o->name && (o->commands & command);
}

/* Finds "--NAME", n bytes of it before a "=", or "-L". */
static const struct option *find_option(const char *word, size_t n, unsigned command)
{
    for (const struct option *o = OPTIONS; o < OPTIONS + KP_COUNT(OPTIONS); o++)
        if (has_name(o, command) &&
            (word[1] == '-' ? strlen(o->name) == n && strncmp(o->name, word + 2, n) == 0
                            : o->letter == word[1]))
            return o;
    return NULL;
}

static enum kp_status unknown_option(const struct source *s, const char *word,
                                     const struct kp_command_line *line)
{
    const char *names[KP_COUNT(OPTIONS)];
    size_t n = 0;
    for (size_t i = 0; i < KP_COUNT(OPTIONS); i++)
        if (has_name(&OPTIONS[i], line->command))
            names[n++] = OPTIONS[i].name;
    char *near = kp_arena_printf(s->arena, "--%s", kp_suggest_from(word + strspn(word, "-"), names, n));
    return kp_fail(s->diag, KP_E_USAGE, KP_K_UNKNOWN_OPTION, KP_NOWHERE, word, near, line->name);
}

/* Reads the words behind the command. only: the one option to set, or NULL for all. */
static enum kp_status read_words(const struct source *s, const struct kp_command_line *line, const char *only)
{
    struct kp_settings *settings = s->settings;
    settings->n_arguments = 0;
    for (int i = FIRST_WORD; i < line->argc; i++) {
        const char *word = line->argv[i];
        if (word[0] != '-' || word[1] == '\0') {
            settings->arguments[settings->n_arguments++] = word;
            continue;
        }
        if (strcmp(word, "--") == 0) {
            while (++i < line->argc)
                settings->arguments[settings->n_arguments++] = line->argv[i];
            break;
        }
        bool is_long = word[1] == '-';
        size_t n = is_long ? strcspn(word + 2, "=") : 0;
        const char *value = is_long ? (word[2 + n] == '=' ? word + 3 + n : NULL) : word[2] ? word + 2 : NULL;
        const struct option *o = find_option(word, n, line->command);
        if (!o || (value && o->kind == FLAG))
            return unknown_option(s, word, line);
        if (!value && o->kind != FLAG) {
            if (i + 1 == line->argc)
                return kp_fail(s->diag, KP_E_USAGE, KP_K_OPTION_VALUE_MISSING, KP_NOWHERE, word, o->argument);
            value = line->argv[++i];
        }
        if (!only || strcmp(o->name, only) == 0)
            KP_TRY(set(s, o, value));
    }
    return KP_OK;
}

/* Finds --lang first, so that errors in the words before it are reported in that language, too. */
static void find_language(struct kp_settings *settings, int argc, char **argv)
{
    size_t lang = 0;
    for (int i = FIRST_WORD; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *value = strncmp(argv[i], "--lang=", 7) == 0 ? argv[i] + 7 : "";
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            value = argv[i + 1];
        if (kp_name_find(LANGUAGES, value, &lang))
            settings->options.common.lang = (enum kp_lang)lang;
    }
}

enum kp_status kp_settings_read(struct kp_settings *settings, const struct kp_command_line *line,
                                struct kp_arena *arena, struct kp_diag *diag)
{
    struct source s = {.settings = settings, .arena = arena, .diag = diag};
    settings->arguments = kp_arena_alloc(arena, ((size_t)line->argc + 1) * sizeof(*settings->arguments));
    if (!settings->arguments)
        return no_memory(&s);
    find_language(settings, line->argc, line->argv);
    diag->lang = settings->options.common.lang;
    KP_TRY(read_words(&s, line, "help"));
    if (settings->help)
        return KP_OK;
    KP_TRY(read_words(&s, line, "config"));
    if (settings->config)
        KP_TRY(read_config(&s, settings->config));
    KP_TRY(read_words(&s, line, NULL));
    kp_run_options_defaults(&settings->options);
    settings->options.inputs = settings->arguments;
    settings->options.n_inputs = settings->n_arguments;
    return KP_OK;
}

void kp_options_help(unsigned command, enum kp_lang lang, struct kp_buf *out)
{
    for (size_t i = 0; i < KP_COUNT(OPTIONS); i++) {
        const struct option *o = &OPTIONS[i];
        if (!has_name(o, command))
            continue;
        size_t from = out->len;
        if (o->letter)
            kp_buf_printf(out, "  -%c, --%s", o->letter, o->name);
        else
            kp_buf_printf(out, "      --%s", o->name);
        if (o->argument)
            kp_buf_printf(out, " %s", o->argument);
        do
            kp_buf_char(out, ' ');
        while (kp_buf_ok(out) && out->len - from < HELP_COLUMN);
        kp_buf_printf(out, "%s\n", o->help[lang]);
    }
}

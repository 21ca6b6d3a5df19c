#include "cli/read_settings.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "base/scan.h"
#include "base/status.h"
#include "base/suggest.h"
#include "base/text.h"
#include "cli/options.h"
#include "tables/names.h"

enum { FIRST_WORD = 2, CONFIG_MAX_BYTES = 1 << 20 };

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

static enum kp_status value_bad(const struct source *s, const struct kp_option *o, const char *value,
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

static enum kp_status set_choice(const struct source *s, const struct kp_option *o, const char *value,
                                 void *to)
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

static enum kp_status set_count(const struct source *s, const struct kp_option *o, const char *value,
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

static enum kp_status set_flag(const struct source *s, const struct kp_option *o, const char *value, bool *to)
{
    if (value && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return value_bad(s, o, value, "yes or no");
    *to = !value || strcmp(value, "yes") == 0;
    return KP_OK;
}

/* Reads a value that is one line of a file. */
static enum kp_status read_personal(const struct source *s, const struct kp_option *o, const char *argument,
                                    const char **ret_text)
{
    enum { MOST_BYTES = 4096 };
    const char *bytes = NULL;
    size_t n = 0;
    errno = 0;
    if (kp_read_file(&kp_io_posix, argument + 1, MOST_BYTES, s->arena, &bytes, &n) != KP_OK)
        return s->arena->failed ? no_memory(s)
                                : kp_fail(s->diag, KP_E_USAGE, KP_K_ARGUMENT_FILE_BAD, kp_in(argument + 1),
                                          o->name, strerror(errno));
    size_t bom = strncmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, line = strcspn(bytes + bom, "\r\n");
    if (line == 0 || bytes[bom + line + strspn(bytes + bom + line, "\r\n")] != '\0' || strlen(bytes) != n ||
        kp_utf8_valid_prefix(bytes, n) != n)
        return kp_fail(s->diag, KP_E_USAGE, KP_K_ARGUMENT_FILE_BAD, kp_in(argument + 1), o->name,
                       s->diag->lang == KP_LANG_JA ? "UTF-8の1行ではありません" : "not one line of UTF-8");
    *ret_text = kp_arena_strndup(s->arena, bytes + bom, line);
    return *ret_text ? KP_OK : no_memory(s);
}

/* Accepts "90", "90 days", "90日". */
static bool is_days(const char *value)
{
    static const char *const units[] = {"", "day", "days", "日"};
    size_t n = kp_digits(value);
    const char *unit = value + n + strspn(value + n, " ");
    bool known = false;
    for (size_t i = 0; i < KP_COUNT(units); i++)
        known |= strcmp(unit, units[i]) == 0;
    return known && n >= 1 && n <= 5 && strtoul(value, NULL, 10) > 0;
}

static enum kp_status set_value(const struct source *s, const struct kp_option *o, const char *value)
{
    char *to = (char *)s->settings + o->offset;
    const char **text = (const char **)(void *)to;
    struct kp_date date;
    const bool is_text = o->kind == TEXT || o->kind == LINES || (o->kind == PERSONAL && value[0] != '@');
    /* The library takes UTF-8; a configuration may have been saved in CP932. */
    if (is_text && !kp_cli_is_text(value))
        return value_bad(s, o, "…", "text in UTF-8");
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
    case DAYS:
        if (!is_days(value))
            return value_bad(s, o, value, "a number of days, like 90 days");
        *text = kp_arena_strdup(s->arena, value);
        return *text ? KP_OK : no_memory(s);
    case PATH:
    case PATHS:
        if (!*value)
            return value_bad(s, o, value, "a path");
        *text = o->kind == PATH ? resolve(s, value) : resolve_each(s, value);
        return *text ? KP_OK : no_memory(s);
    case LINES:
        *text = *text ? kp_arena_printf(s->arena, "%s\n%s", *text, value) : kp_arena_strdup(s->arena, value);
        return *text ? KP_OK : no_memory(s);
    case PERSONAL:
        if (value[0] == '@')
            return read_personal(s, o, value, text);
        *text = kp_arena_strdup(s->arena, value);
        return *text ? KP_OK : no_memory(s);
    case TEXT: *text = kp_arena_strdup(s->arena, value); return *text ? KP_OK : no_memory(s);
    }
    return KP_E_SYSTEM; /* not reached: every kind returns above */
}

static enum kp_status set(const struct source *s, const struct kp_option *o, const char *value)
{
    struct kp_origin *origin = &s->settings->origins[o - kp_options];
    KP_TRY(set_value(s, o, value));
    bool resolved = o->kind == PATH || o->kind == PATHS;
    const char *at = (const char *)s->settings + o->offset;
    if (!resolved)
        value = value ? kp_arena_strdup(s->arena, value) : "yes";
    else
        memcpy(&value, at, sizeof(value));
    *origin = (struct kp_origin){.given = true, .file = s->file, .line = s->line, .value = value};
    return value ? KP_OK : no_memory(s);
}

/* --- the configuration file --- */

struct config {
    struct source source;
    const char *at; /* the rest of the file */
    bool given[KP_MAX_OPTIONS];
    enum kp_status st;
};

static bool is_in(const struct kp_option *o, const char *section)
{
    return o->section && strcmp(o->section, section) == 0;
}

static bool section_is_known(const char *name)
{
    for (size_t i = 0; i < kp_n_options; i++)
        if (is_in(&kp_options[i], name))
            return true;
    return false;
}

/* Returns the nearest of the sections, or of the keys of a section unless that is NULL. */
static const char *nearest(const char *word, const char *section)
{
    const char *names[KP_MAX_OPTIONS];
    size_t n = 0;
    for (const struct kp_option *o = kp_options; o < kp_options + kp_n_options; o++)
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
    for (size_t i = 0; i < kp_n_options; i++) {
        const struct kp_option *o = &kp_options[i];
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
    enum kp_status st = kp_read_file(&kp_io_posix, path, CONFIG_MAX_BYTES, c.source.arena, &bytes, &n);
    if (st != KP_OK)
        return kp_unreadable(c.source.diag, st, KP_E_USAGE, KP_K_CONFIG_UNREADABLE, path, NULL);
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

/* Finds the configuration if no option names it. */
static void find_config(struct kp_settings *settings, const struct kp_config_places *places)
{
    const char *const usual[] = {"kenporter.ini", places->user, "/etc/kenporter/kenporter.ini"};
    settings->config = places->named;
    for (size_t i = 0; i < KP_COUNT(usual) && !settings->config; i++)
        if (usual[i] && kp_path_exists(&kp_io_posix, usual[i]))
            settings->config = usual[i];
}

/* --- the command line --- */

/* Finds "--NAME", n bytes of it before a "=", or "-L". */
static const struct kp_option *find_option(const char *word, size_t n, unsigned command)
{
    for (const struct kp_option *o = kp_options; o < kp_options + kp_n_options; o++)
        if (kp_option_has_name(o, command) &&
            (word[1] == '-' ? strlen(o->name) == n && strncmp(o->name, word + 2, n) == 0
                            : o->letter == word[1]))
            return o;
    return NULL;
}

static enum kp_status unknown_option(const struct source *s, const char *word,
                                     const struct kp_command_line *line)
{
    const char *names[KP_MAX_OPTIONS];
    size_t n = 0;
    for (size_t i = 0; i < kp_n_options; i++)
        if (kp_option_has_name(&kp_options[i], line->command))
            names[n++] = kp_options[i].name;
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
        const struct kp_option *o = find_option(word, n, line->command);
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
        if (kp_name_find(kp_languages, value, &lang))
            settings->options.common.lang = (enum kp_lang)lang;
    }
}

enum kp_status kp_settings_read(struct kp_settings *settings, const struct kp_command_line *line,
                                struct kp_arena *arena, struct kp_diag *diag)
{
    struct source s = {.settings = settings, .arena = arena, .diag = diag};
    settings->arguments = kp_arena_alloc(arena, ((size_t)line->argc + 1) * sizeof(*settings->arguments));
    settings->origins = kp_arena_alloc(arena, kp_n_options * sizeof(*settings->origins));
    if (!settings->arguments || !settings->origins)
        return no_memory(&s);
    find_language(settings, line->argc, line->argv);
    diag->lang = settings->options.common.lang;
    KP_TRY(read_words(&s, line, "help"));
    if (settings->help)
        return KP_OK;
    KP_TRY(read_words(&s, line, "config"));
    KP_TRY(read_words(&s, line, "metrics")); /* written even if the rest cannot be read */
    if (!settings->config && line->places && find_option("--config", strlen("config"), line->command))
        find_config(settings, line->places);
    if (settings->config)
        KP_TRY(read_config(&s, settings->config));
    KP_TRY(read_words(&s, line, NULL));
    settings->options.config = settings->config;
    kp_run_options_defaults(&settings->options);
    settings->options.inputs = settings->arguments;
    settings->options.n_inputs = settings->n_arguments;
    return KP_OK;
}

bool kp_cli_is_text(const char *word)
{
    return kp_utf8_valid_prefix(word, strlen(word)) == strlen(word);
}

int kp_command_at(int argc, char **argv)
{
    int at = 1;
    while (at < argc && argv[at][0] == '-' && argv[at][1] != '\0') {
        const char *word = argv[at++];
        bool is_long = word[1] == '-', has_value = is_long ? strchr(word, '=') != NULL : word[2] != '\0';
        const struct kp_option *o = find_option(word, strlen(word) - 2, ~0U);
        at += o && o->kind != FLAG && !has_value;
    }
    return at < argc ? at : argc;
}

#include "cli/manual.h"

#include <string.h>

#include "base/status.h"

/* Appends text as a line of its own: a leading control character and backslashes are escaped. */
static void add_line(struct kp_buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        kp_buf_str(out, "\\&");
    for (; *text; text++) {
        kp_buf_char(out, *text);
        if (*text == '\\')
            kp_buf_char(out, 'e');
    }
    kp_buf_char(out, '\n');
}

static void add_commands(const struct kp_manual *m, struct kp_buf *out)
{
    kp_buf_str(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < m->n_commands; i++) {
        kp_buf_printf(out, ".It Cm %s\n.Bd -literal -compact\n", m->commands[i].name);
        for (const char *line = m->commands[i].usage; line;) {
            const char *end = strchr(line, '\n');
            while (*line == ' ')
                line++;
            kp_buf_add(out, line, end ? (size_t)(end - line) : strlen(line));
            kp_buf_char(out, '\n');
            line = end ? end + 1 : NULL;
        }
        kp_buf_str(out, ".Ed\n");
        add_line(out, m->commands[i].help[m->lang]);
    }
    kp_buf_str(out, ".El\n");
}

/* The commands that take the option, unless all do. */
static void add_users(const struct kp_option *o, const struct kp_manual *m, struct kp_buf *out)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_commands; i++)
        n += (o->commands & m->commands[i].bit) != 0;
    kp_buf_str(out, m->lang == KP_LANG_JA ? "(コマンド:" : "(Commands:");
    for (size_t i = 0; i < m->n_commands && n < m->n_commands - 1; i++)
        if (o->commands & m->commands[i].bit)
            kp_buf_printf(out, " %s", m->commands[i].name);
    if (n >= m->n_commands - 1)
        kp_buf_str(out, m->lang == KP_LANG_JA ? " すべて" : " all");
    if (o->key)
        kp_buf_printf(out, m->lang == KP_LANG_JA ? "。設定: [%s] %s" : "; key: [%s] %s", o->section, o->key);
    kp_buf_str(out, ")\n");
}

static void add_options(const struct kp_manual *m, struct kp_buf *out)
{
    kp_buf_str(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < kp_n_options; i++) {
        const struct kp_option *o = &kp_options[i];
        if (!o->name)
            continue;
        kp_buf_str(out, ".It ");
        if (o->letter)
            kp_buf_printf(out, "Fl %c , ", o->letter);
        kp_buf_printf(out, "Fl -%s%s%s\n", o->name, o->argument ? " Ar " : "",
                      o->argument ? o->argument : "");
        add_line(out, o->help[m->lang]);
        add_users(o, m, out);
    }
    kp_buf_str(out, ".El\n");
}

/* Whether an earlier row has the same section (and, with key, the same key). */
static bool seen(size_t i, bool with_key)
{
    for (size_t k = 0; k < i; k++)
        if (kp_options[k].key && strcmp(kp_options[k].section, kp_options[i].section) == 0 &&
            (!with_key || strcmp(kp_options[k].key, kp_options[i].key) == 0))
            return true;
    return false;
}

static void add_key(const struct kp_option *o, const struct kp_manual *m, struct kp_buf *out)
{
    kp_buf_printf(out, ".It Va %s", o->key);
    for (size_t i = 0; o->choices && o->choices[i]; i++)
        kp_buf_printf(out, " %s", o->choices[i]);
    kp_buf_char(out, '\n');
    add_line(out, o->help[m->lang]);
    if (o->name)
        kp_buf_printf(out, m->lang == KP_LANG_JA ? "(オプション: \\-\\-%s)\n" : "(Option: \\-\\-%s)\n",
                      o->name);
}

static void add_keys(const struct kp_manual *m, struct kp_buf *out)
{
    for (size_t i = 0; i < kp_n_options; i++) {
        if (!kp_options[i].key || seen(i, false))
            continue;
        kp_buf_printf(out, ".Ss [%s]\n.Bl -tag -width Ds\n", kp_options[i].section);
        for (size_t k = i; k < kp_n_options; k++)
            if (kp_options[k].key && strcmp(kp_options[k].section, kp_options[i].section) == 0 &&
                !seen(k, true))
                add_key(&kp_options[k], m, out);
        kp_buf_str(out, ".El\n");
    }
}

bool kp_manual_part(const struct kp_manual *m, const char *name, struct kp_buf *out)
{
    static const struct {
        const char *name;
        void (*add)(const struct kp_manual *m, struct kp_buf *out);
    } parts[] = {{"mdoc-commands", add_commands}, {"mdoc-options", add_options}, {"mdoc-keys", add_keys}};
    for (size_t i = 0; i < KP_COUNT(parts); i++)
        if (strcmp(name, parts[i].name) == 0) {
            parts[i].add(m, out);
            return true;
        }
    return false;
}

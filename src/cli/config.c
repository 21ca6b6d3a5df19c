/* config: the settings that count, where each comes from, and what is wrong with them. */
#include <string.h>

#include "base/escape.h"
#include "base/json.h"
#include "cli/cli.h"

enum { KEY_COLUMN = 18, SOURCE_COLUMN = 28 };

/* Returns the value that counts, or NULL if the key is not set and has no default. */
static const char *value_of(const struct kp_console *c, const struct kp_option *o)
{
    const struct kp_origin *origin = &c->settings.origins[o - kp_options];
    const char *value = NULL;
    if (origin->given)
        return origin->value;
    if (o->kind == FLAG)
        return "no";
    if (o->choices) /* the settings were zeroed, and the first word is position 0 */
        return o->choices[0];
    memcpy(&value, (const char *)&c->settings + o->offset, sizeof(value));
    return value;
}

/* Pads to a column of the terminal, where Japanese characters take two. */
static void add_padded(struct kp_buf *out, const char *text, size_t columns)
{
    size_t used = 0;
    kp_buf_printable(out, text);
    for (const char *at = text; *at; at++)
        used += (unsigned char)*at < 0x80 ? 1 : ((unsigned char)*at & 0xc0) == 0xc0 ? 2 : 0;
    do
        kp_buf_char(out, ' ');
    while (++used < columns);
}

static const char *source_of(struct kp_console *c, const struct kp_origin *origin)
{
    const char *name = origin->file ? strrchr(origin->file, '/') : NULL;
    if (!origin->given)
        return kp_console_say(c, "(既定)", "(default)");
    if (!origin->file)
        return kp_console_say(c, "(オプション)", "(option)");
    return kp_arena_printf(&c->arena, "%s:%u", name ? name + 1 : origin->file, origin->line);
}

static void add_section(struct kp_console *c, const char *section, struct kp_buf *out)
{
    bool begun = false;
    for (const struct kp_option *o = kp_options; o < kp_options + kp_n_options; o++) {
        const char *value = o->section && strcmp(o->section, section) == 0 ? value_of(c, o) : NULL;
        const char *source = value ? source_of(c, &c->settings.origins[o - kp_options]) : NULL;
        if (!source)
            continue;
        if (!begun)
            kp_buf_printf(out, "[%s]\n", section);
        begun = true;
        kp_buf_str(out, "  ");
        add_padded(out, o->key, KEY_COLUMN);
        add_padded(out, source, SOURCE_COLUMN);
        kp_buf_printable(out, *value ? value : kp_console_say(c, "(空欄)", "(empty)"));
        kp_buf_char(out, '\n');
    }
}

/* Keys of a section may be apart in the table; the section is shown where its first one is. */
static void add_settings(struct kp_console *c, struct kp_buf *out)
{
    for (size_t i = 0; i < kp_n_options; i++) {
        bool first = kp_options[i].section != NULL;
        for (size_t j = 0; first && j < i; j++)
            first = !kp_options[j].section || strcmp(kp_options[j].section, kp_options[i].section) != 0;
        if (first)
            add_section(c, kp_options[i].section, out);
    }
}

static enum kp_status print_settings(struct kp_console *c)
{
    struct kp_buf out = {0};
    const char *file = c->settings.config;
    kp_buf_str(&out, kp_console_say(c, "設定ファイル: ", "configuration: "));
    kp_buf_printable(
        &out, file ? file : kp_console_say(c, "なし(すべて既定値)", "none; everything is at its default"));
    kp_buf_char(&out, '\n');
    add_settings(c, &out);
    return kp_console_print(c, KP_OK, &out);
}

static enum kp_status print_json(struct kp_console *c, enum kp_status checked)
{
    struct kp_buf out = {0};
    struct kp_json json = {.out = &out};
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_u64(&json, "schema_version", 1);
    kp_json_string(&json, "config", c->settings.config);
    kp_json_bool(&json, "valid", checked == KP_OK);
    kp_json_array(&json, "settings", KP_JSON_LINES);
    for (size_t i = 0; i < kp_n_options; i++) {
        const struct kp_origin *origin = &c->settings.origins[i];
        const char *value = kp_options[i].section ? value_of(c, &kp_options[i]) : NULL;
        if (!value)
            continue;
        kp_json_object(&json, NULL, KP_JSON_INLINE);
        kp_json_string(&json, "section", kp_options[i].section);
        kp_json_string(&json, "key", kp_options[i].key);
        kp_json_string(&json, "value", value);
        kp_json_string(&json, "from", !origin->given ? "default" : origin->file ? "file" : "option");
        kp_json_string(&json, "file", origin->file);
        kp_json_u64(&json, "line", origin->line);
        kp_json_end(&json);
    }
    kp_json_end(&json);
    kp_json_end(&json);
    return kp_console_print(c, checked, &out);
}

enum kp_status kp_command_config(struct kp_console *c)
{
    c->settings.options.command = KP_CMD_EXPORT; /* which needs most */
    if (c->settings.json)
        return print_json(c, kp_check_settings(&c->settings.options, &c->env));
    enum kp_status st = print_settings(c);
    return st == KP_OK ? kp_check_settings(&c->settings.options, &c->env) : st;
}

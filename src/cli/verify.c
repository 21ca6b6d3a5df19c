/* verify: checks bundles as their receiver would. */
#include <inttypes.h>

#include "base/escape.h"
#include "base/json.h"
#include "cli/cli.h"

/* What the receiver is likely to do. */
enum verdict { REFUSED, LOOK, SOUND };

static enum verdict verdict_on(const struct kp_console *c, const struct kp_verdict *v)
{
    if (v->faults > 0 || (c->settings.options.common.strict && v->warnings > 0))
        return REFUSED;
    return v->warnings > 0 ? LOOK : SOUND;
}

static void add_verdict(const struct kp_console *c, const struct kp_verdict *v, struct kp_json *json)
{
    static const char *const names[] = {"refused", "look", "sound"};
    kp_json_object(json, NULL, KP_JSON_INLINE);
    kp_json_string(json, "bundle", v->path);
    kp_json_string(json, "sha256", v->sha256);
    kp_json_string(json, "sender_number", v->sender_number);
    kp_json_string(json, "receiver_number", v->receiver_number);
    kp_json_string(json, "created", v->created);
    kp_json_string(json, "verdict", names[verdict_on(c, v)]);
    kp_json_bool(json, "official_schemas", c->settings.options.xsd != NULL);
    kp_json_u64(json, "documents", v->documents);
    kp_json_u64(json, "faults", v->faults);
    kp_json_u64(json, "warnings", v->warnings);
    kp_json_object(json, "by_code", KP_JSON_INLINE);
    for (size_t i = 0; i < v->n_codes; i++)
        kp_json_u64(json, v->by_code[i].name, v->by_code[i].n);
    kp_json_end(json);
    kp_json_end(json);
}

static void add_json(const struct kp_console *c, const struct kp_verdicts *verdicts, struct kp_buf *out)
{
    struct kp_json json = {.out = out};
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_u64(&json, "schema_version", 1);
    kp_json_array(&json, "bundles", KP_JSON_LINES);
    for (size_t i = 0; i < verdicts->n_bundles; i++)
        add_verdict(c, &verdicts->bundles[i], &json);
    kp_json_end(&json);
    kp_json_end(&json);
}

static void add_conclusion(const struct kp_console *c, const struct kp_verdict *v, struct kp_buf *out)
{
    const struct kp_run_options *o = &c->settings.options;
    enum verdict verdict = verdict_on(c, v);
    const char *const texts[] = {[REFUSED] =
                                     kp_console_say(c, "受付側で差し戻される見込み", "would be refused"),
                                 [LOOK] = kp_console_say(c, "受け付けられる見込み、要確認(上の警告)",
                                                         "would be taken; look at the warnings above"),
                                 [SOUND] = kp_console_say(c, "問題なし", "sound")};
    kp_buf_printf(out, "  %s", texts[verdict]);
    if (o->log && verdict != REFUSED)
        kp_buf_str(out, kp_console_say(c, "。提供記録とも一致", ", and consistent with the disclosure log"));
    kp_buf_char(out, '\n');
    if (!o->xsd)
        kp_buf_printf(out, "  %s\n",
                      kp_console_say(c, "厚生労働省のスキーマは使っていません(--xsd で指定)",
                                     "the ministry's schemas were not used (--xsd)"));
}

static void add_lines(const struct kp_console *c, const struct kp_verdict *v, struct kp_buf *out)
{
    kp_buf_printable(out, v->path);
    kp_buf_char(out, '\n');
    if (*v->sender_number)
        kp_buf_printf(out, "  %s %s %s %s, %s %s\n", kp_console_say(c, "送付元", "from"), v->sender_number,
                      kp_console_say(c, "送付先", "to"), *v->receiver_number ? v->receiver_number : "?",
                      kp_console_say(c, "作成日", "made on"), v->created);
    kp_buf_printf(out, "  %s %" PRIu64 ", %s %" PRIu64 ", %s %" PRIu64 "\n",
                  kp_console_say(c, "文書", "documents"), v->documents, kp_console_say(c, "不備", "faults"),
                  v->faults, kp_console_say(c, "警告", "warnings"), v->warnings);
    for (size_t i = 0; i < v->n_codes; i++)
        kp_buf_printf(out, "%s%s ×%" PRIu64 "%s", i ? ", " : "  ", v->by_code[i].name, v->by_code[i].n,
                      i + 1 == v->n_codes ? "\n" : "");
    add_conclusion(c, v, out);
}

enum kp_status kp_command_verify(struct kp_console *c)
{
    struct kp_verdicts verdicts = {0};
    struct kp_buf out = {0};
    const struct kp_settings *s = &c->settings;
    const struct kp_verify_options options = {.common = s->options.common,
                                              .bundles = s->arguments,
                                              .n_bundles = s->n_arguments,
                                              .xsd = s->options.xsd,
                                              .log = s->options.log,
                                              .password_file = s->options.seal.password_file,
                                              .age_rule = s->options.age_rule};
    enum kp_status st = kp_verify(&options, &c->env, &verdicts);
    if (st != KP_OK && st != KP_E_FAULT)
        return st;
    if (s->json)
        add_json(c, &verdicts, &out);
    for (size_t i = 0; !s->json && !s->quiet && i < verdicts.n_bundles; i++)
        add_lines(c, &verdicts.bundles[i], &out);
    st = kp_console_print(c, st, &out);
    kp_verdicts_free(&verdicts);
    return st;
}

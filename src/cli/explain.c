/* explain: a diagnostic code, or the legal rule for one case; and items: the catalogue. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/status.h"
#include "tables/tables.h"
#include "law/ident.h"
#include "law/rule.h"
#include "cli/cli.h"

static enum kp_status print(struct kp_console *c, struct kp_buf *out)
{
    enum kp_status st = kp_console_print(c, out) ? KP_OK : KP_E_SYSTEM;
    kp_buf_release(out);
    return st;
}

/* --- a code --- */

static enum kp_status explain_code(struct kp_console *c, const char *word)
{
    static const char *const levels[] = {"注記", "警告", "保留", "却下", "失敗"};
    bool well_formed =
        toupper((unsigned char)word[0]) == 'K' && strspn(word + 1, "0123456789") == 4 && !word[5];
    const struct kp_msg *m =
        well_formed ? kp_catalogue_find(&c->catalogue, (unsigned)strtoul(word + 1, NULL, 10)) : NULL;
    struct kp_buf out = {0};
    if (!m)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_CODE_NOT_FOUND, KP_NOWHERE, word);
    kp_buf_printf(&out, "K%04u %s (%s)\n", m->code, m->name,
                  kp_console_say(c, levels[m->level], kp_level_name(m->level)));
    kp_buf_printf(&out, "%s %s\n", kp_console_say(c, "意味:", "meaning:"), m->text[c->diag.lang]);
    kp_buf_printf(&out, "%s %s\n", kp_console_say(c, "直し方:", "remedy: "), m->remedy[c->diag.lang]);
    if (*m->ground)
        kp_buf_printf(&out, "%s %s\n", kp_console_say(c, "根拠:", "ground: "), m->ground);
    return print(c, &out);
}

/* --- a case --- */

struct question {
    struct kp_tables tables;
    struct kp_policy policy;
    struct kp_case c;
    struct kp_request request;
    struct kp_decision decision;
    const char *needed[4];
    size_t n_needed;
};

static enum kp_status bad_value(struct kp_console *c, const char *value, const char *option,
                                const char *expected)
{
    return kp_fail(&c->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, value, option, expected);
}

static enum kp_status read_articles(struct kp_console *c, struct question *q)
{
    const char *list = c->settings.articles ? c->settings.articles : "elderly_act health_act";
    size_t length = 0;
    for (unsigned i = KP_ROUTE_ELDERLY; i <= KP_ROUTE_HEALTH; i++)
        if (kp_list_has(list, kp_route_names[i])) {
            q->request.routes |= 1u << i;
            length += strlen(kp_route_names[i]) + (length > 0);
        }
    if (strlen(list) != length)
        return bad_value(c, list, "--articles",
                         "\"elderly_act\", \"health_act\", \"elderly_act health_act\" or \"\"");
    q->c.requests = q->request.routes ? &q->request : NULL;
    return KP_OK;
}

static enum kp_status read_insurer(struct kp_console *c, struct question *q)
{
    const char *number = c->settings.insurer;
    const char *scheme = c->settings.scheme ? c->settings.scheme : "";
    if (strlen(number) != 8 || strspn(number, "0123456789") != 8)
        return bad_value(c, number, "--insurer", "an insurer number of 8 digits");
    if (!kp_check_digit_ok(number, 8)) /* the rule goes by the prefix, so it can be explained all the same */
        kp_warn(&c->diag, KP_K_CHECK_DIGIT_ODD, KP_NOWHERE, number);
    const struct kp_scheme *row = kp_scheme_of(&q->tables, number);
    if (!row)
        return bad_value(c, number, "--insurer", "a number that begins with a known scheme prefix");
    if (*scheme && !kp_list_has(row->choices, scheme) && strcmp(row->scheme, scheme) != 0)
        return bad_value(c, scheme, "--scheme",
                         *row->choices ? "chiho_kyosai or shigaku_kyosai" : row->scheme);
    q->c.insurer_number = number;
    q->c.register_scheme = scheme;
    return KP_OK;
}

static enum kp_status read_items(struct kp_console *c, const struct question *q)
{
    for (const char *at = c->settings.items ? c->settings.items : ""; *at;) {
        size_t n = strcspn(at, " ,");
        char *code = kp_arena_strndup(&c->arena, at, n);
        if (!code)
            return KP_E_SYSTEM;
        if (n && !kp_item_find(&q->tables, code))
            return bad_value(c, code, "--items", "item codes of 17 characters (kenporter items lists them)");
        at += n + (at[n] != '\0');
    }
    return KP_OK;
}

static enum kp_status read_case(struct kp_console *c, struct question *q)
{
    const struct kp_settings *s = &c->settings;
    const struct {
        const char *option, *argument, *value;
    } required[] = {{"--birth", "YYYY-MM-DD", s->birth},
                    {"--exam", "YYYY-MM-DD", s->exam},
                    {"--insurer", "NUMBER", s->insurer}};
    for (size_t i = 0; i < KP_COUNT(required); i++)
        if (!required[i].value)
            return kp_fail(&c->diag, KP_E_USAGE, KP_K_OPTION_MISSING, KP_NOWHERE, required[i].option,
                           required[i].argument);
    q->c.on = kp_date_in_japan(c->env.now(c->env.ctx));
    if (!kp_date_parse_iso(s->birth, &q->c.birth) || !kp_date_parse_iso(s->exam, &q->c.exam) ||
        (s->on && !kp_date_parse_iso(s->on, &q->c.on)))
        return KP_E_USAGE; /* the option table has checked them */
    if (kp_date_compare(q->c.birth, q->c.exam) > 0)
        return bad_value(c, s->birth, "--birth", "a date that is not after --exam");
    q->request.id = "(request)";
    q->request.received = q->c.on;
    q->request.bands = (1u << KP_BAND__COUNT) - 1;
    q->request.items = "";
    q->policy.age_rule = s->options.age_rule;
    q->policy.withhold_form_items = s->options.withhold_form_items;
    enum kp_status st = read_insurer(c, q);
    if (st == KP_OK)
        st = read_articles(c, q);
    return st == KP_OK ? read_items(c, q) : st;
}

static void need(struct question *q, const char *text)
{
    if (text && q->n_needed < KP_COUNT(q->needed))
        q->needed[q->n_needed++] = text;
}

/* What would turn a hold into a release: the request that is missing, the register's word, or consent. */
static void find_needed(struct kp_console *c, struct question *q)
{
    const struct kp_decision *d = &q->decision;
    char day[11];
    if (d->reason == KP_HOLD_SCHEME_UNSETTLED) {
        need(q, kp_console_say(c, "適用される法律の確認", "the insurer's word on which Act applies"));
        return;
    }
    if (d->reason == KP_HOLD_SCHEME_AMBIGUOUS) {
        need(q, kp_console_say(c, "保険者登録簿の scheme (chiho_kyosai または shigaku_kyosai)",
                               "scheme in the insurer register: chiho_kyosai or shigaku_kyosai"));
        return;
    }
    for (enum kp_route r = KP_ROUTE_ELDERLY; r <= KP_ROUTE_HEALTH; r++) {
        const struct kp_basis *b = kp_basis_for(&q->tables, r, d->scheme, d->band, q->c.on);
        if (b && d->reason != KP_HOLD_CONSENT_MISSING && d->reason != KP_HOLD_PAST_RETENTION)
            need(q, kp_arena_printf(&c->arena, "%s%s%s%s", kp_console_say(c, "", "a request citing "), b->law,
                                    b->request_provision, kp_console_say(c, "を根拠とする求め", "")));
    }
    kp_date_iso(q->c.on, day);
    need(q, kp_basis_for(&q->tables, KP_ROUTE_CONSENT, d->scheme, d->band, q->c.on)
                ? kp_console_say(c, "本人の同意", "the person's consent")
                : NULL);
}

/* --- the answer in words --- */

/* The words for it; JSON has the bare "release" and "withhold". */
static const char *answer_word(const struct kp_console *c, const char *answer)
{
    return answer[0] == 'r' ? kp_console_say(c, "提供", "release")
                            : kp_console_say(c, "提供しない", "withhold");
}

static const char *scope_answer(const struct question *q, enum kp_scope scope)
{
    if (q->decision.reason != KP_HOLD_NONE)
        return "withhold";
    if (scope == KP_SCOPE_DUTY || (scope == KP_SCOPE_FORM && !q->policy.withhold_form_items))
        return "release";
    return "withhold";
}

static const char *reason_text(const struct kp_console *c, enum kp_reason reason)
{
    static const enum kp_code codes[KP_HOLD__COUNT] = {[KP_HOLD_SCHEME_UNSETTLED] = KP_K_SCHEME_UNSETTLED,
                                                       [KP_HOLD_SCHEME_AMBIGUOUS] = KP_K_SCHEME_AMBIGUOUS,
                                                       [KP_HOLD_CONSENT_MISSING] = KP_K_CONSENT_MISSING,
                                                       [KP_HOLD_NO_REQUEST] = KP_K_NO_REQUEST,
                                                       [KP_HOLD_NO_BASIS] = KP_K_NO_BASIS,
                                                       [KP_HOLD_PAST_RETENTION] = KP_K_PAST_RETENTION};
    const struct kp_msg *m = kp_catalogue_find(&c->catalogue, codes[reason]);
    return m ? m->text[c->diag.lang] : kp_reason_names[reason];
}

static void add_age(const struct kp_console *c, const struct question *q, struct kp_buf *out)
{
    char end[11];
    kp_date_iso(kp_fiscal_year_end(q->c.exam), end);
    int year_end = kp_age_at_fiscal_year_end(q->c.birth, q->c.exam, q->policy.age_rule);
    bool statute = q->policy.age_rule == KP_AGE_STATUTE;
    kp_buf_printf(out, "%s %d", kp_console_say(c, "年齢: 健診日に", "age: on the day of the examination"),
                  kp_age_on(q->c.birth, q->c.exam));
    kp_buf_printf(out, "%s %s%s %d", kp_console_say(c, "歳、", ", on"), end, kp_console_say(c, "時点で", ""),
                  year_end);
    kp_buf_printf(
        out, "%s\n",
        statute ? kp_console_say(c, "歳(誕生日の前日に達する数え方)",
                                 " (an age is reached on the day before the birthday)")
                : kp_console_say(c, "歳(誕生日に達する数え方)", " (an age is reached on the birthday)"));
    kp_buf_printf(out, "%s %s\n", kp_console_say(c, "区分:", "age band:"), kp_band_names[q->decision.band]);
}

static void add_item_answers(struct kp_console *c, const struct question *q, struct kp_buf *out, bool json)
{
    const char *before = "";
    for (const char *at = c->settings.items ? c->settings.items : ""; *at;) {
        size_t n = strcspn(at, " ,");
        char *code = kp_arena_strndup(&c->arena, at, n);
        const struct kp_item *item = code && n ? kp_item_find(&q->tables, code) : NULL;
        at += n + (at[n] != '\0');
        if (!item)
            continue;
        if (json)
            kp_buf_printf(out, "%s\"%s\": \"%s\"", before, item->code, scope_answer(q, item->scope));
        else
            kp_buf_printf(out, "  %s (%s): %s\n", item->label, kp_scope_names[item->scope],
                          answer_word(c, scope_answer(q, item->scope)));
        before = ", ";
    }
}

static void add_scopes(const struct kp_console *c, const struct question *q, struct kp_buf *out)
{
    const struct {
        const char *name;
        enum kp_scope scope;
        const char *ground;
    } lines[] = {
        {kp_console_say(c, "法定項目(duty、実施基準2条):", "items of the duty (duty, 実施基準 art. 2):"),
         KP_SCOPE_DUTY, ""},
        {kp_console_say(c, "様式が求める項目(form):", "items that only the form demands (form):"),
         KP_SCOPE_FORM, kp_console_say(c, "(方針 form_items による)", " (by the policy form_items)")},
        {kp_console_say(c, "その他の項目(other):", "all other items (other):"), KP_SCOPE_OTHER,
         kp_console_say(c, "(本人の同意が必要)", " (they need the person's consent)")}};
    for (size_t i = 0; i < KP_COUNT(lines); i++)
        kp_buf_printf(out, "%s %s%s\n", lines[i].name, answer_word(c, scope_answer(q, lines[i].scope)),
                      q->decision.reason == KP_HOLD_NONE ? lines[i].ground : "");
}

static void answer_in_words(struct kp_console *c, const struct question *q, struct kp_buf *out)
{
    const struct kp_decision *d = &q->decision;
    bool held = d->reason != KP_HOLD_NONE;
    if (held)
        kp_buf_printf(out, "%s (%s): %s\n", kp_console_say(c, "判定: 保留", "decision: hold"),
                      kp_reason_names[d->reason], reason_text(c, d->reason));
    else
        kp_buf_printf(out, "%s\n", kp_console_say(c, "判定: 提供", "decision: release"));
    if (d->basis)
        kp_buf_printf(out, "%s %s: %s\n", kp_console_say(c, "根拠:", "ground:"), d->basis->id,
                      kp_provisions_text(&c->arena, &q->tables, d->basis, q->c.on));
    kp_buf_printf(out, "%s %s\n", kp_console_say(c, "制度:", "scheme:"), d->scheme);
    add_age(c, q, out);
    add_scopes(c, q, out);
    add_item_answers(c, q, out, false);
    for (size_t i = 0; i < q->n_needed; i++)
        kp_buf_printf(out, "%s %s\n", kp_console_say(c, "必要なもの:", "would change it:"), q->needed[i]);
}

/* --- the answer as JSON --- */

static void member(struct kp_buf *out, const char *name, const char *value)
{
    kp_buf_printf(out, ",\n  \"%s\": ", name);
    if (value)
        kp_buf_json(out, value);
    else
        kp_buf_str(out, "null");
}

static void answer_in_json(struct kp_console *c, const struct question *q, struct kp_buf *out)
{
    const struct kp_decision *d = &q->decision;
    char end[11];
    kp_date_iso(kp_fiscal_year_end(q->c.exam), end);
    kp_buf_printf(out, "{\n  \"decision\": \"%s\"", d->reason == KP_HOLD_NONE ? "release" : "hold");
    member(out, "reason", d->reason == KP_HOLD_NONE ? NULL : kp_reason_names[d->reason]);
    kp_buf_printf(out, ",\n  \"age\": %d,\n  \"age_on_exam\": %d,\n  \"age_at_fiscal_year_end\": %d", d->age,
                  kp_age_on(q->c.birth, q->c.exam),
                  kp_age_at_fiscal_year_end(q->c.birth, q->c.exam, q->policy.age_rule));
    member(out, "fiscal_year_end", end);
    member(out, "age_rule", q->policy.age_rule == KP_AGE_STATUTE ? "statute" : "birthday");
    member(out, "age_band", kp_band_names[d->band]);
    member(out, "scheme", d->scheme);
    member(out, "basis_id", d->basis ? d->basis->id : NULL);
    member(out, "provisions", d->basis ? kp_provisions_text(&c->arena, &q->tables, d->basis, q->c.on) : NULL);
    member(out, "privacy_ground", d->basis ? kp_privacy_ground_of(d->basis) : NULL);
    kp_buf_str(out, ",\n  \"item_scopes\": {");
    for (unsigned s = 0; s < KP_SCOPE__COUNT; s++)
        kp_buf_printf(out, "%s\"%s\": \"%s\"", s ? ", " : "", kp_scope_names[s],
                      scope_answer(q, (enum kp_scope)s));
    kp_buf_char(out, '}');
    if (c->settings.items) {
        kp_buf_str(out, ",\n  \"items\": {");
        add_item_answers(c, q, out, true);
        kp_buf_char(out, '}');
    }
    kp_buf_str(out, ",\n  \"needed\": [");
    for (size_t i = 0; i < q->n_needed; i++) {
        kp_buf_str(out, i ? ", " : "");
        kp_buf_json(out, q->needed[i]);
    }
    kp_buf_str(out, "]\n}\n");
}

static enum kp_status load_tables(struct kp_console *c, struct kp_text **ret_text, struct kp_tables *tables)
{
    if (kp_text_new(ret_text) != KP_OK)
        return kp_fail(&c->diag, KP_E_SYSTEM, KP_K_NO_MEMORY, KP_NOWHERE);
    return kp_tables_load(&c->arena, &kp_io_posix, *ret_text, c->settings.options.common.schemas, &c->diag,
                          tables);
}

static enum kp_status explain_case(struct kp_console *c)
{
    enum kp_status st = KP_OK;
    struct kp_text *text = NULL;
    struct question q = {0};
    struct kp_buf out = {0};
    KP_TRY_OUT(load_tables(c, &text, &q.tables));
    KP_TRY_OUT(read_case(c, &q));
    kp_decide(&q.tables, &q.policy, &q.c, &q.decision);
    if (q.decision.reason != KP_HOLD_NONE)
        find_needed(c, &q);
    if (c->settings.json)
        answer_in_json(c, &q, &out);
    else
        answer_in_words(c, &q, &out);
    st = print(c, &out);
out:
    kp_text_free(text);
    return st;
}

enum kp_status kp_command_explain(struct kp_console *c)
{
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments > 1 || (s->n_arguments == 1 && (s->birth || s->exam || s->insurer)))
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, KP_NOWHERE,
                       s->arguments[s->n_arguments - 1], "explain");
    return s->n_arguments == 1 ? explain_code(c, s->arguments[0]) : explain_case(c);
}

/* --- items --- */

static bool matches(const struct kp_item *item, const char *wanted, struct kp_arena *arena)
{
    char *key = kp_text_header_key(arena, item->name);
    return strstr(item->code, wanted) || strstr(item->name, wanted) || (key && strstr(key, wanted));
}

enum kp_status kp_command_items(struct kp_console *c)
{
    enum kp_status st = KP_OK;
    struct kp_text *text = NULL;
    struct kp_tables tables;
    struct kp_buf out = {0};
    const struct kp_settings *s = &c->settings;
    if (s->n_arguments > 1)
        return kp_fail(&c->diag, KP_E_USAGE, KP_K_ARGUMENT_UNEXPECTED, KP_NOWHERE, s->arguments[1], "items");
    KP_TRY_OUT(load_tables(c, &text, &tables));
    const char *word = s->n_arguments ? s->arguments[0] : "";
    char *wanted = kp_text_header_key(&c->arena, word);
    for (size_t i = 0; i < tables.n_items; i++) {
        const struct kp_item *item = &tables.items[i];
        if (*word && !strstr(item->code, word) && (!wanted || !*wanted || !matches(item, wanted, &c->arena)))
            continue;
        kp_buf_printf(&out, "%s  %s  %-9s %-13s %-5s  %s\n", item->code, kp_type_names[item->type],
                      *item->code_system ? strrchr(item->code_system, '.') + 1 : item->format,
                      *item->unit ? item->unit : "-", kp_scope_names[item->scope], item->name);
    }
    if (out.len == 0)
        kp_warn(&c->diag, KP_K_NO_SUCH_ITEM, KP_NOWHERE, word);
    st = print(c, &out);
out:
    kp_text_free(text);
    return st;
}

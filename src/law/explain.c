/* kp_explain: applies the rule to an imaginary case. */
#include <string.h>

#include "base/json.h"
#include "base/scan.h"
#include "base/status.h"
#include "law/ident.h"
#include "law/rule.h"
#include "tables/names.h"
#include "tables/page.h"

struct question {
    const struct kp_explain_options *options;
    struct kp_policy policy;
    struct kp_case c;
    struct kp_request request;
    struct kp_decision decision;
    int age_at_exam, age_at_year_end;
    char year_end[11];            /* of the examination's fiscal year */
    const struct kp_item **items; /* to answer for one by one */
    size_t n_items;
    const char *needed[3]; /* what would turn a hold into a release */
    size_t n_needed;
};

static enum kp_status bad_value(struct kp_context *ctx, const char *value, const char *option,
                                const char *expected)
{
    return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_OPTION_VALUE_BAD, KP_NOWHERE, value, option, expected);
}

static enum kp_status read_articles(struct kp_context *ctx, struct question *q)
{
    const char *list = q->options->articles ? q->options->articles : "elderly_act health_act";
    if (*list && (!kp_list_bits(kp_route_names, list, &q->request.routes) ||
                  (q->request.routes & 1u << KP_ROUTE_CONSENT)))
        return bad_value(ctx, list, "--articles",
                         "\"elderly_act\", \"health_act\", \"elderly_act health_act\" or \"\"");
    q->c.requests = *list ? &q->request : NULL;
    return KP_OK;
}

static enum kp_status read_insurer(struct kp_context *ctx, struct question *q)
{
    const char *number = q->options->insurer;
    const char *scheme = q->options->scheme ? q->options->scheme : "";
    if (!kp_is_digits(number, 8))
        return bad_value(ctx, number, "--insurer", "an insurer number of 8 digits");
    if (!kp_check_digit_ok(number, 8)) /* the rule needs only the prefix */
        kp_warn(&ctx->diag, KP_K_CHECK_DIGIT_ODD, KP_NOWHERE, number);
    const struct kp_scheme *row = kp_scheme_of(&ctx->tables, number);
    if (!row)
        return bad_value(ctx, number, "--insurer", "a number that begins with a known scheme prefix");
    if (*scheme && !kp_list_has(row->choices, scheme) && strcmp(row->scheme, scheme) != 0)
        return bad_value(ctx, scheme, "--scheme",
                         *row->choices ? "chiho_kyosai or shigaku_kyosai" : row->scheme);
    q->c.insurer_number = number;
    q->c.register_scheme = scheme;
    return KP_OK;
}

static enum kp_status read_items(struct kp_context *ctx, struct question *q)
{
    const char *list = q->options->items ? q->options->items : "";
    q->items = kp_arena_alloc(&ctx->arena, (strlen(list) + 1) * sizeof(struct kp_item *));
    if (!q->items)
        return kp_no_memory(ctx);
    for (struct kp_word word; kp_next_word(&list, " ,", &word);) {
        char *code = kp_arena_strndup(&ctx->arena, word.at, word.n);
        if (!code)
            return kp_no_memory(ctx);
        if (word.n && !(q->items[q->n_items++] = kp_item_find(&ctx->tables, code)))
            return bad_value(ctx, code, "--items",
                             "item codes of 17 characters (kenporter items lists them)");
    }
    return KP_OK;
}

static enum kp_status read_case(struct kp_context *ctx, struct question *q)
{
    const struct kp_explain_options *s = q->options;
    const struct {
        const char *option, *argument, *value;
    } required[] = {{"--birth", "YYYY-MM-DD", s->birth},
                    {"--exam", "YYYY-MM-DD", s->exam},
                    {"--insurer", "NUMBER", s->insurer}};
    for (size_t i = 0; i < KP_COUNT(required); i++)
        if (!required[i].value)
            return kp_fail(&ctx->diag, KP_E_USAGE, KP_K_OPTION_MISSING, KP_NOWHERE, required[i].option,
                           required[i].argument);
    q->c.on = kp_date_in_japan(ctx->env->now(ctx->env->ctx));
    if (!kp_date_parse_iso(s->birth, &q->c.birth) || !kp_date_parse_iso(s->exam, &q->c.exam) ||
        (s->on && !kp_date_parse_iso(s->on, &q->c.on)))
        return bad_value(ctx, s->birth, "--birth, --exam, --on", "dates as YYYY-MM-DD");
    if (kp_date_compare(q->c.birth, q->c.exam) > 0)
        return bad_value(ctx, s->birth, "--birth", "a date that is not after --exam");
    q->request = (struct kp_request){
        .id = "(request)", .received = q->c.on, .bands = (1u << KP_BAND__COUNT) - 1, .items = ""};
    q->policy = (struct kp_policy){.age_rule = s->age_rule, .withhold_form_items = s->withhold_form_items};
    q->c.kind = s->exam_kind;
    q->age_at_exam = kp_age_on(q->c.birth, q->c.exam);
    q->age_at_year_end = kp_age_at_fiscal_year_end(q->c.birth, q->c.exam, s->age_rule);
    kp_date_iso(kp_fiscal_year_end(q->c.exam), q->year_end);
    KP_TRY(read_insurer(ctx, q));
    KP_TRY(read_articles(ctx, q));
    return read_items(ctx, q);
}

static void need(struct question *q, const char *text)
{
    if (text)
        q->needed[q->n_needed++] = text;
}

/* Finds what would turn a hold into a release: a request, the register's choice, or consent. */
static void find_needed(struct kp_context *ctx, struct question *q)
{
    const struct kp_decision *d = &q->decision;
    if (d->reason == KP_HOLD_SCHEME_UNSETTLED) {
        need(q, kp_say(ctx, "適用される法律の確認", "the insurer's word on which Act applies"));
        return;
    }
    if (d->reason == KP_HOLD_SCHEME_AMBIGUOUS) {
        need(q, kp_say(ctx, "保険者台帳の制度(scheme)に chiho_kyosai または shigaku_kyosai",
                       "scheme in the insurer register: chiho_kyosai or shigaku_kyosai"));
        return;
    }
    bool by_request = d->reason != KP_HOLD_CONSENT_MISSING && d->reason != KP_HOLD_PAST_RETENTION &&
                      d->reason != KP_HOLD_EXAM_KIND;
    for (enum kp_route r = KP_ROUTE_ELDERLY; r <= KP_ROUTE_HEALTH; r++) {
        const struct kp_basis *b = kp_basis_for(&ctx->tables, r, d->scheme, d->band, q->c.on);
        if (b && by_request)
            need(q, kp_arena_printf(&ctx->arena, "%s%s%s%s", kp_say(ctx, "", "a request citing "), b->law,
                                    b->request_provision, kp_say(ctx, "を根拠とする提供依頼", "")));
    }
    need(q, kp_basis_for(&ctx->tables, KP_ROUTE_CONSENT, d->scheme, d->band, q->c.on)
                ? kp_say(ctx, "本人の同意", "the person's consent")
                : NULL);
}

/* --- the answer in words --- */

static bool is_released(const struct question *q, enum kp_scope scope)
{
    return q->decision.reason == KP_HOLD_NONE &&
           (scope == KP_SCOPE_DUTY || (scope == KP_SCOPE_FORM && !q->policy.withhold_form_items));
}

static const char *answer_word(const struct kp_context *ctx, const struct question *q, enum kp_scope scope)
{
    return is_released(q, scope) ? kp_say(ctx, "提供", "release") : kp_say(ctx, "提供しない", "withhold");
}

static const char *reason_text(const struct kp_context *ctx, enum kp_reason reason)
{
    const struct kp_msg *m = kp_catalogue_find(&ctx->catalogue, kp_reason_codes[reason]);
    return m ? m->text[ctx->diag.lang] : kp_reason_names[reason];
}

static void add_age(const struct kp_context *ctx, const struct question *q, struct kp_buf *out)
{
    const char *rule = q->policy.age_rule == KP_AGE_STATUTE
                           ? kp_say(ctx, "歳(誕生日の前日に達する数え方)",
                                    " (an age is reached on the day before the birthday)")
                           : kp_say(ctx, "歳(誕生日に達する数え方)", " (an age is reached on the birthday)");
    kp_buf_printf(out, "%s %d%s %s%s %d%s\n",
                  kp_say(ctx, "年齢: 健診日に", "age: on the day of the examination"), q->age_at_exam,
                  kp_say(ctx, "歳、", ", on"), q->year_end, kp_say(ctx, "時点で", ""), q->age_at_year_end,
                  rule);
    kp_buf_printf(out, "%s %s\n", kp_say(ctx, "区分:", "age band:"),
                  kp_term(&ctx->diag, "band", kp_band_names[q->decision.band]));
}

static void add_scopes(const struct kp_context *ctx, const struct question *q, struct kp_buf *out)
{
    const struct {
        const char *name;
        enum kp_scope scope;
        const char *ground;
    } lines[] = {{kp_say(ctx, "法定項目(実施基準2条):", "items of the duty (duty, 実施基準 art. 2):"),
                  KP_SCOPE_DUTY, ""},
                 {kp_say(ctx, "様式が求める項目:", "items that only the form demands (form):"), KP_SCOPE_FORM,
                  kp_say(ctx, "(設定 form_items による)", " (by the policy form_items)")},
                 {kp_say(ctx, "その他の項目:", "all other items (other):"), KP_SCOPE_OTHER,
                  kp_say(ctx, "(本人の同意が必要)", " (they need the person's consent)")}};
    for (size_t i = 0; i < KP_COUNT(lines); i++)
        kp_buf_printf(out, "%s %s%s\n", lines[i].name, answer_word(ctx, q, lines[i].scope),
                      q->decision.reason == KP_HOLD_NONE ? lines[i].ground : "");
}

static void answer_in_words(struct kp_context *ctx, const struct question *q, struct kp_buf *out)
{
    const struct kp_decision *d = &q->decision;
    if (d->reason != KP_HOLD_NONE)
        kp_buf_printf(out, "%s (%s): %s\n", kp_say(ctx, "判定: 保留", "decision: hold"),
                      kp_term(&ctx->diag, "reason", kp_reason_names[d->reason]), reason_text(ctx, d->reason));
    else
        kp_buf_printf(out, "%s\n", kp_say(ctx, "判定: 提供", "decision: release"));
    if (d->basis)
        kp_buf_printf(out, "%s %s: %s\n", kp_say(ctx, "根拠:", "ground:"),
                      kp_term(&ctx->diag, "basis", d->basis->id),
                      kp_provisions_text(&ctx->arena, &ctx->tables, d->basis, q->c.on));
    kp_buf_printf(out, "%s %s\n", kp_say(ctx, "制度:", "scheme:"), kp_term(&ctx->diag, "scheme", d->scheme));
    add_age(ctx, q, out);
    add_scopes(ctx, q, out);
    for (size_t i = 0; i < q->n_items; i++)
        kp_buf_printf(out, "  %s (%s): %s\n", q->items[i]->label,
                      kp_term(&ctx->diag, "scope", kp_scope_names[q->items[i]->scope]),
                      answer_word(ctx, q, q->items[i]->scope));
    for (size_t i = 0; i < q->n_needed; i++)
        kp_buf_printf(out, "%s %s\n", kp_say(ctx, "必要なもの:", "would change it:"), q->needed[i]);
}

/* --- the answer as JSON --- */

static void answer_in_json(struct kp_context *ctx, const struct question *q, struct kp_buf *out)
{
    const struct kp_decision *d = &q->decision;
    bool held = d->reason != KP_HOLD_NONE;
    struct kp_json json = {.out = out};
    kp_json_object(&json, NULL, KP_JSON_LINES);
    kp_json_u64(&json, "schema_version", 1);
    kp_json_string(&json, "decision", held ? "hold" : "release");
    kp_json_string(&json, "reason", held ? kp_reason_names[d->reason] : NULL);
    kp_json_u64(&json, "age", (uint64_t)d->age);
    kp_json_u64(&json, "age_on_exam", (uint64_t)q->age_at_exam);
    kp_json_u64(&json, "age_at_fiscal_year_end", (uint64_t)q->age_at_year_end);
    kp_json_string(&json, "fiscal_year_end", q->year_end);
    kp_json_string(&json, "age_rule", kp_age_rule_names[q->policy.age_rule]);
    kp_json_string(&json, "age_band", kp_band_names[d->band]);
    kp_json_string(&json, "scheme", d->scheme);
    kp_json_string(&json, "basis_id", d->basis ? d->basis->id : NULL);
    kp_json_string(&json, "provisions",
                   d->basis ? kp_provisions_text(&ctx->arena, &ctx->tables, d->basis, q->c.on) : NULL);
    kp_json_string(&json, "privacy_ground", d->basis ? kp_privacy_ground_of(d->basis) : NULL);
    kp_json_object(&json, "item_scopes", KP_JSON_INLINE);
    for (unsigned s = 0; s < KP_SCOPE__COUNT; s++)
        kp_json_string(&json, kp_scope_names[s], is_released(q, (enum kp_scope)s) ? "release" : "withhold");
    kp_json_end(&json);
    if (q->options->items) {
        kp_json_object(&json, "items", KP_JSON_INLINE);
        for (size_t i = 0; i < q->n_items; i++)
            kp_json_string(&json, q->items[i]->code,
                           is_released(q, q->items[i]->scope) ? "release" : "withhold");
        kp_json_end(&json);
    }
    kp_json_array(&json, "needed", KP_JSON_INLINE);
    for (size_t i = 0; i < q->n_needed; i++)
        kp_json_string(&json, NULL, q->needed[i]);
    kp_json_end(&json);
    kp_json_end(&json);
}

static enum kp_status explain(struct kp_context *ctx, const void *options, struct kp_buf *out)
{
    struct question q = {.options = options};
    KP_TRY(read_case(ctx, &q));
    kp_context_warn_of_tables(ctx, q.c.on);
    kp_decide(&ctx->tables, &q.policy, &q.c, &q.decision);
    if (q.decision.reason != KP_HOLD_NONE)
        find_needed(ctx, &q);
    if (q.options->json)
        answer_in_json(ctx, &q, out);
    else
        answer_in_words(ctx, &q, out);
    return KP_OK;
}

enum kp_status kp_explain(const struct kp_explain_options *options, const struct kp_env *env,
                          struct kp_page *ret_page)
{
    return kp_page_make(&options->common, env, explain, options, ret_page);
}

#include "log/audit_sheet.h"

#include <string.h>

#include "base/scan.h"
#include "base/status.h"
#include "law/rule.h"
#include "log/audit_filter.h"

/* A name may change; birth date and sex do not, and an employee id belongs to one person. */
static bool is_other(const struct kp_audit_sheet *s, const char *person, const char *employee)
{
    return s->person && (strcmp(s->person, person) != 0 ||
                         (*employee && *s->employee && strcmp(employee, s->employee) != 0));
}

enum kp_status kp_sheet_check(struct kp_audit_sheet *s, const char *const *c)
{
    struct kp_arena *arena = &s->ctx->arena;
    kp_arena_reset(&s->scratch);
    char *person = kp_arena_printf(&s->scratch, "%s\x1f%s", c[KP_LOG_BIRTH_DATE], c[KP_LOG_SEX]);
    char *employee = kp_text_value_key(&s->scratch, c[KP_LOG_EMPLOYEE_ID]);
    if (!person || !employee)
        return kp_no_memory(s->ctx);
    if (is_other(s, person, employee))
        return kp_fail(&s->ctx->diag, KP_E_USAGE, KP_K_SHEET_OF_SEVERAL, KP_NOWHERE);
    s->name = kp_arena_strdup(arena, c[KP_LOG_NAME_KANA]); /* the latest */
    if (!s->person)
        s->person = kp_arena_strdup(arena, person);
    if (!s->employee || !*s->employee)
        s->employee = kp_arena_strdup(arena, employee);
    return arena->failed ? kp_no_memory(s->ctx) : KP_OK;
}

/* The log has days of eight digits. */
static const char *iso_day(struct kp_arena *arena, const char *day)
{
    return kp_is_digits(day, 8) ? kp_arena_printf(arena, "%.4s-%.2s-%.2s", day, day + 4, day + 6) : day;
}

void kp_sheet_begin(struct kp_audit_sheet *s)
{
    const char *birth =
        s->person ? kp_arena_strndup(&s->scratch, s->person, strcspn(s->person, "\x1f")) : NULL;
    kp_buf_reset(&s->text);
    if (birth)
        kp_buf_printf(&s->text, "%s %s  %s %s", kp_say(s->ctx, "本人", "Person"), s->name,
                      kp_say(s->ctx, "生年月日", "born on"), iso_day(&s->scratch, birth));
    else
        kp_buf_str(&s->text, kp_say(s->ctx, "この方についての提供の記録はありません。",
                                    "There is no record of a disclosure about this person."));
    kp_audit_note(s->out, kp_buf_text(&s->text));
    s->out->buf.failed |= s->text.failed || s->scratch.failed;
    kp_audit_columns(s->out, KP_SHEET_COLUMNS, true);
}

/* The article by which consent opens items, on the day. */
static const char *consent_article(struct kp_audit_sheet *s, struct kp_date on)
{
    const struct kp_basis *basis = kp_basis_for(&s->ctx->tables, KP_ROUTE_CONSENT, "*", KP_BAND_40TO74, on);
    return basis ? kp_provisions_text(&s->scratch, &s->ctx->tables, basis, on) : "";
}

/* The provisions of an entry but for that of consent, which comes last if items rest on it, too. */
static const char *without_consent(struct kp_audit_sheet *s, const char *const *c, struct kp_date on)
{
    const char *all = c[KP_LOG_PROVISIONS], *consent = consent_article(s, on);
    const char *last = consent ? strrchr(all, ';') : NULL;
    if (!last || strcmp(last + strspn(last, "; "), consent) != 0)
        return all;
    return kp_arena_strndup(&s->scratch, all, (size_t)(last - all));
}

static enum kp_status add_row(struct kp_audit_sheet *s, const char *const *c, size_t ground)
{
    static const char *const grounds[KP_AUDIT_GROUNDS][2] = {
        {"required by law", "法令に基づく提供"},
        {"items that the standard form demands", "標準様式の項目"},
        {"consent", "本人の同意"},
        {"items that the insurer listed in its request", "保険者が必要と認めて求めた項目"}};
    enum kp_log_column items = kp_audit_told[ground];
    struct kp_date on = {0};
    const char *day = kp_arena_strndup(&s->scratch, c[KP_LOG_TIME], 10);
    if (!day)
        return kp_no_memory(s->ctx);
    (void)kp_date_parse_iso(c[KP_LOG_AS_OF], &on);
    const char *article = "", *exam = iso_day(&s->scratch, c[KP_LOG_EXAM_DATE]);
    if (items == KP_LOG_ITEMS_CONSENT)
        article = consent_article(s, on);
    else if (items != KP_LOG_ITEMS_FORM) /* those rest on no provision */
        article = without_consent(s, c, on);
    kp_buf_reset(&s->text);
    if (kp_log_is_roster(c))
        kp_buf_str(&s->text, kp_audit_rostered(s->ctx));
    kp_audit_item_names(s->ctx, c[items], &s->text);
    if (!article || !exam || !kp_buf_ok(&s->text))
        return kp_no_memory(s->ctx);
    const char *const cells[] = {
        day,     c[KP_LOG_INSURER_NUMBER], c[KP_LOG_RECIPIENT], exam, grounds[ground][s->ctx->common->lang],
        article, kp_buf_text(&s->text)};
    kp_audit_row(s->out, cells);
    return KP_OK;
}

enum kp_status kp_sheet_print(struct kp_audit_sheet *s, const char *const *c)
{
    size_t by = *c[KP_LOG_CONSENT_IDS] ? 2 : 0; /* consent, duty: what a roster rests on */
    kp_arena_reset(&s->scratch);
    if (kp_log_is_roster(c))
        return add_row(s, c, by);
    for (size_t i = 0; i < KP_AUDIT_GROUNDS; i++)
        if (*c[kp_audit_told[i]])
            KP_TRY(add_row(s, c, i));
    return KP_OK;
}

void kp_sheet_release(struct kp_audit_sheet *s)
{
    kp_arena_release(&s->scratch);
    kp_buf_release(&s->text);
}

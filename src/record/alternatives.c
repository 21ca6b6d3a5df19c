#include "record/alternatives.h"

#include <string.h>

#include "base/status.h"
#include "law/rule.h"
#include "record/judgement.h"

/* --- one code of each group --- */

bool kp_is_casual(const struct kp_item *item)
{
    return strncmp(item->code + 5, "1299", 4) == 0;
}

/* Groups of 事業者健診 alone (sight, chest X-ray) hold only where the document is one. */
static char group_letter(const struct kp_item *item, const char *programme)
{
    if (item->tokutei_need >= 'A')
        return item->tokutei_need;
    return item->osh_need >= 'A' && strcmp(programme, "030") == 0 ? item->osh_need : 0;
}

bool kp_same_group(const struct kp_item *a, const struct kp_item *b, const char *programme)
{
    char letter = group_letter(a, programme);
    if (letter)
        return letter == group_letter(b, programme);
    bool one_test = a->type != KP_TYPE_ST && a->type == b->type && strcmp(a->name, b->name) == 0;
    return one_test && !group_letter(b, programme);
}

struct settler {
    const struct kp_tables *tables;
    struct kp_record *record;
    const struct kp_settling *how;
    struct kp_findings *findings;
    char
        occasion; /* of the blood pressure: the digit that tells it in both codes; 0: none has both numbers */
};

static struct kp_value *value_of(const struct settler *s, const struct kp_item *item)
{
    return &s->record->values[item - s->tables->items];
}

/* 9A755, 9A765: その他; 2 and 1 in that place: the second and the first measurement. */
static bool is_pressure(const struct kp_item *item)
{
    return strncmp(item->code, "9A75", 4) == 0 || strncmp(item->code, "9A76", 4) == 0;
}

/* Less is better. */
static int rank_of(const struct settler *s, const struct kp_item *item)
{
    enum { FORM_WITHHELD = 10 };
    static const int ranks[] = {[KP_VALUE_ABSENT] = 4,
                                [KP_VALUE_PRESENT] = 1,
                                [KP_VALUE_NOT_DONE] = 3,
                                [KP_VALUE_NOT_MEASURABLE] = 2};
    enum kp_value_state state = value_of(s, item)->state;
    if (s->occasion && is_pressure(item) && state == KP_VALUE_PRESENT && item->code[4] == s->occasion)
        return 0;
    return ranks[state] + (s->how->withhold_form_items && item->scope == KP_SCOPE_FORM ? FORM_WITHHELD : 0);
}

static bool stand_side_by_side(const struct settler *s, const struct kp_item *a, const struct kp_item *b)
{
    return kp_is_casual(a) != kp_is_casual(b) && value_of(s, a)->state == KP_VALUE_PRESENT &&
           value_of(s, b)->state == KP_VALUE_PRESENT;
}

static const struct kp_item *better_than(const struct settler *s, const struct kp_item *item)
{
    const struct kp_item *items = s->tables->items;
    for (size_t i = 0; i < s->tables->n_items; i++) {
        const struct kp_item *other = &items[i];
        if (other == item || !other->has_rivals || value_of(s, other)->state == KP_VALUE_ABSENT ||
            !kp_same_group(item, other, s->how->programme) || stand_side_by_side(s, item, other))
            continue;
        int a = rank_of(s, other), b = rank_of(s, item);
        if (a < b || (a == b && other < item))
            return other;
    }
    return NULL;
}

static void displace(const struct settler *s, const struct kp_item *item)
{
    struct kp_displaced *displaced = kp_arena_alloc(s->findings->arena, sizeof(*displaced));
    if (!displaced)
        return; /* the arena remembers */
    *displaced =
        (struct kp_displaced){.next = s->record->displaced, .item = item, .value = *value_of(s, item)};
    s->record->displaced = displaced;
    *value_of(s, item) = (struct kp_value){0};
}

static void keep_one_of_each(const struct settler *s)
{
    for (size_t i = 0; i < s->tables->n_items; i++) {
        const struct kp_item *item = &s->tables->items[i];
        bool chosen_from = item->has_rivals && value_of(s, item)->state != KP_VALUE_ABSENT;
        const struct kp_item *better = chosen_from ? better_than(s, item) : NULL;
        if (!better)
            continue;
        kp_findings_add(s->findings, KP_K_GROUP_SETTLED, item->label, value_of(s, item)->text, better->label);
        displace(s, item);
    }
}

/* --- blood pressure --- */

static const struct kp_value *pressure(const struct settler *s, bool systolic, char occasion)
{
    const char code[] = {'9', 'A', '7', systolic ? '5' : '6', occasion, '\0'};
    return kp_result_of(s->tables, s->record, code);
}

static char best_occasion(const struct settler *s)
{
    for (const char *occasion = "521"; *occasion; occasion++)
        if (pressure(s, true, *occasion) && pressure(s, false, *occasion))
            return *occasion;
    return 0;
}

static char mark_of(const struct kp_item *item, const char *text)
{
    struct kp_decimal number;
    return kp_decimal_parse(text, strlen(text), &number) ? kp_limit_mark(item, number) : 0;
}

static void put(const struct settler *s, const char *code, const char *text)
{
    const struct kp_item *item = kp_item_find(s->tables, code);
    if (item && text && value_of(s, item)->state == KP_VALUE_ABSENT) {
        *value_of(s, item) =
            (struct kp_value){.state = KP_VALUE_PRESENT, .text = text, .limit = mark_of(item, text)};
        s->record->derived[item - s->tables->items] = true;
        kp_findings_add(s->findings, KP_K_ITEM_DERIVED, item->label, text);
    }
}

/* Beyond the input range the number is no measurement to reckon with. */
static const char *mean(const struct settler *s, const struct kp_value *a, const struct kp_value *b)
{
    struct kp_decimal x, y;
    if (a->limit || b->limit || !kp_decimal_parse(a->text, strlen(a->text), &x) ||
        !kp_decimal_parse(b->text, strlen(b->text), &y) || x.scale != 0 || y.scale != 0)
        return NULL;
    return kp_arena_printf(s->findings->arena, "%lld", (long long)((x.units + y.units + 1) / 2));
}

/* The mean of two full measurements, where no third number says it already. */
static void put_mean_pressure(const struct settler *s)
{
    const struct kp_value *first[] = {pressure(s, true, '1'), pressure(s, false, '1')};
    const struct kp_value *second[] = {pressure(s, true, '2'), pressure(s, false, '2')};
    if (!first[0] || !first[1] || !second[0] || !second[1] || pressure(s, true, '5') ||
        pressure(s, false, '5'))
        return;
    const char *systolic = mean(s, first[0], second[0]), *diastolic = mean(s, first[1], second[1]);
    if (!systolic || !diastolic)
        return;
    put(s, "9A755000000000001", systolic);
    put(s, "9A765000000000001", diastolic);
}

/* --- items that follow from others --- */

static const char *decimal_text(const struct settler *s, struct kp_decimal number)
{
    char text[KP_DECIMAL_TEXT];
    kp_decimal_text(number, text);
    return kp_arena_strdup(s->findings->arena, text);
}

static bool any_of_group(const struct settler *s, const char *code)
{
    const struct kp_item *item = kp_item_find(s->tables, code);
    for (size_t i = 0; item && i < s->tables->n_items; i++)
        if (s->record->values[i].state != KP_VALUE_ABSENT &&
            kp_same_group(item, &s->tables->items[i], s->how->programme))
            return true;
    return false;
}

static void derive_figures(const struct settler *s)
{
    struct kp_decimal number;
    if (kp_bmi(s->tables, s->record, &number))
        put(s, KP_ITEM_BMI, decimal_text(s, number));
    if (kp_egfr(s->tables, s->record, &number))
        put(s, KP_ITEM_EGFR, decimal_text(s, number));
    if (!any_of_group(s, KP_ITEM_NON_HDL) && kp_non_hdl(s->tables, s->record, &number))
        put(s, KP_ITEM_NON_HDL, decimal_text(s, number));
}

static void derive_judgements(const struct settler *s)
{
    const struct kp_record *r = s->record;
    struct kp_health health;
    int age = 0;
    if (!kp_date_is_set(r->birth) || !kp_date_is_set(r->exam) ||
        kp_age_band(r->birth, r->exam, s->how->age_rule, &age) != KP_BAND_40TO74)
        return;
    age = kp_age_at_fiscal_year_end(r->birth, r->exam, s->how->age_rule);
    kp_health_of(s->tables, r, &health);
    const char judgements[] = {kp_judgement_metabolic(&health), '\0', kp_judgement_guidance(&health, age),
                               '\0'};
    put(s, KP_ITEM_METABOLIC, kp_arena_strdup(s->findings->arena, judgements));
    put(s, KP_ITEM_GUIDANCE, kp_arena_strdup(s->findings->arena, judgements + 2));
}

void kp_alternatives(const struct kp_tables *tables, struct kp_record *record, const struct kp_settling *how,
                     struct kp_findings *findings)
{
    struct settler s = {.tables = tables, .record = record, .how = how, .findings = findings};
    if (how->derive)
        put_mean_pressure(&s);
    s.occasion = best_occasion(&s);
    keep_one_of_each(&s);
    if (how->derive) {
        derive_figures(&s);
        derive_judgements(&s);
    }
}

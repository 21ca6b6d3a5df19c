#include "record/alternatives.h"

#include <string.h>

#include "law/age.h"
#include "record/derived.h"
#include "record/item_codes.h"
#include "record/judgement.h"

/* --- groups --- */

bool kp_is_casual(const struct kp_item *item)
{
    return strncmp(item->code + 5, "1299", 4) == 0;
}

/* The groups that only 事業者健診 has (sight, chest X-ray) apply only in its documents. */
static char group_letter(const struct kp_item *item, const char *programme)
{
    if (item->tokutei_need >= 'A')
        return item->tokutei_need;
    return item->osh_need >= 'A' && strcmp(programme, "030") == 0 ? item->osh_need : 0;
}

bool kp_same_group(const struct kp_item *a, const struct kp_item *b, const char *programme)
{
    const struct kp_rival x = {a, group_letter(a, programme)}, y = {b, group_letter(b, programme)};
    return kp_are_rivals(&x, &y);
}

struct kp_rivals kp_rivals_stated(const struct kp_record *record, const char *programme,
                                  struct kp_arena *arena)
{
    const struct kp_tables *t = record->tables;
    struct kp_rivals rivals = {.list = kp_arena_alloc(arena, t->n_rivals * sizeof(*rivals.list))};
    for (const struct kp_item **item = t->items_rivals; rivals.list && *item; item++)
        if (kp_value_of(record, *item)->state != KP_VALUE_ABSENT)
            rivals.list[rivals.n++] = (struct kp_rival){*item, group_letter(*item, programme)};
    return rivals;
}

struct settler {
    struct kp_record *record;
    const struct kp_settling *how;
    struct kp_findings *findings;
    char occasion; /* preferred occasion of blood pressure, a digit of the codes; 0: none has both numbers */
};

/* Lower is better. */
static int rank_of(const struct settler *s, const struct kp_item *item)
{
    enum { FORM_WITHHELD = 10 };
    static const int ranks[] = {[KP_VALUE_ABSENT] = 4,
                                [KP_VALUE_PRESENT] = 1,
                                [KP_VALUE_NOT_DONE] = 3,
                                [KP_VALUE_NOT_MEASURABLE] = 2};
    if (item->type == KP_TYPE_ST && item->depends_on >= 0)
        item = &s->record->tables->items[item->depends_on]; /* words stay with the flag that they explain */
    enum kp_value_state state = kp_value_of(s->record, item)->state;
    bool pressure = kp_code_begins(item, KP_PREFIX_SYSTOLIC) || kp_code_begins(item, KP_PREFIX_DIASTOLIC);
    if (s->occasion && pressure && state == KP_VALUE_PRESENT && item->code[4] == s->occasion)
        return 0;
    return ranks[state] + (s->how->withhold_form_items && item->scope == KP_SCOPE_FORM ? FORM_WITHHELD : 0);
}

static bool fasting_and_casual(const struct settler *s, const struct kp_item *a, const struct kp_item *b)
{
    return kp_is_casual(a) != kp_is_casual(b) && kp_value_of(s->record, a)->state == KP_VALUE_PRESENT &&
           kp_value_of(s->record, b)->state == KP_VALUE_PRESENT;
}

static const struct kp_item *find_better(const struct settler *s, const struct kp_rivals *rivals,
                                         const struct kp_rival *rival)
{
    const struct kp_item *item = rival->item;
    for (size_t i = 0; i < rivals->n; i++) {
        const struct kp_item *other = rivals->list[i].item;
        if (other == item || !kp_are_rivals(rival, &rivals->list[i]) ||
            kp_value_of(s->record, other)->state == KP_VALUE_ABSENT || fasting_and_casual(s, item, other))
            continue;
        int a = rank_of(s, other), b = rank_of(s, item);
        if (a < b || (a == b && other < item))
            return other;
    }
    return NULL;
}

static void keep_one_of_each(const struct settler *s)
{
    const struct kp_rivals rivals = kp_rivals_stated(s->record, s->how->programme, s->findings->arena);
    for (size_t i = 0; i < rivals.n; i++) {
        const struct kp_item *item = rivals.list[i].item;
        struct kp_value *value = kp_value_of(s->record, item);
        const struct kp_item *better = find_better(s, &rivals, &rivals.list[i]);
        struct kp_displaced *displaced =
            better ? kp_arena_alloc(s->findings->arena, sizeof(*displaced)) : NULL;
        if (!displaced)
            continue;
        kp_findings_add(s->findings, KP_K_GROUP_SETTLED, item->label, value->text, better->label);
        *displaced = (struct kp_displaced){.next = s->record->displaced, .item = item, .value = *value};
        s->record->displaced = displaced;
        *value = (struct kp_value){0};
    }
}

/* --- derived values --- */

/* Sets an item that the source does not have, with the mark of its input limits. */
static void put(const struct settler *s, const char *code, const char *text)
{
    const struct kp_item *item = kp_item_find(s->record->tables, code);
    struct kp_decimal number;
    if (!item || !text || !kp_item_on(item, s->record->exam) ||
        kp_value_of(s->record, item)->state != KP_VALUE_ABSENT)
        return;
    struct kp_value value = {.state = KP_VALUE_PRESENT, .text = text};
    if (kp_value_number(&value, &number))
        value.limit = kp_limit_mark(item, number);
    *kp_value_of(s->record, item) = value;
    s->record->derived[item - s->record->tables->items] = true;
    kp_findings_add(s->findings, KP_K_ITEM_DERIVED, item->label, text);
}

static void put_number(const struct settler *s, const char *code, struct kp_decimal number)
{
    char text[KP_DECIMAL_TEXT];
    kp_decimal_text(number, text);
    put(s, code, kp_arena_strdup(s->findings->arena, text));
}

static const struct kp_value *pressure(const struct settler *s, const char *prefix, char occasion)
{
    const char code[] = {prefix[0], prefix[1], prefix[2], prefix[3], occasion, '\0'};
    return kp_result_of(s->record, code);
}

/* その他 before 2回目 before 1回目. */
static char best_occasion(const struct settler *s)
{
    for (const char *occasion = "521"; *occasion; occasion++)
        if (pressure(s, KP_PREFIX_SYSTOLIC, *occasion) && pressure(s, KP_PREFIX_DIASTOLIC, *occasion))
            return *occasion;
    return 0;
}

/* Half up. False if a number is missing, marked or no integer. */
static bool mean_pressure(const struct settler *s, const char *prefix, struct kp_decimal *ret_mean)
{
    struct kp_decimal first, second;
    if (!kp_exact_number(pressure(s, prefix, '1'), &first) ||
        !kp_exact_number(pressure(s, prefix, '2'), &second) || first.scale != 0 || second.scale != 0)
        return false;
    *ret_mean = (struct kp_decimal){(first.units + second.units + 1) / 2, 0};
    return true;
}

static void derive_pressure(const struct settler *s)
{
    struct kp_decimal systolic, diastolic;
    if (pressure(s, KP_PREFIX_SYSTOLIC, '5') || pressure(s, KP_PREFIX_DIASTOLIC, '5') ||
        !mean_pressure(s, KP_PREFIX_SYSTOLIC, &systolic) ||
        !mean_pressure(s, KP_PREFIX_DIASTOLIC, &diastolic))
        return;
    put_number(s, KP_ITEM_OTHER_SYSTOLIC, systolic);
    put_number(s, KP_ITEM_OTHER_DIASTOLIC, diastolic);
}

/* True if the group of the item has a value. */
static bool group_has_value(const struct settler *s, const char *code)
{
    const struct kp_tables *tables = s->record->tables;
    const struct kp_item *item = kp_item_find(tables, code);
    for (size_t i = 0; item && i < tables->n_items; i++)
        if (s->record->values[i].state != KP_VALUE_ABSENT &&
            kp_same_group(item, &tables->items[i], s->how->programme))
            return true;
    return false;
}

static void derive_figures(const struct settler *s)
{
    struct kp_decimal number;
    if (kp_bmi(s->record, &number))
        put_number(s, KP_ITEM_BMI, number);
    if (kp_egfr(s->record, &number))
        put_number(s, KP_ITEM_EGFR, number);
    if (!group_has_value(s, KP_ITEM_NON_HDL) && kp_non_hdl(s->record, &number))
        put_number(s, KP_ITEM_NON_HDL, number);
}

static void derive_judgements(const struct settler *s)
{
    const struct kp_record *r = s->record;
    struct kp_health health;
    if (!kp_is_target(r, s->how->age_rule))
        return;
    int age = kp_age_at_fiscal_year_end(r->birth, r->exam, s->how->age_rule);
    kp_health_of(r, &health);
    put(s, KP_ITEM_METABOLIC, kp_judgement_metabolic(&health));
    put(s, KP_ITEM_GUIDANCE, kp_judgement_guidance(&health, age));
}

void kp_settle_record(struct kp_record *record, const struct kp_settling *how, struct kp_findings *findings)
{
    struct settler s = {.record = record, .how = how, .findings = findings};
    if (how->derive)
        derive_pressure(&s);
    s.occasion = best_occasion(&s);
    keep_one_of_each(&s);
    if (how->derive) {
        derive_figures(&s);
        derive_judgements(&s);
    }
}

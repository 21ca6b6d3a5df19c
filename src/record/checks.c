#include "record/checks.h"

#include <string.h>

#include "base/status.h"
#include "law/age.h"
#include "law/ident.h"
#include "law/registers.h"
#include "record/alternatives.h"
#include "record/check_fields.h"
#include "record/check_items.h"
#include "record/derived.h"
#include "record/item_codes.h"
#include "record/judgement.h"

struct checker {
    const struct kp_record *record;
    const struct kp_check_context *context;
    struct kp_findings *findings;
};

/* The text of the first result with that prefix, or "". */
static const char *result(const struct checker *c, const char *prefix)
{
    const struct kp_value *value = kp_result_of(c->record, prefix);
    return value ? value->text : "";
}

/* Adds a finding about the first result with that prefix. */
static void find_at(const struct checker *c, enum kp_code code, const char *prefix, const char *value)
{
    const struct kp_item *item = kp_result_item(c->record, prefix);
    kp_findings_add(c->findings, code, item ? item->label : NULL, value);
}

/* --- header --- */

/* False if a date is missing or the birth is after the examination, which has a finding of its own. */
static bool has_age(const struct checker *c)
{
    return kp_has_dates(c->record) && kp_date_compare(c->record->birth, c->record->exam) <= 0;
}

static void check_days(const struct checker *c)
{
    enum { WORKING_AGE = 15 };
    struct kp_date year_before = c->context->as_of;
    year_before.year--;
    if (kp_date_is_set(c->record->exam) &&
        kp_date_compare(kp_fiscal_year_end(c->record->exam), kp_fiscal_year_end(year_before)) < 0)
        kp_findings_add(c->findings, KP_K_EXAM_YEAR_PAST, kp_field_name(KP_F_EXAM_DATE), NULL);
    if (has_age(c) && kp_age_on(c->record->birth, c->record->exam) < WORKING_AGE)
        kp_findings_add(c->findings, KP_K_BIRTH_RECENT, kp_field_name(KP_F_BIRTH_DATE), NULL);
}

/* 10 and 010 are for persons of 40 to 74; 020 is for members of the associations for the elderly. */
static bool category_fits(const struct checker *c, const char *report, const char *programme)
{
    enum { ELDERLY_MEMBER = 65 };
    bool tokutei = strcmp(report, "10") == 0 || strcmp(programme, "010") == 0;
    if (!kp_categories_fit(report, programme))
        return false;
    if (!has_age(c))
        return true;
    if (tokutei && !kp_is_target(c->record, c->context->age_rule))
        return false;
    return strcmp(programme, "020") != 0 || kp_age_on(c->record->birth, c->record->exam) >= ELDERLY_MEMBER;
}

static void check_document(const struct checker *c)
{
    const char *report = c->context->report, *programme = c->context->programme, *sender = c->context->sender;
    if (*report && *programme && !category_fits(c, report, programme))
        kp_findings_add(c->findings, KP_K_PROGRAMME_AGE, kp_field_name(KP_F_REPORT_CATEGORY), NULL, report,
                        programme);
    if (sender && !kp_facility_number_ok(sender))
        kp_findings_add(c->findings, KP_K_SENDER_CHECK_DIGIT, NULL, NULL, sender);
}

/* --- body: alternatives, findings --- */

/* A settled record has one value of each group, except for fasting beside casual. */
static void check_alternatives(const struct checker *c)
{
    static const char *const tests[][2] = {{KP_PREFIX_FASTING_TG, KP_PREFIX_CASUAL_TG},
                                           {KP_PREFIX_FASTING_GLUCOSE, KP_PREFIX_CASUAL_GLUCOSE}};
    const struct kp_rivals rivals = kp_rivals_stated(c->record, c->context->programme, c->findings->arena);
    for (const struct kp_rival *a = rivals.list; a < rivals.list + rivals.n; a++)
        for (const struct kp_rival *b = a + 1; b < rivals.list + rivals.n; b++)
            if (kp_are_rivals(a, b) && kp_is_casual(a->item) == kp_is_casual(b->item))
                kp_findings_add(c->findings, KP_K_GROUP_SEVERAL, a->item->label, NULL, b->item->label);
    for (size_t i = 0; i < KP_COUNT(tests); i++) {
        const struct kp_item *fasting = kp_result_item(c->record, tests[i][0]);
        const struct kp_item *casual = kp_result_item(c->record, tests[i][1]);
        if (fasting && casual)
            kp_findings_add(c->findings, KP_K_FASTING_AND_CASUAL, fasting->label, NULL, casual->label);
    }
}

/* Code systems: 所見の有無 (1 yes, 2 no) and 服薬・既往 (1 yes). */
#define FINDING_SYSTEMS "1.2.392.200119.6.2001 1.2.392.200119.6.2002"
#define MEDICINE_SYSTEM "1.2.392.200119.6.2003"

static void check_finding(const struct checker *c, const struct kp_item *flag)
{
    const struct kp_item *words = &c->record->tables->items[flag->text_item];
    const struct kp_value *flagged = kp_value_of(c->record, flag), *text = kp_value_of(c->record, words);
    bool has_words = text->state == KP_VALUE_PRESENT;
    if (strcmp(flagged->text, "1") == 0 && !has_words && !kp_refused(c->findings, words->label))
        kp_findings_add(c->findings, KP_K_FINDING_MISSING, flag->label, NULL, words->label);
    else if (strcmp(flagged->text, "2") == 0 && has_words)
        kp_findings_add(c->findings, KP_K_FINDING_CONTRADICTS, words->label, text->text, flag->label);
}

static void check_findings(const struct checker *c)
{
    const struct kp_tables *tables = c->record->tables;
    for (size_t i = 0; i < tables->n_items; i++) {
        const struct kp_item *item = &tables->items[i];
        if (c->record->values[i].state != KP_VALUE_PRESENT)
            continue;
        if (item->text_item >= 0 && kp_list_has(FINDING_SYSTEMS, item->code_system))
            check_finding(c, item);
        if (item->depends_on < 0)
            continue;
        const struct kp_item *flag = &tables->items[item->depends_on];
        if (strcmp(flag->code_system, MEDICINE_SYSTEM) == 0 && strcmp(result(c, flag->code), "1") != 0)
            kp_findings_add(c->findings, KP_K_MEDICINE_UNASKED, item->label, NULL, flag->label);
    }
}

/* --- one item against another --- */

static void check_meal(const struct checker *c)
{
    const char *meal = result(c, KP_ITEM_MEAL);
    bool known = *meal != '\0', fasting = strcmp(meal, "2") == 0;
    static const char *const needs_fasting[] = {KP_PREFIX_FASTING_TG, KP_PREFIX_FASTING_GLUCOSE};
    for (size_t i = 0; i < KP_COUNT(needs_fasting); i++)
        if (known && !fasting && *result(c, needs_fasting[i]))
            find_at(c, KP_K_MEAL_CONTRADICTS, needs_fasting[i], NULL);
    if (fasting && *result(c, KP_PREFIX_CASUAL_TG))
        find_at(c, KP_K_MEAL_CONTRADICTS, KP_PREFIX_CASUAL_TG, NULL);
    if (*result(c, KP_PREFIX_CASUAL_GLUCOSE) &&
        ((known && strcmp(meal, "3") != 0) || *result(c, KP_PREFIX_HBA1C)))
        find_at(c, KP_K_CASUAL_GLUCOSE, KP_PREFIX_CASUAL_GLUCOSE, NULL);
}

/* Codes 1 to 6 say how often, 7 and 8 that the person does not drink; before 2024-04-01, 1 and 2 and 3. */
static bool drinks(const struct checker *c)
{
    static const char earlier_list[] = "1.2.392.200119.6.2005";
    const struct kp_item *item = kp_result_item(c->record, KP_ITEM_DRINKING);
    if (!item)
        return false;
    bool earlier = strcmp(kp_item_list(c->record->tables, item, c->record->exam), earlier_list) == 0;
    return kp_list_has(earlier ? "1 2" : "1 2 3 4 5 6", kp_value_of(c->record, item)->text);
}

static void check_plausible(const struct checker *c)
{
    static const struct kp_decimal tg_limit = {400, 0};
    struct kp_decimal systolic, diastolic, tg;
    if (kp_value_number(kp_result_of(c->record, KP_PREFIX_SYSTOLIC), &systolic) &&
        kp_value_number(kp_result_of(c->record, KP_PREFIX_DIASTOLIC), &diastolic) &&
        kp_decimal_compare(systolic, diastolic) <= 0)
        find_at(c, KP_K_PRESSURE_ORDER, KP_PREFIX_SYSTOLIC, NULL);
    /* Friedewald's formula holds for fasting triglycerides below 400 only. */
    bool formula_holds = kp_value_number(kp_result_of(c->record, KP_PREFIX_FASTING_TG), &tg) &&
                         kp_decimal_compare(tg, tg_limit) < 0;
    if (*result(c, KP_ITEM_LDL_BY_FORMULA) && !formula_holds &&
        (kp_result_of(c->record, KP_PREFIX_TG) || *result(c, KP_ITEM_MEAL)))
        find_at(c, KP_K_LDL_FORMULA, KP_ITEM_LDL_BY_FORMULA, NULL);
    if (drinks(c) && !kp_result_of(c->record, KP_ITEM_DRINKING_AMOUNT))
        find_at(c, KP_K_DRINKING_AMOUNT, KP_ITEM_DRINKING, NULL);
}

/* --- derived values --- */

static int64_t distance(struct kp_decimal a, struct kp_decimal b)
{
    return a.units > b.units ? a.units - b.units : b.units - a.units;
}

/* NULL if the source has no value, even if one was computed here. */
static const struct kp_value *source_value(const struct checker *c, const char *code)
{
    const struct kp_item *item = kp_result_item(c->record, code);
    bool computed = item && c->record->derived[item - c->record->tables->items];
    return item && !computed ? kp_value_of(c->record, item) : NULL;
}

static bool source_number(const struct checker *c, const char *code, unsigned scale,
                          struct kp_decimal *ret_number)
{
    struct kp_decimal number;
    return kp_exact_number(source_value(c, code), &number) && kp_decimal_round(number, scale, ret_number);
}

/* A stated figure may differ from the derived one by some units of its last digit and some per cent. */
static void check_figures(const struct checker *c)
{
    static const struct {
        enum kp_code code;
        const char *item;
        bool (*derive)(const struct kp_record *record, struct kp_decimal *ret_number);
        unsigned scale;
        int units, percent;
    } figures[] = {{KP_K_BMI_DIFFERS, KP_ITEM_BMI, kp_bmi, 1, 1, 0},
                   /* Laboratories compute eGFR from a creatinine with more decimals than they print. */
                   {KP_K_EGFR_DIFFERS, KP_ITEM_EGFR, kp_egfr, 1, 10, 3},
                   {KP_K_NON_HDL_DIFFERS, KP_ITEM_NON_HDL, kp_non_hdl, 0, 1, 0}};
    for (size_t i = 0; i < KP_COUNT(figures); i++) {
        struct kp_decimal stated, derived;
        char text[KP_DECIMAL_TEXT];
        if (!source_number(c, figures[i].item, figures[i].scale, &stated) ||
            !figures[i].derive(c->record, &derived) || distance(stated, derived) <= figures[i].units ||
            distance(stated, derived) * 100 <= figures[i].percent * derived.units)
            continue;
        kp_decimal_text(derived, text);
        find_at(c, figures[i].code, figures[i].item, kp_arena_strdup(c->findings->arena, text));
    }
}

static void compare_judgement(const struct checker *c, enum kp_code code, const char *item,
                              const char *derived)
{
    const struct kp_value *value = source_value(c, item);
    if (c->context->received && strcmp(derived, KP_UNDECIDED) == 0)
        return; /* the document need not contain what the judgement follows from */
    if (value && strcmp(value->text, derived) != 0)
        find_at(c, code, item, derived);
}

static void check_judgements(const struct checker *c)
{
    struct kp_health health;
    bool judged = *result(c, KP_ITEM_METABOLIC) || *result(c, KP_ITEM_GUIDANCE);
    if (!judged || !*c->record->field[KP_F_SEX])
        return;
    kp_health_of(c->record, &health);
    compare_judgement(c, KP_K_METABOLIC_DIFFERS, KP_ITEM_METABOLIC, kp_judgement_metabolic(&health));
    if (!kp_is_target(c->record, c->context->age_rule)) /* there is no level for others */
        return;
    int age = kp_age_at_fiscal_year_end(c->record->birth, c->record->exam, c->context->age_rule);
    compare_judgement(c, KP_K_GUIDANCE_DIFFERS, KP_ITEM_GUIDANCE, kp_judgement_guidance(&health, age));
}

void kp_check_record(const struct kp_record *record, const struct kp_check_context *context,
                     struct kp_findings *findings)
{
    const struct checker c = {record, context, findings};
    const char *name = kp_field_name(KP_F_FACILITY_NAME);
    if (!context->received && *record->field[KP_F_FACILITY_NUMBER] && !*record->field[KP_F_FACILITY_NAME] &&
        !kp_refused(findings, name))
        kp_findings_add(findings, KP_K_FACILITY_UNKNOWN, name, NULL); /* its remedy is a register */
    kp_check_fields(record, context->as_of, findings);
    check_days(&c);
    check_document(&c);
    if (strcmp(context->report, "10") == 0 && !context->special)
        kp_check_required(record, context->reject_incomplete ? KP_K_REQUIRED_MISSING : KP_K_REQUIRED_ABSENT,
                          findings);
    /* Dependants (2, 4, 6) are not examined by the employer. */
    if (!context->received && !context->special && !kp_list_has("2 4 6", record->field[KP_F_QUALIFICATION]))
        kp_check_periodic(record, findings);
    kp_check_groups(record, context->received, findings);
    check_alternatives(&c);
    check_findings(&c);
    check_meal(&c);
    check_plausible(&c);
    check_figures(&c);
    check_judgements(&c);
}

#include "record/checks.h"

#include <string.h>

#include "base/status.h"
#include "law/ident.h"
#include "law/registers.h"
#include "law/rule.h"
#include "record/alternatives.h"
#include "record/check_fields.h"
#include "record/check_items.h"
#include "record/judgement.h"

struct checker {
    const struct kp_tables *tables;
    const struct kp_record *record;
    const struct kp_check_context *context;
    struct kp_findings *findings;
};

static const struct kp_value *value_of(const struct checker *c, const struct kp_item *item)
{
    return &c->record->values[item - c->tables->items];
}

/* The result under that code, "" when there is none. */
static const char *result(const struct checker *c, const char *code)
{
    const struct kp_value *value = kp_result_of(c->tables, c->record, code);
    return value ? value->text : "";
}

static void find_at(const struct checker *c, enum kp_code code, const char *prefix, const char *value)
{
    const struct kp_item *item = kp_result_item(c->tables, c->record, prefix);
    kp_findings_add(c->findings, code, item ? item->label : NULL, value);
}

static bool has_dates(const struct checker *c)
{
    return kp_date_is_set(c->record->birth) && kp_date_is_set(c->record->exam) &&
           kp_date_compare(c->record->birth, c->record->exam) <= 0;
}

static bool is_target(const struct checker *c)
{
    int age = 0;
    return has_dates(c) &&
           kp_age_band(c->record->birth, c->record->exam, c->context->age_rule, &age) == KP_BAND_40TO74;
}

/* --- header --- */

static void check_days(const struct checker *c)
{
    enum { WORKING_AGE = 15 };
    struct kp_date year_before = c->context->as_of;
    year_before.year--;
    if (kp_date_is_set(c->record->exam) &&
        kp_date_compare(kp_fiscal_year_end(c->record->exam), kp_fiscal_year_end(year_before)) < 0)
        kp_findings_add(c->findings, KP_K_EXAM_YEAR_PAST, kp_field_name(KP_F_EXAM_DATE), NULL);
    if (has_dates(c) && kp_age_on(c->record->birth, c->record->exam) < WORKING_AGE)
        kp_findings_add(c->findings, KP_K_BIRTH_RECENT, kp_field_name(KP_F_BIRTH_DATE), NULL);
}

/* 10 and 010 belong to those of 40 to 74; 020 is of the associations for the elderly. */
static bool category_fits(const struct checker *c, const char *report, const char *programme)
{
    enum { ELDERLY_MEMBER = 65 };
    bool tokutei = strcmp(report, "10") == 0;
    if (!kp_categories_fit(report, programme))
        return false;
    if (!has_dates(c))
        return true;
    if ((tokutei || strcmp(programme, "010") == 0) && !is_target(c))
        return false;
    return strcmp(programme, "020") != 0 || kp_age_on(c->record->birth, c->record->exam) >= ELDERLY_MEMBER;
}

static void check_category(const struct checker *c)
{
    const char *report = c->context->report, *programme = c->context->programme;
    if (*report && *programme && !category_fits(c, report, programme))
        kp_findings_add(c->findings, KP_K_PROGRAMME_AGE, kp_field_name(KP_F_REPORT_CATEGORY), NULL, report,
                        programme);
}

static void check_sender(const struct checker *c)
{
    const char *number = c->context->sender;
    if (number && !kp_facility_number_ok(number))
        kp_findings_add(c->findings, KP_K_SENDER_CHECK_DIGIT, NULL, NULL, number);
}

/* --- body: alternatives, findings --- */

/* What was settled has one code of each group but for fasting beside casual. */
static void check_alternatives(const struct checker *c)
{
    const struct kp_item *items = c->tables->items;
    for (size_t i = 0; i < c->tables->n_items; i++) {
        bool chosen_from = items[i].has_rivals && c->record->values[i].state != KP_VALUE_ABSENT;
        for (size_t k = i + 1; chosen_from && k < c->tables->n_items; k++)
            if (items[k].has_rivals && c->record->values[k].state != KP_VALUE_ABSENT &&
                kp_same_group(&items[i], &items[k], c->context->programme) &&
                kp_is_casual(&items[i]) == kp_is_casual(&items[k]))
                kp_findings_add(c->findings, KP_K_GROUP_SEVERAL, items[i].label, NULL, items[k].label);
    }
    static const char *const tests[][2] = {{"3F0150000", "3F0151299"}, {"3D0100000", "3D0101299"}};
    for (size_t i = 0; i < KP_COUNT(tests); i++) {
        const struct kp_item *fasting = kp_result_item(c->tables, c->record, tests[i][0]);
        const struct kp_item *casual = kp_result_item(c->tables, c->record, tests[i][1]);
        if (fasting && casual)
            kp_findings_add(c->findings, KP_K_FASTING_AND_CASUAL, fasting->label, NULL, casual->label);
    }
}

static bool is_finding_flag(const struct kp_item *item)
{
    return kp_list_has("1.2.392.200119.6.2001 1.2.392.200119.6.2002", item->code_system);
}

static void check_finding(const struct checker *c, const struct kp_item *flag)
{
    const struct kp_item *words = &c->tables->items[flag->text_item];
    const struct kp_value *flagged = value_of(c, flag), *text = value_of(c, words);
    if (flagged->state != KP_VALUE_PRESENT)
        return;
    bool filled = text->state == KP_VALUE_PRESENT || kp_refused(c->findings, words->label);
    if (strcmp(flagged->text, "1") == 0 && !filled)
        kp_findings_add(c->findings, KP_K_FINDING_MISSING, flag->label, NULL, words->label);
    else if (strcmp(flagged->text, "2") == 0 && text->state == KP_VALUE_PRESENT)
        kp_findings_add(c->findings, KP_K_FINDING_CONTRADICTS, words->label, text->text, flag->label);
}

static void check_findings(const struct checker *c)
{
    for (size_t i = 0; i < c->tables->n_items; i++) {
        const struct kp_item *item = &c->tables->items[i];
        if (item->text_item >= 0 && is_finding_flag(item))
            check_finding(c, item);
        if (c->record->values[i].state != KP_VALUE_PRESENT || item->depends_on < 0)
            continue;
        const struct kp_item *of = &c->tables->items[item->depends_on];
        bool medicine = kp_list_has("1.2.392.200119.6.2003", of->code_system);
        if (medicine && strcmp(result(c, of->code), "1") != 0)
            kp_findings_add(c->findings, KP_K_MEDICINE_UNASKED, item->label, NULL, of->label);
    }
}

/* --- one item against another --- */

static void check_meal(const struct checker *c)
{
    const char *meal = result(c, "9N141");
    if (*meal && strcmp(meal, "2") != 0) {
        if (*result(c, "3F0150000"))
            find_at(c, KP_K_MEAL_CONTRADICTS, "3F0150000", NULL);
        if (*result(c, "3D0100000"))
            find_at(c, KP_K_MEAL_CONTRADICTS, "3D0100000", NULL);
    } else if (*meal && *result(c, "3F0151299")) {
        find_at(c, KP_K_MEAL_CONTRADICTS, "3F0151299", NULL);
    }
    if (*result(c, "3D0101299") && ((*meal && strcmp(meal, "3") != 0) || *result(c, "3D0460000")))
        find_at(c, KP_K_CASUAL_GLUCOSE, "3D0101299", NULL);
}

#define LDL_BY_FORMULA "3F077000002391901"

static void check_plausible(const struct checker *c)
{
    static const struct kp_decimal tg_limit = {400, 0};
    struct kp_decimal systolic, diastolic, tg;
    const struct kp_tables *t = c->tables;
    if (kp_number_of(t, c->record, "9A75", &systolic) && kp_number_of(t, c->record, "9A76", &diastolic) &&
        kp_decimal_compare(systolic, diastolic) <= 0)
        find_at(c, KP_K_PRESSURE_ORDER, "9A75", NULL);
    bool fasting = kp_number_of(t, c->record, "3F0150000", &tg) && kp_decimal_compare(tg, tg_limit) < 0;
    if (*result(c, LDL_BY_FORMULA) && !fasting &&
        (kp_result_of(t, c->record, "3F015") || *result(c, "9N141")))
        find_at(c, KP_K_LDL_FORMULA, LDL_BY_FORMULA, NULL);
    const char *drinks = result(c, "9N786");
    if (*drinks >= '1' && *drinks <= '6' && !kp_result_of(t, c->record, "9N791"))
        find_at(c, KP_K_DRINKING_AMOUNT, "9N786", NULL);
}

/* --- what follows from other values --- */

static int64_t distance(struct kp_decimal a, struct kp_decimal b)
{
    return a.units > b.units ? a.units - b.units : b.units - a.units;
}

/* NULL when the source has none, or when it was computed here. */
static const struct kp_value *source_value(const struct checker *c, const char *code)
{
    const struct kp_item *item = kp_result_item(c->tables, c->record, code);
    return item && !c->record->derived[item - c->tables->items] ? value_of(c, item) : NULL;
}

/* The source's own number; false when it has none, or when it was computed here. */
static bool stated_number(const struct checker *c, const char *code, unsigned scale,
                          struct kp_decimal *ret_number)
{
    const struct kp_value *value = source_value(c, code);
    return value && !value->limit && kp_decimal_parse(value->text, strlen(value->text), ret_number) &&
           kp_decimal_round(*ret_number, scale, ret_number);
}

static void differs(const struct checker *c, enum kp_code code, const char *item, struct kp_decimal derived)
{
    char text[KP_DECIMAL_TEXT];
    kp_decimal_text(derived, text);
    find_at(c, code, item, kp_arena_strdup(c->findings->arena, text));
}

static void check_figures(const struct checker *c)
{
    /* Laboratories compute eGFR from a creatinine with more decimals than they print. */
    enum { BMI_TENTHS = 1, EGFR_TENTHS = 10, EGFR_PERCENT = 3 };
    struct kp_decimal stated, derived;
    if (stated_number(c, KP_ITEM_BMI, 1, &stated) && kp_bmi(c->tables, c->record, &derived) &&
        distance(stated, derived) > BMI_TENTHS)
        differs(c, KP_K_BMI_DIFFERS, KP_ITEM_BMI, derived);
    if (stated_number(c, KP_ITEM_EGFR, 1, &stated) && kp_egfr(c->tables, c->record, &derived) &&
        distance(stated, derived) > EGFR_TENTHS &&
        distance(stated, derived) * 100 > EGFR_PERCENT * derived.units)
        differs(c, KP_K_EGFR_DIFFERS, KP_ITEM_EGFR, derived);
    if (stated_number(c, KP_ITEM_NON_HDL, 0, &stated) && kp_non_hdl(c->tables, c->record, &derived) &&
        distance(stated, derived) > 1)
        differs(c, KP_K_NON_HDL_DIFFERS, KP_ITEM_NON_HDL, derived);
}

static void compare_judgement(const struct checker *c, enum kp_code code, const char *item, char derived)
{
    const struct kp_value *value = source_value(c, item);
    const char text[] = {derived, '\0'};
    if (c->context->received && derived == KP_UNDECIDED)
        return; /* what it followed from need not be in the document */
    if (value && strcmp(value->text, text) != 0)
        find_at(c, code, item, kp_arena_strdup(c->findings->arena, text));
}

static void check_judgements(const struct checker *c)
{
    struct kp_health health;
    bool judged = *result(c, KP_ITEM_METABOLIC) || *result(c, KP_ITEM_GUIDANCE);
    if (!judged || !*c->record->field[KP_F_SEX])
        return;
    kp_health_of(c->tables, c->record, &health);
    compare_judgement(c, KP_K_METABOLIC_DIFFERS, KP_ITEM_METABOLIC, kp_judgement_metabolic(&health));
    if (!is_target(c)) /* no level is laid down for others */
        return;
    int age = kp_age_at_fiscal_year_end(c->record->birth, c->record->exam, c->context->age_rule);
    compare_judgement(c, KP_K_GUIDANCE_DIFFERS, KP_ITEM_GUIDANCE, kp_judgement_guidance(&health, age));
}

/* --- all of it --- */

/* A member of the employee's family was not examined by the employer. */
static bool is_employee(const struct kp_record *record)
{
    return !kp_list_has("2 4 6", record->field[KP_F_QUALIFICATION]);
}

void kp_check_record(const struct kp_tables *tables, const struct kp_record *record,
                     const struct kp_check_context *context, struct kp_findings *findings)
{
    const struct checker c = {tables, record, context, findings};
    kp_check_fields(tables, record, context->as_of, findings);
    check_days(&c);
    check_category(&c);
    check_sender(&c);
    if (strcmp(context->report, "10") == 0)
        kp_check_required(tables, record,
                          context->reject_incomplete ? KP_K_REQUIRED_MISSING : KP_K_REQUIRED_ABSENT,
                          findings);
    if (!context->received && is_employee(record))
        kp_check_periodic(tables, record, findings);
    kp_check_groups(tables, record, context->received, findings);
    check_alternatives(&c);
    check_findings(&c);
    check_meal(&c);
    check_plausible(&c);
    check_figures(&c);
    check_judgements(&c);
}

/* The checks that combine fields, items and the document; what no row of an export can fail is tested only
 * here. */
#include "record_case.h"

#include "record/checks.h"

static struct kp_check_context context;

static int fresh(void **state)
{
    context = (struct kp_check_context){.as_of = {2026, 4, 1}, .report = "40", .programme = "990"};
    return new_record(state);
}

static bool finds(enum kp_code code)
{
    findings = (struct kp_findings){.arena = &scratch};
    kp_check_record(&record, &context, &findings);
    return finding(code) != NULL;
}

static void group__two_codes_in_one_document__is_a_finding(void **state UNUSED)
{
    set(FIRST_SYSTOLIC, "120");
    assert_false(finds(KP_K_GROUP_SEVERAL));
    set(SECOND_SYSTOLIC, "118");
    assert_true(finds(KP_K_GROUP_SEVERAL));
}

static void fasting_and_casual__both_present__is_a_finding(void **state UNUSED)
{
    set(TG, "100");
    assert_false(finds(KP_K_FASTING_AND_CASUAL));
    set(CASUAL_TG, "150");
    assert_true(finds(KP_K_FASTING_AND_CASUAL));
    assert_false(finds(KP_K_GROUP_SEVERAL));
}

/* By the age at the end of the fiscal year and on the day of the examination. */
static void category__age_and_codes__must_fit(void **state UNUSED)
{
    static const struct {
        const char *report, *programme;
        int16_t born;
        bool fits;
    } rows[] = {{"10", "010", 1975, true},  {"10", "030", 1975, true},  {"40", "990", 1975, true},
                {"41", "030", 1975, true},  {"10", "990", 1975, false}, {"10", "000", 1975, false},
                {"19", "010", 1975, false}, {"49", "990", 1975, false}, {"10", "100", 1975, false},
                {"10", "010", 1990, false}, {"40", "010", 1990, false}, {"40", "990", 1990, true},
                {"41", "030", 1990, true},  {"10", "010", 1949, false}, {"40", "020", 1949, true},
                {"40", "020", 1961, false}, {"40", "990", 1949, true}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        context.report = rows[i].report;
        context.programme = rows[i].programme;
        record.birth.year = rows[i].born;
        if (finds(KP_K_PROGRAMME_AGE) == rows[i].fits)
            fail_msg("%s/%s, born %d", rows[i].report, rows[i].programme, (int)rows[i].born);
    }
}

static void sender__wrong_check_digit__is_a_finding(void **state UNUSED)
{
    assert_false(finds(KP_K_SENDER_CHECK_DIGIT));
    context.sender = "2813300114";
    assert_false(finds(KP_K_SENDER_CHECK_DIGIT));
    context.sender = "2813300115";
    assert_true(finds(KP_K_SENDER_CHECK_DIGIT));
}

static void days__exam_long_ago_or_person_too_young__is_a_finding(void **state UNUSED)
{
    context.as_of = (struct kp_date){2027, 3, 31};
    assert_false(finds(KP_K_EXAM_YEAR_PAST));
    context.as_of = (struct kp_date){2027, 4, 1}; /* two fiscal years later */
    assert_true(finds(KP_K_EXAM_YEAR_PAST));
    record.birth = (struct kp_date){2010, 6, 10};
    assert_false(finds(KP_K_BIRTH_RECENT));
    record.birth.day++;
    assert_true(finds(KP_K_BIRTH_RECENT));
}

static void required_items__report_10__policy_chooses_the_code(void **state UNUSED)
{
    assert_false(finds(KP_K_REQUIRED_ABSENT));
    context.report = "10";
    context.programme = "010";
    assert_true(finds(KP_K_REQUIRED_ABSENT));
    context.reject_incomplete = true;
    assert_true(finds(KP_K_REQUIRED_MISSING));
    assert_null(finding(KP_K_REQUIRED_ABSENT));
}

static void periodic__received_or_dependant__is_not_checked(void **state UNUSED)
{
    assert_true(finds(KP_K_PERIODIC_ABSENT));
    context.received = true;
    assert_false(finds(KP_K_PERIODIC_ABSENT));
    context.received = false;
    record.field[KP_F_QUALIFICATION] = "2";
    assert_false(finds(KP_K_PERIODIC_ABSENT));
}

static void finding_text__flag_disagrees__is_a_finding(void **state UNUSED)
{
    set(HISTORY_FLAG, "1");
    assert_true(finds(KP_K_FINDING_MISSING));
    set(HISTORY_TEXT, "胃炎");
    assert_false(finds(KP_K_FINDING_MISSING) || finds(KP_K_FINDING_CONTRADICTS));
    set(HISTORY_FLAG, "2");
    assert_true(finds(KP_K_FINDING_CONTRADICTS));
}

static void finding_text__refused__is_not_missing(void **state UNUSED)
{
    set(HISTORY_FLAG, "1");
    kp_findings_add(&findings, KP_K_TOO_LONG, item_of(HISTORY_TEXT)->label, NULL);
    kp_check_record(&record, &context, &findings);
    assert_null(finding(KP_K_FINDING_MISSING));
}

/* Item against item: what was set, and what is found. */
static void items__contradict_each_other__is_a_finding(void **state UNUSED)
{
    static const struct {
        const char *set[6]; /* item, value, ... */
        enum kp_code code;
        bool found;
    } rows[] = {
        {{KP_ITEM_MEAL, "3", TG, "100"}, KP_K_MEAL_CONTRADICTS, true},
        {{KP_ITEM_MEAL, "2", TG, "100"}, KP_K_MEAL_CONTRADICTS, false},
        {{KP_ITEM_MEAL, "3", FASTING_GLUCOSE, "99"}, KP_K_MEAL_CONTRADICTS, true},
        {{KP_ITEM_MEAL, "2", CASUAL_TG, "100"}, KP_K_MEAL_CONTRADICTS, true},
        {{KP_ITEM_MEAL, "3", CASUAL_TG, "100"}, KP_K_MEAL_CONTRADICTS, false},
        {{TG, "100"}, KP_K_MEAL_CONTRADICTS, false},
        {{KP_ITEM_MEAL, "3", CASUAL_GLUCOSE, "99"}, KP_K_CASUAL_GLUCOSE, false},
        {{KP_ITEM_MEAL, "4", CASUAL_GLUCOSE, "99"}, KP_K_CASUAL_GLUCOSE, true},
        {{CASUAL_GLUCOSE, "99", HBA1C, "5.5"}, KP_K_CASUAL_GLUCOSE, true},
        {{CASUAL_GLUCOSE, "99"}, KP_K_CASUAL_GLUCOSE, false},
        {{FIRST_SYSTOLIC, "80", FIRST_DIASTOLIC, "80"}, KP_K_PRESSURE_ORDER, true},
        {{FIRST_SYSTOLIC, "81", FIRST_DIASTOLIC, "80"}, KP_K_PRESSURE_ORDER, false},
        {{KP_ITEM_LDL_BY_FORMULA, "99", TG, "399"}, KP_K_LDL_FORMULA, false},
        {{KP_ITEM_LDL_BY_FORMULA, "99", TG, "400"}, KP_K_LDL_FORMULA, true},
        {{KP_ITEM_LDL_BY_FORMULA, "99", CASUAL_TG, "99"}, KP_K_LDL_FORMULA, true},
        {{KP_ITEM_LDL_BY_FORMULA, "99"}, KP_K_LDL_FORMULA, false},
        {{KP_ITEM_DRINKING, "6"}, KP_K_DRINKING_AMOUNT, true},
        {{KP_ITEM_DRINKING, "7"}, KP_K_DRINKING_AMOUNT, false},
        {{KP_ITEM_DRINKING, "6", KP_ITEM_DRINKING_AMOUNT, "1"}, KP_K_DRINKING_AMOUNT, false},
        {{"9N701167000000049", "薬"}, KP_K_MEDICINE_UNASKED, true},
        {{"9N701167000000049", "薬", KP_ITEM_MEDICINE_PRESSURE, "2"}, KP_K_MEDICINE_UNASKED, true},
        {{"9N701167000000049", "薬", KP_ITEM_MEDICINE_PRESSURE, "1"}, KP_K_MEDICINE_UNASKED, false},
        {{HEIGHT, "170.0", WEIGHT, "65.0", KP_ITEM_BMI, "22.6"}, KP_K_BMI_DIFFERS, false}, /* 22.5 */
        {{HEIGHT, "170.0", WEIGHT, "65.0", KP_ITEM_BMI, "22.7"}, KP_K_BMI_DIFFERS, true},
        {{CREATININE, "0.85", KP_ITEM_EGFR, "77.6"}, KP_K_EGFR_DIFFERS, false}, /* 75.4: within 3 % */
        {{CREATININE, "0.85", KP_ITEM_EGFR, "77.7"}, KP_K_EGFR_DIFFERS, true},
        {{CREATININE, "4.74", KP_ITEM_EGFR, "12.5"}, KP_K_EGFR_DIFFERS, false}, /* 11.5: within 1 */
        {{TOTAL_CHOLESTEROL, "190", HDL, "60", KP_ITEM_NON_HDL, "131"}, KP_K_NON_HDL_DIFFERS, false},
        {{TOTAL_CHOLESTEROL, "190", HDL, "60", KP_ITEM_NON_HDL, "132"}, KP_K_NON_HDL_DIFFERS, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(fresh(NULL), 0);
        for (size_t k = 0; k < COUNT(rows[i].set) && rows[i].set[k]; k += 2)
            set(rows[i].set[k], rows[i].set[k + 1]);
        if (finds(rows[i].code) != rows[i].found)
            fail_msg("row %zu: K%u", i, (unsigned)rows[i].code);
    }
}

static void derived_value__computed_here__is_not_compared(void **state UNUSED)
{
    set(HEIGHT, "170.0");
    set(WEIGHT, "65.0");
    set(KP_ITEM_BMI, "30.0");
    assert_true(finds(KP_K_BMI_DIFFERS));
    record.derived[item_of(KP_ITEM_BMI) - tables.items] = true;
    assert_false(finds(KP_K_BMI_DIFFERS));
}

/* A document contains no waist beside visceral fat, and lacks what its sender had no ground to send. */
static void judgement__undecided_in_a_document__is_not_compared(void **state UNUSED)
{
    set(FAT, "80.0");
    set(KP_ITEM_METABOLIC, "3");
    assert_true(finds(KP_K_METABOLIC_DIFFERS)); /* computed: 判定不能 */
    context.received = true;
    assert_false(finds(KP_K_METABOLIC_DIFFERS));
    set(WAIST, "84.9");
    set(KP_ITEM_METABOLIC, "1");
    assert_true(finds(KP_K_METABOLIC_DIFFERS));
}

static void guidance__outside_40_to_74__is_not_compared(void **state UNUSED)
{
    set(WAIST, "80.0");
    set(KP_ITEM_BMI, "22.5");
    set(KP_ITEM_GUIDANCE, "1");
    assert_true(finds(KP_K_GUIDANCE_DIFFERS)); /* computed: なし */
    record.birth.year = 1990;
    assert_false(finds(KP_K_GUIDANCE_DIFFERS));
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(group__two_codes_in_one_document__is_a_finding),
        TEST(fasting_and_casual__both_present__is_a_finding),
        TEST(category__age_and_codes__must_fit),
        TEST(sender__wrong_check_digit__is_a_finding),
        TEST(days__exam_long_ago_or_person_too_young__is_a_finding),
        TEST(required_items__report_10__policy_chooses_the_code),
        TEST(periodic__received_or_dependant__is_not_checked),
        TEST(finding_text__flag_disagrees__is_a_finding),
        TEST(finding_text__refused__is_not_missing),
        TEST(items__contradict_each_other__is_a_finding),
        TEST(derived_value__computed_here__is_not_compared),
        TEST(judgement__undecided_in_a_document__is_not_compared),
        TEST(guidance__outside_40_to_74__is_not_compared),
    };
    return cmocka_run_group_tests_name("checks", tests, load_tables, free_tables);
}

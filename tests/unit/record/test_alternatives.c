/* One value of each group stays, and derived values are set if the policy says so. */
#include "record_case.h"

#include "record/alternatives.h"

#define LDL_BY_OTHER "3F077000002327201"
#define TOTAL_BY_OTHER "3F050000002399901"
#define BARE_SIGHT "9E160162100000001"
#define CORRECTED_SIGHT "9E160162500000001"

static struct kp_settling how;

static int fresh(void **state)
{
    how = (struct kp_settling){.programme = "010"};
    return new_record(state);
}

static void settle(void)
{
    kp_settle_record(&record, &how, &findings);
}

static bool has(const char *item)
{
    return value_of(item)->state != KP_VALUE_ABSENT;
}

static bool is_derived(const char *item)
{
    return record.derived[item_of(item) - tables.items];
}

#define ASSERT_TEXT(item, expected)                                                                          \
    do {                                                                                                     \
        assert_true(has(item));                                                                              \
        assert_string_equal(value_of(item)->text, expected);                                                 \
    } while (0)

/* --- groups --- */

static void pressure__several_occasions__takes_the_best_complete_one(void **state UNUSED)
{
    set(FIRST_SYSTOLIC, "130");
    set(FIRST_DIASTOLIC, "80");
    set(SECOND_SYSTOLIC, "126");
    settle(); /* the second has no diastolic */
    assert_true(has(FIRST_SYSTOLIC) && has(FIRST_DIASTOLIC) && !has(SECOND_SYSTOLIC));
    set(SECOND_SYSTOLIC, "126");
    set(SECOND_DIASTOLIC, "78");
    settle();
    assert_true(has(SECOND_SYSTOLIC) && has(SECOND_DIASTOLIC));
    assert_false(has(FIRST_SYSTOLIC) || has(FIRST_DIASTOLIC));
    set(KP_ITEM_OTHER_SYSTOLIC, "124");
    set(KP_ITEM_OTHER_DIASTOLIC, "77");
    settle();
    assert_true(has(KP_ITEM_OTHER_SYSTOLIC) && has(KP_ITEM_OTHER_DIASTOLIC));
    assert_false(has(SECOND_SYSTOLIC) || has(SECOND_DIASTOLIC));
    assert_int_equal(findings.first->code, KP_K_GROUP_SETTLED);
    assert_string_equal(findings.first->field, item_of(SECOND_SYSTOLIC)->label);
    assert_string_equal(findings.first->args[0], item_of(FIRST_SYSTOLIC)->label);
}

static void group__states_differ__result_wins_then_not_measurable(void **state UNUSED)
{
    set_state(LDL, KP_VALUE_NOT_DONE);
    set_state(LDL_BY_OTHER, KP_VALUE_NOT_MEASURABLE);
    set(KP_ITEM_NON_HDL, "130");
    settle();
    assert_true(has(KP_ITEM_NON_HDL));
    assert_false(has(LDL) || has(LDL_BY_OTHER));
    assert_int_equal(fresh(NULL), 0);
    set_state(LDL, KP_VALUE_NOT_DONE);
    set_state(LDL_BY_OTHER, KP_VALUE_NOT_MEASURABLE);
    settle();
    assert_true(has(LDL_BY_OTHER) && !has(LDL));
}

static void waist__several__fat_wins_then_the_measured_one(void **state UNUSED)
{
    set(REPORTED_WAIST, "80.0");
    set(WAIST, "82.0");
    settle();
    assert_true(has(WAIST) && !has(REPORTED_WAIST));
    set(FAT, "90.0");
    settle();
    assert_true(has(FAT) && !has(WAIST));
}

/* The waist, an item of the duty, must not give way to an item that is not exported. */
static void waist__form_items_withheld__stays_beside_visceral_fat(void **state UNUSED)
{
    how.withhold_form_items = true;
    set(WAIST, "82.0");
    set(FAT, "90.0");
    settle();
    assert_true(has(WAIST) && !has(FAT));
}

static void test_without_group__two_methods__one_stays(void **state UNUSED)
{
    set(TOTAL_CHOLESTEROL, "190");
    set(TOTAL_BY_OTHER, "191");
    settle();
    ASSERT_TEXT(TOTAL_CHOLESTEROL, "190");
    assert_false(has(TOTAL_BY_OTHER));
}

static void fasting_and_casual__both_present__both_stay(void **state UNUSED)
{
    set(TG, "100");
    set(CASUAL_TG, "150");
    settle();
    assert_true(has(TG) && has(CASUAL_TG));
    set_state(CASUAL_TG, KP_VALUE_NOT_DONE);
    settle();
    assert_true(has(TG) && !has(CASUAL_TG));
}

static void sight__bare_and_corrected__one_stays_in_programme_030(void **state UNUSED)
{
    set(BARE_SIGHT, "0.50");
    set(CORRECTED_SIGHT, "1.20");
    settle();
    assert_true(has(BARE_SIGHT) && has(CORRECTED_SIGHT));
    how.programme = "030";
    settle();
    assert_true(has(BARE_SIGHT) && !has(CORRECTED_SIGHT));
}

/* --- derived values --- */

static void derive__off__computes_nothing(void **state UNUSED)
{
    set(HEIGHT, "170.0");
    set(WEIGHT, "65.0");
    settle();
    assert_false(has(KP_ITEM_BMI) || has(KP_ITEM_METABOLIC));
    assert_null(findings.first);
}

static void derive__on__computes_what_is_missing_with_a_note(void **state UNUSED)
{
    how.derive = true;
    set(HEIGHT, "170.0");
    set(WEIGHT, "65.0");
    set(TOTAL_CHOLESTEROL, "190");
    set(HDL, "60");
    set(CREATININE, "0.85");
    settle();
    ASSERT_TEXT(KP_ITEM_BMI, "22.5");
    ASSERT_TEXT(KP_ITEM_NON_HDL, "130");
    ASSERT_TEXT(KP_ITEM_EGFR, "75.4");
    ASSERT_TEXT(KP_ITEM_METABOLIC, "4"); /* no waist */
    ASSERT_TEXT(KP_ITEM_GUIDANCE, "4");
    assert_true(is_derived(KP_ITEM_BMI) && is_derived(KP_ITEM_GUIDANCE));
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        assert_int_equal(f->code, KP_K_ITEM_DERIVED);
}

static void derive__source_has_the_item__keeps_it(void **state UNUSED)
{
    how.derive = true;
    set(HEIGHT, "170.0");
    set(WEIGHT, "65.0");
    set(KP_ITEM_BMI, "23.0");
    set(TOTAL_CHOLESTEROL, "190");
    set(HDL, "60");
    set(LDL, "110"); /* in the group of non-HDL */
    set_state(KP_ITEM_EGFR, KP_VALUE_NOT_DONE);
    set(CREATININE, "0.85");
    set(KP_ITEM_METABOLIC, "1");
    settle();
    ASSERT_TEXT(KP_ITEM_BMI, "23.0");
    assert_false(is_derived(KP_ITEM_BMI));
    assert_false(has(KP_ITEM_NON_HDL));
    assert_int_equal(value_of(KP_ITEM_EGFR)->state, KP_VALUE_NOT_DONE);
    ASSERT_TEXT(KP_ITEM_METABOLIC, "1");
}

static void derive__two_pressures__sets_the_mean_half_up(void **state UNUSED)
{
    how.derive = true;
    set(FIRST_SYSTOLIC, "131");
    set(FIRST_DIASTOLIC, "80");
    set(SECOND_SYSTOLIC, "126");
    set(SECOND_DIASTOLIC, "78");
    settle();
    ASSERT_TEXT(KP_ITEM_OTHER_SYSTOLIC, "129"); /* 128.5 */
    ASSERT_TEXT(KP_ITEM_OTHER_DIASTOLIC, "79");
    assert_false(has(FIRST_SYSTOLIC) || has(SECOND_DIASTOLIC));
}

static void derive__marked_pressure__sets_no_mean(void **state UNUSED)
{
    how.derive = true;
    set(FIRST_SYSTOLIC, "300");
    value_of(FIRST_SYSTOLIC)->limit = 'H';
    set(FIRST_DIASTOLIC, "80");
    set(SECOND_SYSTOLIC, "126");
    set(SECOND_DIASTOLIC, "78");
    settle();
    assert_false(has(KP_ITEM_OTHER_SYSTOLIC));
    ASSERT_TEXT(SECOND_SYSTOLIC, "126");
}

/* Receivers refuse such a number without its mark. */
static void derive__beyond_the_input_range__sets_the_mark(void **state UNUSED)
{
    static const struct {
        const char *weight, *bmi;
        char mark;
    } rows[] = {{"48.4", "10.0", 'L'}, {"48.0", "9.9", 'L'}, {"48.9", "10.1", 0}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(fresh(NULL), 0);
        how.derive = true;
        set(HEIGHT, "220.0");
        set(WEIGHT, rows[i].weight);
        settle();
        ASSERT_TEXT(KP_ITEM_BMI, rows[i].bmi);
        assert_int_equal(value_of(KP_ITEM_BMI)->limit, rows[i].mark);
    }
}

/* A document contains the fat alone. Metabolic syndrome is judged by the waist if the fat is below its limit,
 * the guidance level by the fat. */
static void derive__waist_beside_fat__still_counts(void **state UNUSED)
{
    static const struct {
        const char *fat, *waist, *systolic, *metabolic, *guidance;
    } rows[] = {{"80.0", "95.0", "120", "3", "3"},
                {"80.0", "95.0", "130", "2", "3"},
                {"80.0", "82.0", "130", "3", "3"},
                {"100.0", "82.0", "130", "2", "2"},
                {"80.0", NULL, "130", "4", "3"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(fresh(NULL), 0);
        how.derive = true;
        set(FAT, rows[i].fat);
        if (rows[i].waist)
            set(WAIST, rows[i].waist);
        set(KP_ITEM_BMI, "22.5");
        set(FIRST_SYSTOLIC, rows[i].systolic);
        set(FIRST_DIASTOLIC, "76");
        set(TG, "90");
        set(HDL, "60");
        set(FASTING_GLUCOSE, "90");
        set(KP_ITEM_MEDICINE_PRESSURE, "2");
        set(KP_ITEM_MEDICINE_GLUCOSE, "2");
        set(KP_ITEM_MEDICINE_LIPID, "2");
        set(KP_ITEM_SMOKING, "3");
        settle();
        ASSERT_TEXT(FAT, rows[i].fat);
        assert_false(has(WAIST));
        ASSERT_TEXT(KP_ITEM_METABOLIC, rows[i].metabolic);
        ASSERT_TEXT(KP_ITEM_GUIDANCE, rows[i].guidance);
    }
}

/* 40 at the end of the fiscal year, less than 75 on the day of the examination. */
static void derive__judgements__are_for_40_to_74(void **state UNUSED)
{
    static const struct {
        struct kp_date birth;
        bool judged;
    } rows[] = {{{1986, 3, 31}, true}, {{1986, 4, 1}, false}, {{1950, 6, 11}, true}, {{1950, 6, 10}, false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(fresh(NULL), 0);
        how.derive = true;
        record.birth = rows[i].birth;
        set(WAIST, "80.0");
        settle();
        assert_int_equal(has(KP_ITEM_METABOLIC), rows[i].judged);
        assert_int_equal(has(KP_ITEM_GUIDANCE), rows[i].judged);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pressure__several_occasions__takes_the_best_complete_one),
        TEST(group__states_differ__result_wins_then_not_measurable),
        TEST(waist__several__fat_wins_then_the_measured_one),
        TEST(waist__form_items_withheld__stays_beside_visceral_fat),
        TEST(test_without_group__two_methods__one_stays),
        TEST(fasting_and_casual__both_present__both_stay),
        TEST(sight__bare_and_corrected__one_stays_in_programme_030),
        TEST(derive__off__computes_nothing),
        TEST(derive__on__computes_what_is_missing_with_a_note),
        TEST(derive__source_has_the_item__keeps_it),
        TEST(derive__two_pressures__sets_the_mean_half_up),
        TEST(derive__marked_pressure__sets_no_mean),
        TEST(derive__beyond_the_input_range__sets_the_mark),
        TEST(derive__waist_beside_fat__still_counts),
        TEST(derive__judgements__are_for_40_to_74),
    };
    return cmocka_run_group_tests_name("alternatives", tests, load_tables, free_tables);
}

/* One code of each group stays, and what follows from others is computed where the policy says so. */
#include "record_story.h"

#include "record/judgement.h"
#include "record/alternatives.h"

#define FIRST_SYSTOLIC "9A751000000000001"
#define FIRST_DIASTOLIC "9A761000000000001"
#define SECOND_SYSTOLIC "9A752000000000001"
#define SECOND_DIASTOLIC "9A762000000000001"
#define OTHER_SYSTOLIC "9A755000000000001"
#define OTHER_DIASTOLIC "9A765000000000001"
#define WAIST "9N016160100000001"
#define OWN_WAIST "9N016160300000001"
#define FAT "9N021000000000001"
#define LDL "3F077000002327101"
#define NON_HDL "3F069000002391901"
#define CASUAL_TG "3F015129902327101"
#define TOTAL "3F050000002327101"
#define TOTAL_BY_OTHER "3F050000002399901"
#define HDL "3F070000002327101"
#define BMI "9N011000000000001"

static struct kp_settling how;

static int fresh(void **state UNUSED)
{
    kp_arena_reset(&scratch);
    how = (struct kp_settling){.programme = "010"};
    findings = (struct kp_findings){.arena = &scratch};
    if (kp_record_init(&record, &tables, &scratch) != KP_OK)
        return -1;
    record.field[KP_F_SEX] = "1";
    record.birth = (struct kp_date){1975, 5, 5};
    record.exam = (struct kp_date){2025, 6, 10};
    return 0;
}

static void set(const char *item, const char *value)
{
    record.values[item_at(item)] = (struct kp_value){.state = KP_VALUE_PRESENT, .text = value};
}

static void set_state(const char *item, enum kp_value_state state)
{
    record.values[item_at(item)] = (struct kp_value){.state = state};
}

static void settle(void)
{
    kp_alternatives(&tables, &record, &how, &findings);
}

static bool there(const char *item)
{
    return value_of(item)->state != KP_VALUE_ABSENT;
}

#define ASSERT_TEXT(item, expected)                                                                          \
    do {                                                                                                     \
        assert_true(there(item));                                                                            \
        assert_string_equal(value_of(item)->text, expected);                                                 \
    } while (0)

/* --- groups --- */

static void pressure__second_before_first__both_numbers_of_one_occasion(void **state UNUSED)
{
    set(FIRST_SYSTOLIC, "130");
    set(FIRST_DIASTOLIC, "80");
    set(SECOND_SYSTOLIC, "126");
    settle(); /* the second has no diastolic */
    assert_true(there(FIRST_SYSTOLIC) && there(FIRST_DIASTOLIC) && !there(SECOND_SYSTOLIC));
    set(SECOND_SYSTOLIC, "126");
    set(SECOND_DIASTOLIC, "78");
    settle();
    assert_true(there(SECOND_SYSTOLIC) && there(SECOND_DIASTOLIC));
    assert_false(there(FIRST_SYSTOLIC) || there(FIRST_DIASTOLIC));
    set(OTHER_SYSTOLIC, "124");
    set(OTHER_DIASTOLIC, "77");
    settle();
    assert_true(there(OTHER_SYSTOLIC) && there(OTHER_DIASTOLIC));
    assert_false(there(SECOND_SYSTOLIC) || there(SECOND_DIASTOLIC));
    assert_int_equal(findings.first->code, KP_K_GROUP_SETTLED);
    assert_string_equal(findings.first->field, kp_item_find(&tables, SECOND_SYSTOLIC)->label);
    assert_string_equal(findings.first->args[0], kp_item_find(&tables, FIRST_SYSTOLIC)->label);
}

static void state__result_before_not_measurable_before_not_done(void **state UNUSED)
{
    set_state(LDL, KP_VALUE_NOT_DONE);
    set_state("3F077000002327201", KP_VALUE_NOT_MEASURABLE);
    set(NON_HDL, "130");
    settle();
    assert_true(there(NON_HDL));
    assert_false(there(LDL) || there("3F077000002327201"));
    assert_int_equal(fresh(NULL), 0);
    set_state(LDL, KP_VALUE_NOT_DONE);
    set_state("3F077000002327201", KP_VALUE_NOT_MEASURABLE);
    settle();
    assert_true(there("3F077000002327201") && !there(LDL));
}

static void waist__visceral_fat_then_measured_then_reported(void **state UNUSED)
{
    set(OWN_WAIST, "80.0");
    set(WAIST, "82.0");
    settle();
    assert_true(there(WAIST) && !there(OWN_WAIST));
    set(FAT, "90.0");
    settle();
    assert_true(there(FAT) && !there(WAIST));
}

/* Else the waist, which the duty covers, would go for an item that stays here. */
static void waist__form_items_withheld__stays_beside_visceral_fat(void **state UNUSED)
{
    how.withhold_form_items = true;
    set(WAIST, "82.0");
    set(FAT, "90.0");
    settle();
    assert_true(there(WAIST) && !there(FAT));
}

static void method__one_for_each_test_without_a_group(void **state UNUSED)
{
    set(TOTAL, "190");
    set(TOTAL_BY_OTHER, "191");
    settle();
    ASSERT_TEXT(TOTAL, "190");
    assert_false(there(TOTAL_BY_OTHER));
}

static void fasting_and_casual__both_results__are_left_for_the_check(void **state UNUSED)
{
    set(TG, "100");
    set(CASUAL_TG, "150");
    settle();
    assert_true(there(TG) && there(CASUAL_TG));
    set_state(CASUAL_TG, KP_VALUE_NOT_DONE);
    settle();
    assert_true(there(TG) && !there(CASUAL_TG));
}

static void sight__one_of_bare_and_corrected_only_in_programme_030(void **state UNUSED)
{
    set("9E160162100000001", "0.50");
    set("9E160162500000001", "1.20");
    settle();
    assert_true(there("9E160162100000001") && there("9E160162500000001"));
    how.programme = "030";
    settle();
    assert_true(there("9E160162100000001") && !there("9E160162500000001"));
}

/* --- what follows from others --- */

static void derive__no__computes_nothing(void **state UNUSED)
{
    set(HEIGHT, "170.0");
    set(WEIGHT, "65.0");
    settle();
    assert_false(there(BMI) || there(KP_ITEM_METABOLIC));
    assert_null(findings.first);
}

static void derive__yes__computes_what_is_missing_and_says_so(void **state UNUSED)
{
    how.derive = true;
    set(HEIGHT, "170.0");
    set(WEIGHT, "65.0");
    set(TOTAL, "190");
    set(HDL, "60");
    set("3C015000002327101", "0.85");
    settle();
    ASSERT_TEXT(BMI, "22.5");
    ASSERT_TEXT(NON_HDL, "130");
    ASSERT_TEXT("8A065000002391901", "75.4");
    ASSERT_TEXT(KP_ITEM_METABOLIC, "4"); /* no waist */
    ASSERT_TEXT(KP_ITEM_GUIDANCE, "4");
    assert_true(record.derived[item_at(BMI)] && record.derived[item_at(KP_ITEM_GUIDANCE)]);
    for (const struct kp_finding *f = findings.first; f; f = f->next)
        assert_int_equal(f->code, KP_K_ITEM_DERIVED);
}

static void derive__what_the_source_says__stays(void **state UNUSED)
{
    how.derive = true;
    set(HEIGHT, "170.0");
    set(WEIGHT, "65.0");
    set(BMI, "23.0");
    set(TOTAL, "190");
    set(HDL, "60");
    set(LDL, "110"); /* of the group of non-HDL */
    set_state("8A065000002391901", KP_VALUE_NOT_DONE);
    set("3C015000002327101", "0.85");
    set(KP_ITEM_METABOLIC, "1");
    settle();
    ASSERT_TEXT(BMI, "23.0");
    assert_false(record.derived[item_at(BMI)]);
    assert_false(there(NON_HDL));
    assert_int_equal(value_of("8A065000002391901")->state, KP_VALUE_NOT_DONE);
    ASSERT_TEXT(KP_ITEM_METABOLIC, "1");
}

static void derive__mean_of_two_pressures__half_up(void **state UNUSED)
{
    how.derive = true;
    set(FIRST_SYSTOLIC, "131");
    set(FIRST_DIASTOLIC, "80");
    set(SECOND_SYSTOLIC, "126");
    set(SECOND_DIASTOLIC, "78");
    settle();
    ASSERT_TEXT(OTHER_SYSTOLIC, "129"); /* 128.5 */
    ASSERT_TEXT(OTHER_DIASTOLIC, "79");
    assert_false(there(FIRST_SYSTOLIC) || there(SECOND_DIASTOLIC));
}

static void derive__mean_with_a_marked_value__is_not_computed(void **state UNUSED)
{
    how.derive = true;
    set(FIRST_SYSTOLIC, "300");
    record.values[item_at(FIRST_SYSTOLIC)].limit = 'H';
    set(FIRST_DIASTOLIC, "80");
    set(SECOND_SYSTOLIC, "126");
    set(SECOND_DIASTOLIC, "78");
    settle();
    assert_false(there(OTHER_SYSTOLIC));
    ASSERT_TEXT(SECOND_SYSTOLIC, "126");
}

/* Else no receiver would take what was computed here. */
static void derive__beyond_the_input_range__has_the_mark(void **state UNUSED)
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
        ASSERT_TEXT(BMI, rows[i].bmi);
        assert_int_equal(value_of(BMI)->limit, rows[i].mark);
    }
}

/* Of the two a document holds the fat alone; the judgement of metabolic syndrome goes by the waist where the
 * fat is below its limit, the guidance level by the fat. */
static void derive__waist_beside_visceral_fat__is_looked_at(void **state UNUSED)
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
        set(BMI, "22.5");
        set(FIRST_SYSTOLIC, rows[i].systolic);
        set(FIRST_DIASTOLIC, "76");
        set(TG, "90");
        set(HDL, "60");
        set(FASTING_GLUCOSE, "90");
        set("9N701000000000011", "2");
        set("9N706000000000011", "2");
        set("9N711000000000011", "2");
        set(SMOKING, "3");
        settle();
        ASSERT_TEXT(FAT, rows[i].fat);
        assert_false(there(WAIST));
        ASSERT_TEXT(KP_ITEM_METABOLIC, rows[i].metabolic);
        ASSERT_TEXT(KP_ITEM_GUIDANCE, rows[i].guidance);
    }
}

/* 40 at the end of the fiscal year, less than 75 on the day of the examination. */
static void derive__judgements__only_from_40_to_74(void **state UNUSED)
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
        assert_int_equal(there(KP_ITEM_METABOLIC), rows[i].judged);
        assert_int_equal(there(KP_ITEM_GUIDANCE), rows[i].judged);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pressure__second_before_first__both_numbers_of_one_occasion),
        TEST(state__result_before_not_measurable_before_not_done),
        TEST(waist__visceral_fat_then_measured_then_reported),
        TEST(waist__form_items_withheld__stays_beside_visceral_fat),
        TEST(method__one_for_each_test_without_a_group),
        TEST(fasting_and_casual__both_results__are_left_for_the_check),
        TEST(sight__one_of_bare_and_corrected_only_in_programme_030),
        TEST(derive__no__computes_nothing),
        TEST(derive__yes__computes_what_is_missing_and_says_so),
        TEST(derive__what_the_source_says__stays),
        TEST(derive__mean_of_two_pressures__half_up),
        TEST(derive__mean_with_a_marked_value__is_not_computed),
        TEST(derive__beyond_the_input_range__has_the_mark),
        TEST(derive__waist_beside_visceral_fat__is_looked_at),
        TEST(derive__judgements__only_from_40_to_74),
    };
    return cmocka_run_group_tests_name("settle", tests, load_tables, free_tables);
}

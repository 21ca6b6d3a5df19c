/* BMI, eGFR and non-HDL cholesterol. */
#include "record_case.h"

#include <stdio.h>

#include "record/derived.h"

/* --- BMI --- */

/* Expected values worked out by hand. */
static void bmi__half_up_to_one_decimal(void **state UNUSED)
{
    static const struct {
        const char *height, *weight;
        int64_t tenths;
    } rows[] = {{"170.0", "72.2", 250},                         /* 24.983 */
                {"170.0", "65.0", 225},                         /* 22.491 */
                {"160.0", "64.0", 250},                         /* 25.000 exactly */
                {"200.0", "99.8", 250},                         /* 24.95 exactly: the half goes up */
                {"200.0", "99.7", 249},                         /* 24.925 */
                {"100.0", "20.0", 200}, {"150.5", "45.3", 200}, /* 19.9998 */
                {"167.4", "62.8", 224},                         /* 22.410 */
                {"250.0", "20.0", 32},                          /* 3.2 */
                {"169.9", "74.5", 258}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_decimal bmi;
        set(HEIGHT, rows[i].height);
        set(WEIGHT, rows[i].weight);
        assert_true(kp_bmi(&record, &bmi));
        if (bmi.units != rows[i].tenths || bmi.scale != 1)
            fail_msg("%s cm, %s kg: %d tenths", rows[i].height, rows[i].weight, (int)bmi.units);
    }
}

static void bmi__missing_zero_or_too_large__is_not_computed(void **state UNUSED)
{
    struct kp_decimal bmi;
    assert_false(kp_bmi(&record, &bmi));
    set(HEIGHT, "170.0");
    assert_false(kp_bmi(&record, &bmi));
    set(WEIGHT, "0.0");
    assert_false(kp_bmi(&record, &bmi));
    set(WEIGHT, "250.0");
    set(HEIGHT, "100.0");
    assert_false(kp_bmi(&record, &bmi)); /* 250.0 does not fit the format NN.N */
}

static void marked_number__any_formula__is_not_computed(void **state UNUSED)
{
    static const char *const marked[] = {HEIGHT, TOTAL_CHOLESTEROL, CREATININE};
    for (size_t i = 0; i < COUNT(marked); i++) {
        struct kp_decimal number;
        assert_int_equal(new_record(NULL), 0);
        set(HEIGHT, "250.0");
        set(WEIGHT, "90.0");
        set(TOTAL_CHOLESTEROL, "500");
        set(HDL, "60");
        set(CREATININE, "0.85");
        value_of(marked[i])->limit = 'H';
        assert_int_equal(kp_bmi(&record, &number), i != 0);
        assert_int_equal(kp_non_hdl(&record, &number), i != 1);
        assert_int_equal(kp_egfr(&record, &number), i != 2);
    }
}

/* --- non-HDL cholesterol --- */

static void non_hdl__total_less_hdl(void **state UNUSED)
{
    struct kp_decimal non_hdl;
    set(TOTAL_CHOLESTEROL, "181");
    assert_false(kp_non_hdl(&record, &non_hdl));
    set(HDL, "59");
    assert_true(kp_non_hdl(&record, &non_hdl));
    assert_int_equal(non_hdl.units, 122);
    set(HDL, "182");
    assert_false(kp_non_hdl(&record, &non_hdl));
}

/* --- eGFR --- */

static void put_person(const char *sex, const char *creatinine, int age)
{
    record.field[KP_F_SEX] = sex;
    record.exam = (struct kp_date){2025, 6, 10};
    record.birth = (struct kp_date){(int16_t)(2025 - age), 6, 10};
    set(CREATININE, creatinine);
}

enum { NOT_COMPUTED = -1 };

static void assert_egfr(int64_t tenths)
{
    struct kp_decimal egfr;
    int64_t got = kp_egfr(&record, &egfr) ? egfr.units : NOT_COMPUTED;
    if (got != tenths || (got != NOT_COMPUTED && egfr.scale != 1))
        fail_msg("sex %s, creatinine %s, born %d: %d tenths, expected %d", record.field[KP_F_SEX],
                 value_of(CREATININE)->text, (int)record.birth.year, (int)got, (int)tenths);
}

/* A few values as a physician would check them with a calculator. */
static void egfr__worked_examples__agree(void **state UNUSED)
{
    static const struct {
        const char *sex, *creatinine;
        int age;
        int64_t tenths;
    } rows[] = {
        {"1", "1.00", 51, 628}, {"1", "0.81", 62, 747}, {"2", "0.60", 74, 729}, {"2", "99.99", 100, 2}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_person(rows[i].sex, rows[i].creatinine, rows[i].age);
        assert_egfr(rows[i].tenths);
    }
}

/* Over 999.9 the value does not fit the item's format. */
static void egfr__whole_domain__agrees_with_decimals(void **state UNUSED)
{
    const char *script =
        kp_arena_printf(&scratch, "python3 %s/../tests/unit/record/egfr.py", getenv("FIXTURES"));
    FILE *expected = popen(script, "r");
    assert_non_null(expected);
    for (int sex = 1; sex <= 2; sex++)
        for (int age = 18; age <= 120; age++)
            for (int hundredths = 1; hundredths <= 9999; hundredths++) {
                char creatinine[16];
                int32_t tenths = 0;
                (void)snprintf(creatinine, sizeof(creatinine), "%d.%02d", hundredths / 100, hundredths % 100);
                put_person(sex == 1 ? "1" : "2", creatinine, age);
                assert_int_equal(fread(&tenths, sizeof(tenths), 1, expected), 1);
                assert_egfr(tenths <= 9999 ? tenths : NOT_COMPUTED);
            }
    assert_int_equal(pclose(expected), 0);
}

static void egfr__input_missing_or_out_of_range__is_not_computed(void **state UNUSED)
{
    static const struct {
        const char *sex, *creatinine;
        int age;
    } rows[] = {{"1", "0.80", 17}, {"1", "0.00", 40}, {"", "0.80", 40}, {"1", NULL, 40}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_person(rows[i].sex, rows[i].creatinine, rows[i].age);
        assert_egfr(NOT_COMPUTED);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, new_record)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bmi__half_up_to_one_decimal),
        TEST(bmi__missing_zero_or_too_large__is_not_computed),
        TEST(marked_number__any_formula__is_not_computed),
        TEST(non_hdl__total_less_hdl),
        TEST(egfr__worked_examples__agree),
        TEST(egfr__whole_domain__agrees_with_decimals),
        TEST(egfr__input_missing_or_out_of_range__is_not_computed),
    };
    return cmocka_run_group_tests_name("derived", tests, load_tables, free_tables);
}

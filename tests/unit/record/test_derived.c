#include "record_story.h"

#include "record/derived.h"

#define HDL "3F070000002327101"
#define TOTAL_CHOLESTEROL "3F050000002327101"
#define CREATININE "3C015000002327101"

static void set(const char *item, const char *value)
{
    record.values[item_at(item)] =
        (struct kp_value){.state = value ? KP_VALUE_PRESENT : KP_VALUE_ABSENT, .text = value};
}

static int fresh(void **state UNUSED)
{
    kp_arena_reset(&scratch);
    return kp_record_init(&record, &tables, &scratch) == KP_OK ? 0 : -1;
}

/* --- BMI --- */

static void bmi__half_up_to_one_decimal(void **state UNUSED)
{
    static const struct {
        const char *height, *weight;
        int64_t tenths;                 /* worked out by hand: weight / height² in metres */
    } rows[] = {{"170.0", "72.2", 250}, /* 24.983 */
                {"170.0", "65.0", 225}, /* 22.491 */
                {"160.0", "64.0", 250}, /* 25.000 exactly */
                {"200.0", "99.8", 250}, /* 24.95 exactly: the half goes up */
                {"200.0", "99.7", 249}, /* 24.925 */
                {"100.0", "20.0", 200}, {"150.5", "45.3", 200}, /* 19.9998 */
                {"167.4", "62.8", 224},                         /* 22.410 */
                {"250.0", "20.0", 32},                          /* 3.2 */
                {"169.9", "74.5", 258}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_decimal bmi;
        set(HEIGHT, rows[i].height);
        set(WEIGHT, rows[i].weight);
        assert_true(kp_bmi(&tables, &record, &bmi));
        if (bmi.units != rows[i].tenths || bmi.scale != 1)
            fail_msg("%s cm, %s kg: %d tenths", rows[i].height, rows[i].weight, (int)bmi.units);
    }
}

static void bmi__number_missing_zero_or_too_large__is_not_computed(void **state UNUSED)
{
    struct kp_decimal bmi;
    assert_false(kp_bmi(&tables, &record, &bmi));
    set(HEIGHT, "170.0");
    assert_false(kp_bmi(&tables, &record, &bmi));
    set(WEIGHT, "0.0");
    assert_false(kp_bmi(&tables, &record, &bmi));
    set(WEIGHT, "250.0");
    set(HEIGHT, "100.0");
    assert_false(kp_bmi(&tables, &record, &bmi)); /* 250 has three digits, the format two */
}

/* What is known of a number is only that it is as much or more. */
static void figures__of_a_marked_number__are_not_computed(void **state UNUSED)
{
    static const char *const marked[] = {HEIGHT, TOTAL_CHOLESTEROL, CREATININE};
    for (size_t i = 0; i < COUNT(marked); i++) {
        struct kp_decimal number;
        assert_int_equal(fresh(NULL), 0);
        record.field[KP_F_SEX] = "1";
        record.exam = (struct kp_date){2025, 6, 10};
        record.birth = (struct kp_date){1975, 6, 10};
        set(HEIGHT, "250.0");
        set(WEIGHT, "90.0");
        set(TOTAL_CHOLESTEROL, "500");
        set(HDL, "60");
        set(CREATININE, "0.85");
        record.values[item_at(marked[i])].limit = 'H';
        assert_int_equal(kp_bmi(&tables, &record, &number), i != 0);
        assert_int_equal(kp_non_hdl(&tables, &record, &number), i != 1);
        assert_int_equal(kp_egfr(&tables, &record, &number), i != 2);
    }
}

/* --- non-HDL cholesterol --- */

static void non_hdl__total_less_hdl(void **state UNUSED)
{
    struct kp_decimal non_hdl;
    set(TOTAL_CHOLESTEROL, "181");
    assert_false(kp_non_hdl(&tables, &record, &non_hdl));
    set(HDL, "59");
    assert_true(kp_non_hdl(&tables, &record, &non_hdl));
    assert_int_equal(non_hdl.units, 122);
    set(HDL, "182");
    assert_false(kp_non_hdl(&tables, &record, &non_hdl));
}

/* --- eGFR --- */

static void put_person(const char *sex, const char *creatinine, int age)
{
    record.field[KP_F_SEX] = sex;
    record.exam = (struct kp_date){2025, 6, 10};
    record.birth = (struct kp_date){(int16_t)(2025 - age), 6, 10};
    set(CREATININE, creatinine);
}

/* Expected values were computed with 50 decimals; the first six come nearest to a half of all. */
static void egfr__values_computed_elsewhere__agree_to_the_last_digit(void **state UNUSED)
{
    static const struct {
        const char *sex, *creatinine;
        int age;
        int64_t tenths;
    } rows[] = {
        {"1", "0.10", 99, 6443}, {"2", "0.33", 44, 1628}, {"1", "33.71", 20, 17},  {"1", "12.31", 50, 41},
        {"1", "1.88", 33, 357},  {"1", "6.37", 81, 72},   {"1", "0.82", 18, 1052}, {"2", "0.52", 59, 910},
        {"1", "1.00", 51, 628},  {"2", "0.55", 38, 971},  {"1", "0.81", 62, 747},  {"1", "0.76", 50, 852},
        {"2", "0.60", 74, 729},  {"1", "1.20", 65, 480},  {"2", "99.99", 100, 2},  {"1", "0.40", 40, 1834},
        {"2", "0.40", 40, 1355}, {"1", "0.90", 40, 755},  {"1", "0.90", 74, 633},  {"2", "0.75", 64, 595},
        {"2", "4.09", 63, 93},   {"1", "4.60", 77, 105},  {"1", "3.62", 24, 191},  {"1", "0.87", 65, 682},
        {"2", "4.74", 49, 86},   {"2", "3.08", 31, 156},  {"1", "0.36", 45, 1989}, {"2", "1.73", 41, 271},
        {"2", "1.11", 27, 497},  {"1", "3.46", 74, 145},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct kp_decimal egfr;
        put_person(rows[i].sex, rows[i].creatinine, rows[i].age);
        assert_true(kp_egfr(&tables, &record, &egfr));
        if (egfr.units != rows[i].tenths || egfr.scale != 1)
            fail_msg("sex %s, creatinine %s, %d years: %d tenths, expected %d", rows[i].sex,
                     rows[i].creatinine, rows[i].age, (int)egfr.units, (int)rows[i].tenths);
    }
}

static void egfr__what_it_needs_is_missing__is_not_computed(void **state UNUSED)
{
    struct kp_decimal egfr;
    put_person("1", "0.80", 17);
    assert_false(kp_egfr(&tables, &record, &egfr));
    put_person("1", "0.00", 40);
    assert_false(kp_egfr(&tables, &record, &egfr));
    put_person("", "0.80", 40);
    assert_false(kp_egfr(&tables, &record, &egfr));
    put_person("1", "0.05", 20);
    assert_false(kp_egfr(&tables, &record, &egfr)); /* more than 999.9 */
    put_person("1", NULL, 40);
    assert_false(kp_egfr(&tables, &record, &egfr));
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(bmi__half_up_to_one_decimal),
        TEST(bmi__number_missing_zero_or_too_large__is_not_computed),
        TEST(figures__of_a_marked_number__are_not_computed),
        TEST(non_hdl__total_less_hdl),
        TEST(egfr__values_computed_elsewhere__agree_to_the_last_digit),
        TEST(egfr__what_it_needs_is_missing__is_not_computed),
    };
    return cmocka_run_group_tests_name("figures", tests, load_tables, free_tables);
}

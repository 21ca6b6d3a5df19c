#include "support.h"

#include "law/age.h"

static struct kp_date iso(const char *text)
{
    struct kp_date date = {0};
    assert_true(kp_date_parse_iso(text, &date));
    return date;
}

static void age_band__boundaries__are_those_of_the_law(void **state UNUSED)
{
    static const struct {
        const char *born, *exam;
        enum kp_band birthday, statute;
        int age; /* that decided, by birthdays */
    } cases[] = {{"1985-03-31", "2024-06-10", KP_BAND_40TO74, KP_BAND_40TO74, 40},
                 {"1985-04-01", "2024-06-10", KP_BAND_UNDER40, KP_BAND_40TO74, 39},
                 {"1985-04-02", "2024-06-10", KP_BAND_UNDER40, KP_BAND_UNDER40, 39},
                 {"1984-12-01", "2024-06-10", KP_BAND_40TO74, KP_BAND_40TO74, 40},
                 {"1949-10-01", "2024-09-30", KP_BAND_40TO74, KP_BAND_40TO74, 74},
                 {"1949-10-01", "2024-10-01", KP_BAND_75PLUS, KP_BAND_75PLUS, 75}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_date born = iso(cases[i].born), exam = iso(cases[i].exam);
        int age = 0;
        assert_int_equal(kp_age_band(born, exam, KP_AGE_STATUTE, &age), cases[i].statute);
        assert_int_equal(kp_age_band(born, exam, KP_AGE_BIRTHDAY, &age), cases[i].birthday);
        assert_int_equal(age, cases[i].age);
    }
}

static void fiscal_year_end__rules__differ_only_on_1_april(void **state UNUSED)
{
    struct kp_date exam = iso("2024-06-10");
    assert_int_equal(kp_age_at_fiscal_year_end(iso("1985-04-01"), exam, KP_AGE_BIRTHDAY), 39);
    assert_int_equal(kp_age_at_fiscal_year_end(iso("1985-04-01"), exam, KP_AGE_STATUTE), 40);
    assert_int_equal(kp_age_at_fiscal_year_end(iso("1984-02-29"), exam, KP_AGE_BIRTHDAY), 41);
    assert_int_equal(kp_age_at_fiscal_year_end(iso("1984-02-29"), exam, KP_AGE_STATUTE), 41);
    for (int32_t days = kp_date_days(iso("1984-04-02")); days <= kp_date_days(iso("1985-04-02")); days++) {
        struct kp_date birth = kp_date_from_days(days);
        int by_birthday = kp_age_at_fiscal_year_end(birth, exam, KP_AGE_BIRTHDAY);
        int by_statute = kp_age_at_fiscal_year_end(birth, exam, KP_AGE_STATUTE);
        assert_int_equal(by_statute - by_birthday, birth.month == 4 && birth.day == 1 ? 1 : 0);
        assert_int_equal(by_birthday, days <= kp_date_days(iso("1985-03-31")) ? 40 : 39);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(age_band__boundaries__are_those_of_the_law),
        cmocka_unit_test(fiscal_year_end__rules__differ_only_on_1_april),
    };
    return cmocka_run_group_tests_name("age", tests, NULL, NULL);
}

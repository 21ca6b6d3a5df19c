#include "support.h"

#include "base/date.h"

#include <stdio.h>

static void assert_date(struct kp_date d, int year, int month, int day)
{
    if (d.year != year || d.month != month || d.day != day)
        fail_msg("%04d-%02d-%02d instead of %04d-%02d-%02d", d.year, d.month, d.day, year, month, day);
}

static struct kp_date iso(const char *text)
{
    int y = 0, m = 0, d = 0;
    assert_int_equal(sscanf(text, "%d-%d-%d", &y, &m, &d), 3);
    return (struct kp_date){(int16_t)y, (int8_t)m, (int8_t)d};
}

struct parse_case {
    const char *text;
    enum kp_date_fault fault;
    const char *date; /* NULL: refused */
    bool era;
};

static void check_parse(const struct parse_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct kp_date d = {1, 2, 3};
        bool era = !cases[i].era;
        enum kp_date_fault fault = kp_date_parse(cases[i].text, &d, &era);
        if (fault != cases[i].fault)
            fail_msg("'%s' gives fault %d instead of %d", cases[i].text, (int)fault, (int)cases[i].fault);
        struct kp_date want = fault == KP_DATE_OK ? iso(cases[i].date) : (struct kp_date){1, 2, 3};
        assert_date(d, want.year, want.month, want.day);
        if (fault == KP_DATE_OK)
            assert_int_equal(era, cases[i].era);
    }
}

static void parse__western_forms__are_read(void **state UNUSED)
{
    static const struct parse_case cases[] = {
        {"2025-05-07", KP_DATE_OK, "2025-05-07", false},
        {"2025/5/7", KP_DATE_OK, "2025-05-07", false},
        {"2025.5.7", KP_DATE_OK, "2025-05-07", false},
        {"2025年5月7日", KP_DATE_OK, "2025-05-07", false},
        {"2025年 5月 7日", KP_DATE_OK, "2025-05-07", false},
        {"20250507", KP_DATE_OK, "2025-05-07", false},
        {" 2025/05/07 ", KP_DATE_OK, "2025-05-07", false},
        {"2025/5/7 0:00", KP_DATE_OK, "2025-05-07", false},
        {"2025/5/7 00:00:00", KP_DATE_OK, "2025-05-07", false},
        {"2025-05-07T00:00:00", KP_DATE_OK, "2025-05-07", false},
        {"1868-01-01", KP_DATE_OK, "1868-01-01", false},
        {"9999-12-31", KP_DATE_OK, "9999-12-31", false},
    };
    check_parse(cases, COUNT(cases));
}

static void parse__era_forms__are_read(void **state UNUSED)
{
    static const struct parse_case cases[] = {
        {"昭和60年3月31日", KP_DATE_OK, "1985-03-31", true},
        {"S60.3.31", KP_DATE_OK, "1985-03-31", true},
        {"昭60.3.31", KP_DATE_OK, "1985-03-31", true},
        {"令元/5/1", KP_DATE_OK, "2019-05-01", true},
        {"平31.5.1", KP_DATE_OUTSIDE_ERA, NULL, false},
        {"s60-3-31", KP_DATE_OK, "1985-03-31", true},
        {"S600331", KP_DATE_OK, "1985-03-31", true},
        {"R7/6/1", KP_DATE_OK, "2025-06-01", true},
        {"r07/06/01", KP_DATE_OK, "2025-06-01", true},
        {"令和元年5月1日", KP_DATE_OK, "2019-05-01", true},
        {"R元.5.1", KP_DATE_OK, "2019-05-01", true},
        {"平成元年1月8日", KP_DATE_OK, "1989-01-08", true},
        {"平成 31年 4月 30日", KP_DATE_OK, "2019-04-30", true},
        {"大正9年2月29日", KP_DATE_OK, "1920-02-29", true},
        {"M45.7.29", KP_DATE_OK, "1912-07-29", true},
        {"H120229", KP_DATE_OK, "2000-02-29", true},
        {"S60.3.31 0:00", KP_DATE_OK, "1985-03-31", true},
    };
    check_parse(cases, COUNT(cases));
}

/* 1912-07-30 and 1926-12-25 belong to both eras, by the imperial rescripts; since 1989 eras change at
 * midnight. */
static void parse__era_boundaries__are_exact(void **state UNUSED)
{
    static const struct parse_case cases[] = {
        {"M1.1.24", KP_DATE_OUTSIDE_ERA, NULL, true},        {"M1.1.25", KP_DATE_OK, "1868-01-25", true},
        {"M45.7.30", KP_DATE_OK, "1912-07-30", true},        {"M45.7.31", KP_DATE_OUTSIDE_ERA, NULL, true},
        {"T1.7.29", KP_DATE_OUTSIDE_ERA, NULL, true},        {"T1.7.30", KP_DATE_OK, "1912-07-30", true},
        {"T15.12.25", KP_DATE_OK, "1926-12-25", true},       {"T15.12.26", KP_DATE_OUTSIDE_ERA, NULL, true},
        {"S1.12.24", KP_DATE_OUTSIDE_ERA, NULL, true},       {"S1.12.25", KP_DATE_OK, "1926-12-25", true},
        {"S64.1.7", KP_DATE_OK, "1989-01-07", true},         {"S64.1.8", KP_DATE_OUTSIDE_ERA, NULL, true},
        {"H1.1.7", KP_DATE_OUTSIDE_ERA, NULL, true},         {"H1.1.8", KP_DATE_OK, "1989-01-08", true},
        {"H31.4.30", KP_DATE_OK, "2019-04-30", true},        {"H31.5.1", KP_DATE_OUTSIDE_ERA, NULL, true},
        {"R1.4.30", KP_DATE_OUTSIDE_ERA, NULL, true},        {"R1.5.1", KP_DATE_OK, "2019-05-01", true},
        {"昭和65年1月1日", KP_DATE_OUTSIDE_ERA, NULL, true}, {"S0.5.1", KP_DATE_OUTSIDE_ERA, NULL, true},
        {"R99.12.31", KP_DATE_OK, "2117-12-31", true},       {"S64.2.29", KP_DATE_NO_SUCH_DAY, NULL, true},
    };
    check_parse(cases, COUNT(cases));
}

static void parse__days_that_do_not_exist__are_refused(void **state UNUSED)
{
    static const struct parse_case cases[] = {
        {"2025-02-29", KP_DATE_NO_SUCH_DAY, NULL, false}, {"1900-02-29", KP_DATE_NO_SUCH_DAY, NULL, false},
        {"2100-02-29", KP_DATE_NO_SUCH_DAY, NULL, false}, {"2000-02-29", KP_DATE_OK, "2000-02-29", false},
        {"2024-02-29", KP_DATE_OK, "2024-02-29", false},  {"2025-04-31", KP_DATE_NO_SUCH_DAY, NULL, false},
        {"2025-00-10", KP_DATE_NO_SUCH_DAY, NULL, false}, {"2025-13-10", KP_DATE_NO_SUCH_DAY, NULL, false},
        {"2025-01-00", KP_DATE_NO_SUCH_DAY, NULL, false}, {"2025-01-32", KP_DATE_NO_SUCH_DAY, NULL, false},
        {"0000-01-01", KP_DATE_NO_SUCH_DAY, NULL, false}, {"20251301", KP_DATE_NO_SUCH_DAY, NULL, false},
        {"S60.2.29", KP_DATE_NO_SUCH_DAY, NULL, true},    {"00000000", KP_DATE_NO_SUCH_DAY, NULL, false},
    };
    check_parse(cases, COUNT(cases));
}

static void parse__other_shapes__are_refused(void **state UNUSED)
{
    static const char *const texts[] = {
        "",          " ",           "2025",        "2025-05",         "25-05-07",       "2025-05-071",
        "2025-5/7",  "2025年5-7日", "2025年5月7",  "2025-05-07 9:30", "5/7/2025",       "2025--5-7",
        "2025/5/7x", "X60.3.31",    "S600.3.31",   "2025050",         "202505070",      "S60331",
        "45000",     "元年5月1日",  "2025-05-07-", "-2025-05-07",     "２０２５-05-07", "2025元5月1日",
        "2025-5-",   "2025年5月日"};
    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct parse_case one = {texts[i], KP_DATE_SHAPE, NULL, false};
        check_parse(&one, 1);
    }
}

static void parse_iso__exact_form__is_the_only_one(void **state UNUSED)
{
    struct kp_date d = {0};
    assert_true(kp_date_parse_iso("2025-05-07", &d));
    assert_date(d, 2025, 5, 7);
    static const char *const texts[] = {"2025/05/07",         "2025-5-7",   "20250507",   "2025-02-29",
                                        " 2025-05-07",        "2025-05-7 ", "2025-5 -07", "2025- 5-07",
                                        "S 60-3 -31",         " S60-03-31", "R 07-05-07", "",
                                        "2025-05-07T00:00:00"};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (kp_date_parse_iso(texts[i], &d))
            fail_msg("'%s' is not YYYY-MM-DD but was taken as %04d-%02d-%02d", texts[i], d.year, d.month,
                     d.day);
    assert_date(d, 2025, 5, 7);
}

/* Steps from day to day by the Gregorian rule, independently of the module's arithmetic. */
static int next_day(int *y, int *m, int *d)
{
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = (*y % 4 == 0 && *y % 100 != 0) || *y % 400 == 0;
    if (++*d > length[*m - 1] + (*m == 2 ? leap : 0)) {
        *d = 1;
        if (++*m > 12) {
            *m = 1;
            ++*y;
        }
    }
    return *y * 10000 + *m * 100 + *d;
}

static const struct {
    const char *kanji, *letter;
    int first, last, year0;
} ERAS[] = {{"明治", "M", 18680125, 19120730, 1867},
            {"大正", "T", 19120730, 19261225, 1911},
            {"昭和", "S", 19261225, 19890107, 1925},
            {"平成", "H", 19890108, 20190430, 1988},
            {"令和", "R", 20190501, 99991231, 2018}};

static void assert_parses_to(const char *text, int number)
{
    struct kp_date d = {0};
    if (kp_date_parse(text, &d, NULL) != KP_DATE_OK || d.year * 10000 + d.month * 100 + d.day != number)
        fail_msg("%s should be %d", text, number);
}

static void round_trip_of_eras(int y, int m, int d, int number)
{
    char text[64];
    int eras = 0;
    for (size_t i = 0; i < COUNT(ERAS); i++) {
        if (number < ERAS[i].first || number > ERAS[i].last)
            continue;
        eras++;
        (void)snprintf(text, sizeof(text), "%s%d年%d月%d日", ERAS[i].kanji, y - ERAS[i].year0, m, d);
        assert_parses_to(text, number);
        (void)snprintf(text, sizeof(text), "%s%02d%02d%02d", ERAS[i].letter, y - ERAS[i].year0, m, d);
        assert_parses_to(text, number);
    }
    assert_int_equal(eras, number == 19120730 || number == 19261225 ? 2 : 1);
}

/* 1 is 1900-01-01; 60 does not exist, so that the count is one ahead from 61 on. */
static void serial__days_of_either_system__are_counted(void **state UNUSED)
{
    static const struct {
        const char *text, *since_1900, *since_1904; /* NULL: refused */
    } cases[] = {
        {"1", "1900-01-01", "1904-01-02"},
        {"0", NULL, "1904-01-01"},
        {"31", "1900-01-31", "1904-02-01"},
        {"59", "1900-02-28", "1904-02-29"},
        {"60", NULL, "1904-03-01"},
        {"61", "1900-03-01", "1904-03-02"},
        {"1462", "1904-01-01", "1908-01-02"},
        {"25569", "1970-01-01", "1974-01-02"},
        {"31137", "1985-03-31", "1989-04-01"},
        {"36585", "2000-02-29", "2004-03-01"},
        {"44321", "2021-05-05", "2025-05-06"},
        {"45783", "2025-05-06", "2029-05-07"},
        {"45783.0", "2025-05-06", "2029-05-07"},
        {"45783.000", "2025-05-06", "2029-05-07"},
        {"2957003", "9995-12-30", "9999-12-31"},
        {"2957004", "9995-12-31", NULL},
        {"2958465", "9999-12-31", NULL},
        {"2958466", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT(cases) * 2; i++) {
        const char *text = cases[i / 2].text,
                   *want = i % 2 ? cases[i / 2].since_1904 : cases[i / 2].since_1900;
        struct kp_date d = {1, 2, 3}, expected = want ? iso(want) : d;
        if (kp_date_from_serial(text, i % 2 == 1, &d) != (want != NULL))
            fail_msg("%s is %s day since %d", text, want ? "no" : "a", i % 2 ? 1904 : 1900);
        assert_date(d, expected.year, expected.month, expected.day);
    }
}

static void serial__anything_but_whole_days__is_refused(void **state UNUSED)
{
    static const char *const texts[] = {
        "",       " ",      "-1",     "+45783",     "45783.5",  "45783.05", ".0",       "45783,0",  "45,783",
        "45783 ", " 45783", "45783x", "4.5783E+04", "12345678", "20250506", "99999999", "2025/5/6", "R7.5.6"};
    for (size_t i = 0; i < COUNT(texts) * 2; i++) {
        struct kp_date d = {1, 2, 3};
        if (kp_date_from_serial(texts[i / 2], i % 2 == 1, &d))
            fail_msg("'%s' was read as a day", texts[i / 2]);
        assert_date(d, 1, 2, 3);
    }
}

static void serial__every_day_from_1900_to_2100__follows_the_one_before(void **state UNUSED)
{
    int32_t first = kp_date_days(iso("1900-03-01"));
    for (int32_t days = first; days <= kp_date_days(iso("2100-12-31")); days++) {
        char text[16];
        struct kp_date d = {0}, want = kp_date_from_days(days);
        (void)snprintf(text, sizeof(text), "%d", days - first + 61);
        assert_true(kp_date_from_serial(text, false, &d));
        assert_date(d, want.year, want.month, want.day);
    }
}

static void round_trip__every_day_from_1868_to_2100__comes_back(void **state UNUSED)
{
    int y = 1868, m = 1, d = 25, number = 18680125;
    int32_t days = -37231; /* days from 1868-01-25 to 1970-01-01 */
    for (; number <= 21001231; number = next_day(&y, &m, &d), days++) {
        struct kp_date date = {(int16_t)y, (int8_t)m, (int8_t)d};
        char text[16], expected[32];
        assert_int_equal(kp_date_days(date), days);
        assert_date(kp_date_from_days(days), y, m, d);
        kp_date_compact(date, text);
        (void)snprintf(expected, sizeof(expected), "%08d", number);
        assert_string_equal(text, expected);
        assert_parses_to(text, number);
        kp_date_iso(date, text);
        (void)snprintf(expected, sizeof(expected), "%04d-%02d-%02d", y, m, d);
        assert_string_equal(text, expected);
        assert_parses_to(text, number);
        round_trip_of_eras(y, m, d, number);
    }
    assert_int_equal(days, 47847); /* the day after 2100-12-31 */
}

static void days__ends_of_the_calendar__have_the_known_numbers(void **state UNUSED)
{
    static const struct {
        const char *date;
        int32_t days;
    } cases[] = {{"0001-01-01", -719162}, {"1900-02-28", -25509}, {"1900-03-01", -25508}, {"1969-12-31", -1},
                 {"1970-01-01", 0},       {"2000-02-29", 11016},  {"9999-12-31", 2932896}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct kp_date d = iso(cases[i].date);
        assert_int_equal(kp_date_days(d), cases[i].days);
        assert_int_equal(kp_date_compare(kp_date_from_days(cases[i].days), d), 0);
    }
}

static void is_set__empty_date__is_false(void **state UNUSED)
{
    assert_false(kp_date_is_set((struct kp_date){0}));
    assert_true(kp_date_is_set(iso("0001-01-01")));
}

static void compare__neighbours__are_ordered(void **state UNUSED)
{
    assert_true(kp_date_compare(iso("2024-12-31"), iso("2025-01-01")) < 0);
    assert_true(kp_date_compare(iso("2025-02-01"), iso("2025-01-31")) > 0);
    assert_true(kp_date_compare(iso("2025-01-01"), iso("2025-01-02")) < 0);
    assert_int_equal(kp_date_compare(iso("2025-01-01"), iso("2025-01-01")), 0);
}

static void add_years__leap_day__becomes_1_march_in_common_years(void **state UNUSED)
{
    assert_date(kp_date_add_years(iso("2024-02-29"), 1), 2025, 3, 1);
    assert_date(kp_date_add_years(iso("2024-02-29"), 4), 2028, 2, 29);
    assert_date(kp_date_add_years(iso("2000-02-29"), 100), 2100, 3, 1);
    assert_date(kp_date_add_years(iso("2024-02-28"), 1), 2025, 2, 28);
    assert_date(kp_date_add_years(iso("2024-02-29"), -24), 2000, 2, 29);
    assert_date(kp_date_add_years(iso("1985-04-01"), 40), 2025, 4, 1);
}

/* Seconds: date -u -d '2025-03-31 15:00:00' +%s */
static void in_japan__utc_seconds__midnight_is_at_15_utc(void **state UNUSED)
{
    char text[26];
    assert_date(kp_date_in_japan(1743433199), 2025, 3, 31);
    assert_date(kp_date_in_japan(1743433200), 2025, 4, 1);
    assert_date(kp_date_in_japan(0), 1970, 1, 1);
    kp_date_time_in_japan(1743433199, text);
    assert_string_equal(text, "2025-03-31T23:59:59+09:00");
    kp_date_time_in_japan(1743433200, text);
    assert_string_equal(text, "2025-04-01T00:00:00+09:00");
    kp_date_time_in_japan(0, text);
    assert_string_equal(text, "1970-01-01T09:00:00+09:00");
    kp_date_time_in_japan(4107542399, text);
    assert_string_equal(text, "2100-03-01T08:59:59+09:00");
}

static void in_japan__clock_before_1970__is_still_a_date(void **state UNUSED)
{
    char text[26];
    assert_date(kp_date_in_japan(-32400), 1970, 1, 1);
    assert_date(kp_date_in_japan(-32401), 1969, 12, 31);
    kp_date_time_in_japan(-32401, text);
    assert_string_equal(text, "1969-12-31T23:59:59+09:00");
}

static void age_on__birthdays__count_from_the_day_itself(void **state UNUSED)
{
    static const struct {
        const char *birth, *day;
        int age;
    } cases[] = {
        {"1985-04-01", "2025-03-31", 39}, {"1985-04-01", "2025-04-01", 40}, {"1949-10-01", "2024-09-30", 74},
        {"1949-10-01", "2024-10-01", 75}, {"1952-02-29", "2027-02-28", 74}, {"1952-02-29", "2027-03-01", 75},
        {"1952-02-29", "2028-02-28", 75}, {"1952-02-29", "2028-02-29", 76}, {"2025-05-07", "2025-05-07", 0},
        {"2025-05-07", "2026-05-06", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(kp_age_on(iso(cases[i].birth), iso(cases[i].day)), cases[i].age);
}

static void fiscal_year_end__april_to_march__is_31_march(void **state UNUSED)
{
    assert_date(kp_fiscal_year_end(iso("2024-04-01")), 2025, 3, 31);
    assert_date(kp_fiscal_year_end(iso("2024-12-31")), 2025, 3, 31);
    assert_date(kp_fiscal_year_end(iso("2025-01-01")), 2025, 3, 31);
    assert_date(kp_fiscal_year_end(iso("2025-03-31")), 2025, 3, 31);
    assert_date(kp_fiscal_year_end(iso("2025-04-01")), 2026, 3, 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse__western_forms__are_read),
        cmocka_unit_test(parse__era_forms__are_read),
        cmocka_unit_test(parse__era_boundaries__are_exact),
        cmocka_unit_test(parse__days_that_do_not_exist__are_refused),
        cmocka_unit_test(parse__other_shapes__are_refused),
        cmocka_unit_test(parse_iso__exact_form__is_the_only_one),
        cmocka_unit_test(serial__days_of_either_system__are_counted),
        cmocka_unit_test(serial__anything_but_whole_days__is_refused),
        cmocka_unit_test(serial__every_day_from_1900_to_2100__follows_the_one_before),
        cmocka_unit_test(round_trip__every_day_from_1868_to_2100__comes_back),
        cmocka_unit_test(days__ends_of_the_calendar__have_the_known_numbers),
        cmocka_unit_test(is_set__empty_date__is_false),
        cmocka_unit_test(compare__neighbours__are_ordered),
        cmocka_unit_test(add_years__leap_day__becomes_1_march_in_common_years),
        cmocka_unit_test(in_japan__utc_seconds__midnight_is_at_15_utc),
        cmocka_unit_test(in_japan__clock_before_1970__is_still_a_date),
        cmocka_unit_test(age_on__birthdays__count_from_the_day_itself),
        cmocka_unit_test(fiscal_year_end__april_to_march__is_31_march),
    };
    return cmocka_run_group_tests_name("date", tests, NULL, NULL);
}
